//! Why a suite cannot be used.

use crate::source::Refusal;

/// What is wrong with a suite, where, and what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// The file cannot be read.
    #[error("{file}: {message}")]
    Unreadable {
        /// The file as it was named.
        file: String,
        /// Why.
        message: String,
    },
    /// The file says something that is not accepted.
    #[error(transparent)]
    Invalid(#[from] Refusal),
}
