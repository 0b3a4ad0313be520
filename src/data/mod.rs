//! Data sets: one file each, shipped with the project, made from a seed or read from files of the user's own.

pub mod chebyshev;
mod cifar10;
pub mod copying;
mod csv;
pub mod digits;
mod entry;
pub(crate) mod files;
pub mod gaussian;
mod idx;
mod npy;
mod npz;
pub mod orthogonal;
pub mod sequences;
pub mod sorting;
pub mod teacher_student;
pub mod two_moons;

pub use entry::{Entry, is_list, kinds, of_files, own, read, serialize};

/// Examples: inputs and what a network is to make of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Inputs, row-major, one row an example.
    pub inputs: Vec<f64>,
    /// The number of features of an example.
    pub features: usize,
    /// Targets, row-major, one row an example: one-hot rows for classes, real numbers for a regression. Those of several positions of an
    /// example come one after the other.
    pub targets: Vec<f64>,
    /// The number of targets of an example, of all its positions together.
    pub outputs: usize,
}

/// How the features of an example are laid out: `rows x cols x channels` numbers, row by row, in each column by column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The rows, such as those of an image or the positions of a sequence; 1 if the example is a vector.
    pub rows: usize,
    /// The columns, such as the pixels of a row, or the letters of an alphabet of which one is hot.
    pub cols: usize,
    /// The numbers at a row and a column, such as the colours of a pixel; mostly 1.
    pub channels: usize,
}

impl Shape {
    /// All numbers of an example.
    pub fn features(&self) -> usize {
        self.rows * self.cols * self.channels
    }
}

impl Dataset {
    /// Examples with labels, of which the targets are one-hot rows.
    pub fn labelled(inputs: Vec<f64>, features: usize, labels: &[usize], classes: usize) -> Self {
        let mut targets = vec![0.0; labels.len() * classes];
        for (i, &label) in labels.iter().enumerate() {
            targets[i * classes + label] = 1.0;
        }
        Self { inputs, features, targets, outputs: classes }
    }

    /// The number of examples.
    pub fn len(&self) -> usize {
        self.targets.len() / self.outputs
    }

    /// True if there are no examples.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The examples at `indices`, in that order.
    pub fn select(&self, indices: &[usize]) -> Dataset {
        let rows = |table: &[f64], width: usize| {
            indices.iter().flat_map(|&i| &table[i * width..(i + 1) * width]).copied().collect()
        };
        Dataset {
            inputs: rows(&self.inputs, self.features),
            features: self.features,
            targets: rows(&self.targets, self.outputs),
            outputs: self.outputs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_modules;

    #[test]
    fn every_file_is_registered_under_its_name() {
        assert_modules("data", &["mod", "entry", "files", "sequences"], kinds().iter().map(|kind| kind.name));
    }
}
