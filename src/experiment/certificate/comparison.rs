//! A reported number beside the same number from other code.

use serde::{Deserialize, Serialize};

/// How far a reported quantity is from its recomputation, and how far it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Which quantity.
    pub quantity: String,
    /// Its size, or that of the terms it is a sum of; positive.
    pub size: f64,
    /// The difference.
    pub difference: f64,
    /// What rounding (and what else the certificate says) may contribute to it.
    pub allowed: f64,
    /// The difference from the same quantity in the wrong theory that is the control; none if it has no say.
    pub control: Option<f64>,
}

impl Comparison {
    /// A comparison without control.
    pub fn new(quantity: impl Into<String>, size: f64, difference: f64, allowed: f64) -> Self {
        // A quantity that vanishes is compared as it is.
        let size = if size > 0.0 { size } else { 1.0 };
        Self { quantity: quantity.into(), size, difference: difference.abs(), allowed, control: None }
    }

    /// The same with the wrong theory's difference.
    pub fn against(self, control: f64) -> Self {
        Self { control: Some(control.abs()), ..self }
    }

    /// True if no number is infinite or NaN.
    pub fn is_finite(&self) -> bool {
        let control = self.control.unwrap_or(0.0);
        [self.size, self.difference, self.allowed, control].iter().all(|x| x.is_finite())
    }
}
