//! A small column-major matrix: the currency of blocks of directions and of k x k problems.

/// A dense `rows x cols` matrix of f64 in column-major order; each column is contiguous.
///
/// A block of m directions in R^p is a `p x m` matrix whose columns are the directions.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// The zero matrix.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self { rows, cols, data: vec![0.0; rows * cols] }
    }

    /// The matrix with entries `f(i, j)`.
    pub fn from_fn(rows: usize, cols: usize, mut f: impl FnMut(usize, usize) -> f64) -> Self {
        let mut matrix = Self::zeros(rows, cols);
        for j in 0..cols {
            for i in 0..rows {
                matrix.data[j * rows + i] = f(i, j);
            }
        }
        matrix
    }

    /// The matrix whose columns lie one after the other in `data`.
    ///
    /// # Panics
    /// If `data.len() != rows * cols`: a bug of the caller.
    pub fn from_columns(rows: usize, cols: usize, data: Vec<f64>) -> Self {
        assert_eq!(data.len(), rows * cols, "a {rows} x {cols} matrix needs {} entries", rows * cols);
        Self { rows, cols, data }
    }

    /// The identity matrix of order `n`.
    pub fn identity(n: usize) -> Self {
        Self::from_fn(n, n, |i, j| if i == j { 1.0 } else { 0.0 })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Column `j`.
    pub fn col(&self, j: usize) -> &[f64] {
        &self.data[j * self.rows..(j + 1) * self.rows]
    }

    /// Column `j`, to write.
    pub fn col_mut(&mut self, j: usize) -> &mut [f64] {
        &mut self.data[j * self.rows..(j + 1) * self.rows]
    }

    /// All entries, column after column.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// All entries, column after column, to write.
    pub fn data_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }

    /// Appends a column.
    ///
    /// # Panics
    /// If `column` has another length than the matrix has rows.
    pub fn push_col(&mut self, column: &[f64]) {
        assert_eq!(column.len(), self.rows);
        self.data.extend_from_slice(column);
        self.cols += 1;
    }

    /// Keeps the first `cols` columns.
    pub fn truncate_cols(&mut self, cols: usize) {
        self.cols = self.cols.min(cols);
        self.data.truncate(self.cols * self.rows);
    }

    /// The columns `from..to`.
    pub fn cols_range(&self, from: usize, to: usize) -> Matrix {
        Self::from_columns(self.rows, to - from, self.data[from * self.rows..to * self.rows].to_vec())
    }
}

impl std::ops::Index<(usize, usize)> for Matrix {
    type Output = f64;
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.data[j * self.rows + i]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.data[j * self.rows + i]
    }
}
