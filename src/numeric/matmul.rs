//! PROVISIONAL
use super::{Scalar, dispatch::dispatched};
/// x
#[derive(Clone, Copy)] pub struct MatRef<'a, T> { data: &'a [T], rows: usize, cols: usize, rs: usize, cs: usize }
/// x
pub struct MatMut<'a, T> { data: &'a mut [T], rows: usize, cols: usize }
impl<'a, T> MatRef<'a, T> {
    /// x
    pub fn row_major(data: &'a [T], rows: usize, cols: usize) -> Self { assert!(data.len() >= rows*cols); Self { data, rows, cols, rs: cols, cs: 1 } }
    /// x
    pub fn t(self) -> Self { Self { data: self.data, rows: self.cols, cols: self.rows, rs: self.cs, cs: self.rs } }
    /// x
    pub fn columns(self, a: usize, b: usize) -> Self { Self { data: &self.data[a*self.cs..], cols: b-a, ..self } }
}
impl<'a, T> MatMut<'a, T> {
    /// x
    pub fn row_major(data: &'a mut [T], rows: usize, cols: usize) -> Self { assert!(data.len() >= rows*cols); Self { data, rows, cols } }
}
/// x
pub fn matmul_add<T: Scalar>(c: MatMut<'_, T>, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    if b.cs != 1 { 
        let bt: Vec<T> = (0..b.rows*b.cols).map(|e| b.data[(e / b.cols)*b.rs + (e % b.cols)*b.cs]).collect();
        return go(c.data, c.rows, c.cols, a.cols, a.data, a.rs, a.cs, &bt, b.cols);
    }
    go(c.data, c.rows, c.cols, a.cols, a.data, a.rs, a.cs, b.data, b.rs)
}
dispatched! {
fn go<T: Scalar>(c: &mut [T], rows: usize, cols: usize, inner: usize, a: &[T], ars: usize, acs: usize, b: &[T], brs: usize) -> () {
    for i in 0..rows { let c = &mut c[i*cols..(i+1)*cols]; for k in 0..inner { let s = a[i*ars+k*acs]; let b = &b[k*brs..k*brs+cols]; for j in 0..cols { c[j] = s.mul_add(b[j], c[j]); } } }
}
}
