//! x
pub mod autodiff;
pub mod data;
pub mod dynamics;
pub mod eigen;
pub mod model;
pub mod numeric;
pub mod objective;
pub mod optimizer;
pub mod prediction;
pub mod sdcp;
