//! Whether a result replaces what is there or is added to it.

use crate::numeric::Start;

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    Replace,
    Add,
}

impl Write {
    /// What the sums of a product written like this start from.
    pub fn start<'a, T>(self) -> Start<'a, T> {
        match self {
            Write::Replace => Start::Zero,
            Write::Add => Start::Present,
        }
    }
}
