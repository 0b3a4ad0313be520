//! Data sets: one file each, all shipped with the project or made from a seed.

pub mod digits;
pub mod gaussian;

/// Labelled examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Inputs, row-major, one row an example.
    pub inputs: Vec<f64>,
    /// The number of features of an example.
    pub features: usize,
    /// The class of each example.
    pub labels: Vec<usize>,
    /// The number of classes.
    pub classes: usize,
}

impl Dataset {
    /// The number of examples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// True if there are no examples.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The examples at `indices`, in that order.
    pub fn select(&self, indices: &[usize]) -> Dataset {
        let row = |&i: &usize| &self.inputs[i * self.features..(i + 1) * self.features];
        Dataset {
            inputs: indices.iter().flat_map(row).copied().collect(),
            features: self.features,
            labels: indices.iter().map(|&i| self.labels[i]).collect(),
            classes: self.classes,
        }
    }

    /// The labels as one-hot rows.
    pub fn one_hot(&self) -> Vec<f64> {
        let mut rows = vec![0.0; self.len() * self.classes];
        for (i, &label) in self.labels.iter().enumerate() {
            rows[i * self.classes + label] = 1.0;
        }
        rows
    }
}
