//! How much the matrix products of a graph cost.

use super::bilinear::{Bilinear, Pair};
use super::graph::{Graph, Node, Op};

/// The multiply-adds of the matrix products of one example, by what depends on parameters: that much of their derivatives is zero.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MultiplyAdds {
    /// Of numbers that depend on no parameter, with a parameter.
    pub of_data: f64,
    /// Of numbers that depend on parameters, with a parameter.
    pub of_layers: f64,
    /// Of two nodes with each other, as in attention.
    pub of_pairs: f64,
}

impl MultiplyAdds {
    /// Of all products.
    pub fn total(&self) -> f64 {
        self.of_data + self.of_layers + self.of_pairs
    }
}

impl Graph {
    /// The multiply-adds of the matrix products of one example.
    pub fn multiply_adds(&self) -> MultiplyAdds {
        let mut sums = MultiplyAdds::default();
        for node in &self.nodes {
            let (inner, sum) = match &node.op {
                &Op::Bilinear(Bilinear::MatMul, x, _) if self.nodes[x.0].active => {
                    (self.cols(x), &mut sums.of_layers)
                }
                &Op::Bilinear(Bilinear::MatMul, x, _) => (self.cols(x), &mut sums.of_data),
                Op::Bilinear(Bilinear::Pair(Pair::Product(product)), ..) => {
                    (product.inner(), &mut sums.of_pairs)
                }
                _ => continue,
            };
            let &Node { rows, cols, .. } = node;
            *sum += (rows * cols * inner) as f64;
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autodiff::Product;

    #[test]
    fn products_are_counted_by_their_factors() {
        let mut graph = Graph::new();
        let x = graph.data_matrix(2, 3);
        let w = graph.parameter(3, 5);
        let y = graph.matmul(x, w);
        let v = graph.parameter(5, 7);
        let z = graph.matmul(y, v);
        graph.product(Product::RightTransposed, z, z);
        let expected = MultiplyAdds { of_data: 30.0, of_layers: 70.0, of_pairs: 28.0 };
        assert_eq!(graph.multiply_adds(), expected);
        assert_eq!(expected.total(), 128.0);
    }
}
