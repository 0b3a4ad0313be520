//! Convolutions of images whose rows are pixels, row after row of the image, and whose columns are channels.

use super::super::{Builder, Start};
use super::linear::linear;
use crate::autodiff::{Graph, NodeId};

/// A square kernel on an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution {
    /// The height and the width of the image.
    pub image: (usize, usize),
    /// The side of the kernel.
    pub kernel: usize,
    /// The distance of the places it is put.
    pub stride: usize,
    /// The rows and columns of zeros around the image.
    pub padding: usize,
}

impl Convolution {
    /// The height and the width of the image that comes out.
    pub fn output(&self) -> (usize, usize) {
        let places = |side: usize| (side + 2 * self.padding - self.kernel) / self.stride + 1;
        (places(self.image.0), places(self.image.1))
    }

    /// `Y[(i, j), o] = sum_{a, b, c} X[(s i + a - p, s j + b - p), c] W[(a, b, c), o]`, s the stride, p the padding, W a
    /// parameter that starts as said. Shapes: `pixels x channels -> places x outputs`, W `(kernel^2 channels) x outputs`.
    ///
    /// # Panics
    /// If `x` has not a row for each pixel: a bug in the architecture.
    pub fn build(&self, network: &mut Builder, x: NodeId, outputs: usize, start: Start) -> NodeId {
        let patches = self.patches(network, x);
        linear(network, patches, outputs, start)
    }

    /// The pixels under the kernel at each place, pixel after pixel: `places x (kernel^2 channels)`.
    pub fn patches(&self, graph: &mut Graph, x: NodeId) -> NodeId {
        let ((height, width), channels) = (self.image, graph.cols(x));
        assert_eq!(graph.rows(x), height * width, "a row for each pixel of {height} x {width}");
        let (rows, cols) = self.output();
        let pixel = |place: usize, offset: usize, side: usize| {
            (self.stride * place + offset).checked_sub(self.padding).filter(|&at| at < side)
        };
        graph.gather(x, (rows * cols, self.kernel * self.kernel * channels), |place, entry| {
            let (offset, channel) = (entry / channels, entry % channels);
            let row = pixel(place / cols, offset / self.kernel, height)?;
            let col = pixel(place % cols, offset % self.kernel, width)?;
            Some((row * width + col, channel))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::formula::{assert_is, entries, weighted_sum};
    use super::*;
    use crate::autodiff::Pointwise;

    const CHANNELS: usize = 2;
    const OUTPUTS: usize = 3;

    /// `sum C tanh(Y)`, by loops over places, pixels and channels.
    #[test]
    fn places_are_those_of_loops() {
        for (kernel, stride, padding) in [(3, 1, 1), (3, 2, 1), (2, 2, 0), (1, 1, 0)] {
            let convolution = Convolution { image: (4, 5), kernel, stride, padding };
            let (rows, cols) = convolution.output();
            let mut graph = Builder::new();
            let x = graph.data_matrix(20, CHANNELS);
            let y = convolution.build(&mut graph, x, OUTPUTS, Start::Constant(0.0));
            assert_eq!(graph.shape(y), (rows * cols, OUTPUTS));
            let y = graph.pointwise(Pointwise::Tanh, y);
            let weights = weighted_sum(&mut graph, y);
            let formula = |w: &[f64], x: &[f64]| {
                let mut loss = 0.0;
                for ((i, j), o) in entries(rows, cols).flat_map(|at| (0..OUTPUTS).map(move |o| (at, o))) {
                    let mut sum = 0.0;
                    for ((a, b), c) in
                        entries(kernel, kernel).flat_map(|at| (0..CHANNELS).map(move |c| (at, c)))
                    {
                        let (row, col) = (stride * i + a, stride * j + b);
                        let inside =
                            (padding..padding + 4).contains(&row) && (padding..padding + 5).contains(&col);
                        if inside {
                            let pixel = (row - padding) * 5 + col - padding;
                            sum +=
                                x[pixel * CHANNELS + c] * w[((a * kernel + b) * CHANNELS + c) * OUTPUTS + o];
                        }
                    }
                    loss += weights[(i * cols + j) * OUTPUTS + o] * libm::tanh(sum);
                }
                loss
            };
            assert_is(graph.into_graph(), formula, true);
        }
    }
}
