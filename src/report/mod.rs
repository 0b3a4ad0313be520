//! Results for people and for programs: text tables, JSON, a page with figures, and time series as
//! CSV or JSON.

mod catalogue;
pub mod html;
mod json;
mod judgement;
mod matrix;
mod number;
mod series;
mod table;

pub use catalogue::catalogue;
pub use json::json;
pub use judgement::{describe, word};
pub use matrix::matrix;
pub use number::{number, percent};
pub use series::{write_csv, write_json};
pub use table::table;
