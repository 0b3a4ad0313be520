//! Learning rates that change over time, one course a file: a factor of the learning rate of any rule.

mod cosine;
mod linear;
mod ramp;
mod step;
mod warm_up;

use std::fmt;
use std::sync::Arc;

use serde::Serializer;
use toml::Spanned;
use toml::de::DeValue;

use super::{Decay, Momentum, OneAtTheEdge, Preconditioner, Relative, Rule, State, Steps, UpdateRule};
use crate::source::{self, Kind, Parameters, Parsed, Source, require};

/// The course of a learning rate. It serialises as a suite file has it.
pub trait Schedule: Parameters + fmt::Debug + Send + Sync {
    /// The name of its kind.
    fn kind(&self) -> &'static str;

    /// The factor of the learning rate once t gradients have been taken, above 0; along a flow t is any number.
    fn factor(&self, time: f64) -> f64;

    /// `d ln factor / dt`; 0 where it jumps.
    fn rate(&self, time: f64) -> f64;

    /// The course in words.
    fn description(&self) -> String;
}

/// All kinds of schedules; a new file gets its line here.
pub fn schedules() -> Vec<&'static Kind<dyn Schedule>> {
    vec![&warm_up::KIND, &linear::KIND, &cosine::KIND, &step::KIND]
}

/// The schedule that a suite file has for the key `schedule`, if it has one; without, the learning rate is constant.
pub fn read_schedule(
    source: &Source,
    schedule: Option<Spanned<DeValue>>,
) -> Parsed<Option<Arc<dyn Schedule>>> {
    schedule.map(|schedule| source::choose(source, "schedule", schedule, &schedules())).transpose()
}

/// Serialises the schedule as a suite file has it.
pub fn serialize_schedule<S: Serializer>(
    schedule: &Option<Arc<dyn Schedule>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match schedule {
        Some(schedule) => source::serialize(schedule.kind(), &**schedule, serializer),
        None => serializer.serialize_none(),
    }
}

/// A number of steps over which a learning rate changes.
fn steps(value: &u32) -> Result<(), String> {
    require(*value > 0, || "accepted are whole numbers, 1 or more".into())
}

/// A factor of a learning rate.
fn factor(value: &f64) -> Result<(), String> {
    require(value.is_finite() && *value > 0.0, || "accepted are finite numbers above 0".into())
}

/// A rule whose learning rate follows a schedule.
#[derive(Debug, Clone)]
pub struct Scheduled {
    rule: Rule,
    schedule: Arc<dyn Schedule>,
}

impl Scheduled {
    /// The rule with the learning rate times the schedule's factor.
    pub fn new(rule: Rule, schedule: Arc<dyn Schedule>) -> Self {
        Self { rule, schedule }
    }
}

impl UpdateRule for Scheduled {
    fn learning_rate(&self) -> f64 {
        self.rule.learning_rate()
    }

    fn with_learning_rate(&self, eta: f64) -> Rule {
        Arc::new(Self { rule: self.rule.with_learning_rate(eta), schedule: self.schedule.clone() })
    }

    fn preconditioner(&self) -> &dyn Preconditioner {
        self
    }

    fn momentum(&self) -> Momentum {
        self.rule.momentum()
    }

    /// That of the rule, which goes with the learning rate, times the factor.
    fn decay(&self, state: &State) -> Decay {
        let Decay { share, rate } = self.rule.decay(state);
        Decay { share: share * self.schedule.factor(state.time), rate: rate + self.schedule.rate(state.time) }
    }
}

/// P of the rule, over the factor.
impl Preconditioner for Scheduled {
    fn steps(&self, state: &State) -> Steps {
        self.rule.preconditioner().steps(state).times(self.schedule.factor(state.time))
    }

    fn initial(&self, dim: usize) -> Vec<f64> {
        self.rule.preconditioner().initial(dim)
    }

    fn least_time(&self) -> usize {
        self.rule.preconditioner().least_time()
    }

    fn after(&self, state: &State, squares: &[f64]) -> Vec<f64> {
        self.rule.preconditioner().after(state, squares)
    }

    fn velocity(&self, state: &State, squares: &[f64]) -> Vec<f64> {
        self.rule.preconditioner().velocity(state, squares)
    }

    /// A closed form of the rule is one for a constant learning rate.
    fn single(&self, _: &OneAtTheEdge) -> Option<f64> {
        None
    }

    fn hardening(&self, state: &State, change: &[f64], time: f64) -> Relative {
        let softer = self.schedule.rate(state.time) * time;
        self.rule.preconditioner().hardening(state, change, time).plus(-softer)
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    fn schedule(said: &str) -> Arc<dyn Schedule> {
        let text = format!("schedule.{said}");
        let document = DeTable::parse(&text).expect("TOML").into_inner();
        let read = read_schedule(&Source::new("test.toml", &text), document.get("schedule").cloned());
        read.unwrap_or_else(|error| panic!("{error}")).expect("there is one")
    }

    /// Each kind by what a suite file says, and its factor at some times.
    const SAID: [(&str, [(f64, f64); 4]); 4] = [
        ("warm_up.steps = 10", [(1.0, 0.1), (5.0, 0.5), (10.0, 1.0), (90.0, 1.0)]),
        (
            "linear = { from = 10, steps = 20, to = 1.5 }",
            [(0.0, 1.0), (10.0, 1.0), (20.0, 1.25), (40.0, 1.5)],
        ),
        ("cosine = { from = 0, steps = 20, to = 0.2 }", [(0.0, 1.0), (10.0, 0.6), (20.0, 0.2), (30.0, 0.2)]),
        ("step = { every = 10, factor = 0.5 }", [(0.0, 1.0), (9.5, 1.0), (10.0, 0.5), (25.0, 0.25)]),
    ];

    #[test]
    fn factors_are_what_they_are_named_for() {
        assert!(schedules().iter().all(|kind| SAID.iter().any(|(said, _)| said.starts_with(kind.name))));
        for (said, values) in SAID {
            let schedule = schedule(said);
            for (time, expected) in values {
                let found = schedule.factor(time);
                assert!((found - expected).abs() < 1e-15, "{said} at {time}: {found} for {expected}");
            }
            assert!(!schedule.description().is_empty());
        }
    }

    #[test]
    fn rates_are_those_of_the_factors() {
        for (said, _) in SAID {
            let schedule = schedule(said);
            for time in [1.5, 7.3, 12.1, 18.8, 33.3] {
                let log = |time: f64| libm::log(schedule.factor(time));
                let (found, h) = (schedule.rate(time), 1e-5);
                let expected = (log(time + h) - log(time - h)) / (2.0 * h);
                assert!((found - expected).abs() < 1e-8, "{said} at {time}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for (said, message) in [
            ("warm_up.steps = 0", "steps = 0: accepted are whole numbers, 1 or more"),
            ("linear = { steps = 5, to = 0.0 }", "to = 0.0: accepted are finite numbers above 0"),
            ("step = { every = 5 }", "missing field `factor`"),
            ("cosin = {}", "Did you mean cosine?"),
        ] {
            let text = format!("schedule.{said}");
            let document = DeTable::parse(&text).expect("TOML").into_inner();
            let read = read_schedule(&Source::new("test.toml", &text), document.get("schedule").cloned());
            let refusal = read.expect_err(said).to_string();
            assert!(
                refusal.starts_with("test.toml, line 1: ") && refusal.contains(message),
                "{said}: {refusal}"
            );
        }
    }
}
