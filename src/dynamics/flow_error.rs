//! Why a flow stops.

use crate::eigen::EigenError;
use crate::sdcp::SdcpError;
use crate::stationary::StationaryError;

/// Why a flow stopped.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FlowError {
    /// A value was infinite or not a number.
    #[error("a value became infinite or NaN")]
    NonFinite,
    /// The flow needs too many substeps.
    #[error("more than {substeps} substeps are needed for one step: the flow has become too stiff")]
    TooStiff {
        /// The number of substeps at which it gave up.
        substeps: usize,
    },
    /// The eigen-solver failed.
    #[error("eigenvalues: {0}")]
    Eigen(#[from] EigenError),
    /// Eigenpairs are not known well enough to go on.
    #[error("the eigenpairs did not converge: their relative residual is {residual:.1e}")]
    NotConverged {
        /// The largest relative residual of those that matter.
        residual: f64,
    },
    /// There may be more critical eigenvalues than are tracked.
    #[error(
        "all max_tracked = {tracked} eigenvalues that are tracked are critical, and whether there are more is not known: \
         raise max_tracked (accepted are up to 16, one more than there are critical ones is needed)"
    )]
    Saturated {
        /// How many are tracked.
        tracked: usize,
    },
    /// The complementarity problem has no solution or was not solved.
    #[error("complementarity problem: {0}")]
    Sdcp(#[from] SdcpError),
    /// The Hessian is too large to be formed.
    #[error("all of the Hessian of {dim} weights is needed: accepted are up to {most}")]
    TooLarge {
        /// The number of weights.
        dim: usize,
        /// The most there may be.
        most: usize,
    },
    /// The stationary preconditioner was not found.
    #[error("stationary preconditioner: {0}")]
    Stationary(#[from] StationaryError),
}
