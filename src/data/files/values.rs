//! The numbers of a file, in as little memory as they take there.

/// Bytes, as of images, or other numbers.
#[derive(Clone, PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub(in crate::data) enum Values {
    /// 0 to 255.
    Bytes(Vec<u8>),
    /// Finite numbers.
    Numbers(Vec<f64>),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }

    pub fn at(&self, i: usize) -> f64 {
        match self {
            Self::Bytes(bytes) => f64::from(bytes[i]),
            Self::Numbers(numbers) => numbers[i],
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.len()).map(|i| self.at(i))
    }

    /// As labels, which must be whole numbers.
    pub fn labels(&self) -> Result<Vec<i64>, String> {
        let label = |(i, x): (usize, f64)| {
            // Those of a double that are whole for certain.
            let whole = x == x.trunc() && x.abs() <= (1_u64 << 53) as f64;
            whole
                .then_some(x as i64)
                .ok_or_else(|| format!("the label of example {} is {x}: accepted are whole numbers", i + 1))
        };
        self.iter().enumerate().map(label).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_whole_numbers() {
        assert_eq!(Values::Bytes(vec![3, 255]).labels(), Ok(vec![3, 255]));
        assert_eq!(Values::Numbers(vec![-2.0, 0.0]).labels(), Ok(vec![-2, 0]));
        for bad in [0.5, 1e300] {
            let message = Values::Numbers(vec![1.0, bad]).labels().expect_err("no label");
            assert!(message.starts_with("the label of example 2 is "), "{message}");
        }
    }
}
