//! Images of fewer pixels, for networks of few weights: each pixel is the average of a square of pixels.

use crate::data::Dataset;

/// The images of `from` x `from` pixels as images of `side` x `side`, which divides that; targets stay.
pub(super) fn averaged(data: &Dataset, from: usize, side: usize) -> Dataset {
    let (width, features) = (from / side, side * side);
    let average = |image: &[f64], pixel: usize| {
        let (top, left) = (pixel / side * width, pixel % side * width);
        let row = |i: usize| image[(top + i) * from + left..][..width].iter().fold(0.0, |sum, x| sum + x);
        (0..width).fold(0.0, |sum, i| sum + row(i)) / (width * width) as f64
    };
    let images = data.inputs.chunks(from * from);
    let inputs = images.flat_map(|image| (0..features).map(move |pixel| average(image, pixel))).collect();
    Dataset { inputs, features, targets: data.targets.clone(), outputs: data.outputs }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of pixels that count up, the average of a square is that of its corners.
    #[test]
    fn pixels_are_averages_of_squares() {
        let inputs: Vec<f64> = (0..32).map(f64::from).collect();
        let data = Dataset::labelled(inputs, 16, &[1, 0], 2);
        let small = averaged(&data, 4, 2);
        assert_eq!(small.inputs, [2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5]);
        assert_eq!((small.features, &small.targets, small.outputs), (4, &data.targets, 2));
        assert_eq!(averaged(&data, 4, 4), data);
        assert_eq!(averaged(&data, 4, 1).inputs, [7.5, 23.5]);
    }
}
