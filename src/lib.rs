//! x
pub mod autodiff;
pub mod data;
pub mod model;
pub mod numeric;
pub mod objective;
