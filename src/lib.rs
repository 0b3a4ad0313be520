//! centralflow puts the theory of gradient descent at the edge of stability to the test.
//!
//! It trains real networks with gradient descent, integrates the flows that the theory says it follows, and judges
//! every numerical prediction of the theory beside a control that must be rejected. Data flows one way:
//! suite file -> experiment -> record -> verdicts -> report, golden files. A module uses only those above it in this list:
//!
//! - [`numeric`]: kernels with the same bits on every processor and number of threads.
//! - [`source`]: texts of suite files, of which what is refused is told with its line; open sets of which they name an entry.
//! - [`autodiff`]: derivatives up to third order of graphs of linear, bilinear and pointwise nodes.
//! - [`model`]: architectures. [`data`]: data sets.
//! - [`objective`]: functions to minimise: networks on data, analytic landscapes; what a suite file says of them.
//! - [`eigen`]: the largest eigenpairs of an operator, cold, warm and certified.
//! - [`sdcp`]: the semidefinite complementarity problem that determines the oscillation covariance.
//! - [`stationary`]: the convex program of the preconditioner at which RMSProp comes to rest.
//! - [`optimizer`]: update rules: preconditioners with a state, momentum, schedules.
//! - [`dynamics`]: how an update rule moves: its iterates, its stable flow, central flow and central map.
//! - [`process`]: what runs beside an optimizer, one file each: midpoints, flows from the start, segments that start at midpoints.
//! - [`experiment`]: runs an optimizer and the processes that are asked for, records their series, and certifies them.
//! - [`prediction`]: the claims, one a file in a folder a theory, each with its control; averages over seeds too.
//! - [`storage`]: files that are replaced as a whole or not at all.
//! - [`suite`]: suite files, running them, sharing runs between tests.
//! - [`report`]: tables, JSON, time series. [`cli`]: the program, one file a command.
//!
//! A function of one's own is an [`objective::Objective`]; [`experiment::run`] takes any (`examples/own_objective.rs`):
//!
//! ```
#![doc = include_str!("../examples/own_objective.rs")]
//! ```

pub mod autodiff;
pub mod cli;
pub mod data;
pub mod dynamics;
pub mod eigen;
pub mod experiment;
pub mod model;
pub mod numeric;
pub mod objective;
pub mod optimizer;
pub mod prediction;
pub mod process;
pub mod report;
pub mod sdcp;
pub mod source;
pub mod stationary;
pub mod storage;
pub mod suite;
