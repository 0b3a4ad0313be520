//! What kinds of rules there are, their parameters, and a kind with parameters chosen.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Rule;

/// A kind of update rule: an entry of the registry.
pub struct Kind {
    /// The name in suite files.
    pub name: &'static str,
    /// The recursion, in a line.
    pub meaning: &'static str,
    /// Its parameters beside the learning rate.
    pub parameters: &'static [Parameter],
    /// The rule with a learning rate and one value a parameter.
    pub build: fn(f64, &[f64]) -> Rule,
}

/// A real parameter of a rule.
pub struct Parameter {
    /// The name in suite files.
    pub name: &'static str,
    /// Whether a value is accepted.
    pub accepts: fn(f64) -> bool,
    /// What is accepted, in words.
    pub accepted: &'static str,
}

/// A kind with its parameters.
#[derive(Clone)]
pub struct Optimizer {
    kind: &'static Kind,
    parameters: Vec<f64>,
}

impl Optimizer {
    /// The kind with one value a parameter, in their order.
    ///
    /// # Errors
    /// The name of the parameter whose value is not accepted, and what would be.
    ///
    /// # Panics
    /// If there are more or fewer values than parameters: a bug of the caller.
    pub fn new(kind: &'static Kind, values: Vec<f64>) -> Result<Self, (&'static str, &'static str)> {
        assert_eq!(values.len(), kind.parameters.len(), "a value a parameter");
        let refused =
            kind.parameters.iter().zip(&values).find(|(parameter, value)| !(parameter.accepts)(**value));
        match refused {
            Some((parameter, _)) => Err((parameter.name, parameter.accepted)),
            None => Ok(Self { kind, parameters: values }),
        }
    }

    /// Its kind's name.
    pub fn name(&self) -> &'static str {
        self.kind.name
    }

    /// The rule with that learning rate.
    pub fn rule(&self, learning_rate: f64) -> Rule {
        (self.kind.build)(learning_rate, &self.parameters)
    }

    fn named(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.kind.parameters.iter().map(|parameter| parameter.name).zip(self.parameters.iter().copied())
    }
}

impl PartialEq for Optimizer {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.parameters == other.parameters
    }
}

/// `heavy_ball, momentum 0.5`.
impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())?;
        self.named().try_for_each(|(name, value)| write!(f, ", {name} {value}"))
    }
}

impl fmt::Debug for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// As in suite files: `{"heavy_ball": {"momentum": 0.5}}`.
impl Serialize for Optimizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parameters: std::collections::BTreeMap<&str, f64> = self.named().collect();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.name(), &parameters)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use crate::optimizer::{Optimizer, find};

    #[test]
    fn parameters_are_checked_and_shown() {
        let heavy_ball = find("heavy_ball").expect("registered");
        let accepted = Optimizer::new(heavy_ball, vec![0.5]).expect("accepted");
        assert_eq!(accepted.to_string(), "heavy_ball, momentum 0.5");
        let json = serde_json::to_string(&accepted).expect("JSON");
        assert_eq!(json, r#"{"heavy_ball":{"momentum":0.5}}"#);
        for wrong in [1.0, -0.1, f64::NAN] {
            let (name, accepted) = Optimizer::new(heavy_ball, vec![wrong]).expect_err("refused");
            assert_eq!((name, accepted), ("momentum", "numbers from 0 up to, but not including, 1"));
        }
    }
}
