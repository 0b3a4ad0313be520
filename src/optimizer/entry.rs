//! What a suite file says of an update rule: an open set of kinds, each in a file of its own.

use std::fmt;
use std::sync::Arc;

use serde::Serializer;
use toml::Spanned;
use toml::de::DeValue;

use super::{GradientDescentEntry, Rule, kinds};
use crate::source::{self, Parameters, Parsed, Source, require};

/// An update rule as a suite file has it, without its learning rate. It serialises as there.
pub trait Entry: Parameters + fmt::Debug + Send + Sync {
    /// The name of its kind.
    fn kind(&self) -> &'static str;

    /// The rule with that learning rate.
    fn rule(&self, learning_rate: f64) -> Rule;

    /// The rule in words.
    fn description(&self) -> String;
}

/// The rule that a suite file has for the key `optimizer`; gradient descent where it has none.
pub fn read(source: &Source, optimizer: Option<Spanned<DeValue>>) -> Parsed<Arc<dyn Entry>> {
    let Some(optimizer) = optimizer else { return Ok(Arc::new(GradientDescentEntry {})) };
    source::choose(source, "optimizer", optimizer, &kinds())
}

/// A share that is kept, of inertia or of an average: from 0 to less than 1.
pub(super) fn share(value: &f64) -> Result<(), String> {
    require((0.0..1.0).contains(value), || "accepted are numbers from 0 up to, but not including, 1".into())
}

/// The share of an average of squares that is kept: above 0, so that the average has a rate, and less than 1.
pub(super) fn decay(value: &f64) -> Result<(), String> {
    require(*value > 0.0 && *value < 1.0, || "accepted are numbers above 0 and below 1".into())
}

/// What keeps a divisor from zero: finite and not negative.
pub(super) fn epsilon(value: &f64) -> Result<(), String> {
    require(value.is_finite() && *value >= 0.0, || "accepted are finite numbers, 0 or more".into())
}

/// Serialises the rule as a suite file has it.
pub fn serialize<S: Serializer>(optimizer: &Arc<dyn Entry>, serializer: S) -> Result<S::Ok, S::Error> {
    source::serialize(optimizer.kind(), &**optimizer, serializer)
}

#[cfg(test)]
mod tests {
    use crate::suite::parse;

    /// What comes of an experiment with this line: the optimizer in words, or the refusal.
    fn read(line: &str) -> Result<String, String> {
        let text = format!(
            "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = 'central_flow'\n\
             learning_rate = 0.1\nsteps = 4\nobjective.quadratic.spectrum = [1.0]\n{line}\n"
        );
        let suite = parse("my.toml", &text).map_err(|error| error.to_string())?;
        let optimizer = &suite.experiments[0].spec.settings.optimizer;
        let json = serde_json::to_string(&suite.experiments[0].spec.settings).expect("JSON");
        assert!(json.contains(optimizer.kind()), "{json}");
        Ok(optimizer.description())
    }

    #[test]
    fn rules_are_read_as_they_are_named() {
        for line in ["", "optimizer = 'gradient_descent'", "optimizer.gradient_descent = {}"] {
            assert_eq!(read(line), Ok("gradient descent".to_string()), "{line}");
        }
        assert_eq!(
            read("optimizer.heavy_ball.momentum = 0.25"),
            Ok("heavy ball of momentum 0.25".to_string())
        );
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let accepted = "accepted are numbers from 0 up to, but not including, 1";
        for (line, message) in [
            (
                "optimizer.heavy_bal = {}",
                "Did you mean heavy_ball? Accepted are `gradient_descent`, `heavy_ball`",
            ),
            (
                "optimizer = {}",
                "optimizer must be exactly one: accepted is one of gradient_descent, heavy_ball",
            ),
            ("optimizer = 'heavy_ball'", "missing field `momentum`"),
            ("optimizer.heavy_ball.momentum = 1.0", &format!("momentum = 1.0: {accepted}")),
            ("optimizer.heavy_ball.momentum = nan", &format!("momentum = nan: {accepted}")),
            ("optimizer.heavy_ball = { momentum = 0.5, beta = 0.5 }", "unknown field `beta`"),
            ("optimizer.gradient_descent.momentum = 0.5", "unknown field `momentum`"),
        ] {
            let refusal = read(line).expect_err(line);
            assert!(
                refusal.starts_with("my.toml, line 9: ") && refusal.contains(message),
                "{line}: {refusal}"
            );
        }
    }
}
