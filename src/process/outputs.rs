//! The outputs of the network along a segment: those of the optimizer, and what the central map makes of their average.

use serde::{Deserialize, Serialize};

use super::series::Quantity;
use super::{Kind, Now, Others, Part, PartKind, Process, Sample, Tracking, segments};
use crate::dynamics::{CentralFlow, FlowError};
use crate::numeric::Matrix;

/// The kind.
pub const KIND: Kind = Kind {
    name: "outputs",
    title: "the outputs",
    meaning: "outputs of the network for all examples in the order of the run, those of an example one after the other, at the optimizer's \
              iterates and along the central map of a segment; where there is no network the loss is the one output",
    needs: &[&segments::KIND],
    ends_with_first_segment: false,
    has_eigenpairs: false,
    runs_with: |_| true,
    start: |_| Box::new(Observer),
    part: PartKind::of::<OutputsSample>(),
};

/// Outputs that are shown.
const SHOWN: usize = 3;

/// Outputs at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputsSample {
    /// The share of answers that the optimizer has right, if the targets are classes.
    pub accuracy: Option<f64>,
    /// The first outputs at w_t.
    pub of_descent: Vec<f64>,
    /// Their averages by the theory, `f(w(t)) + 1/2 <H_f, Sigma>`.
    pub average: Vec<f64>,
    /// With `c = 1/2 <H_f, Sigma>`, a number for each output: `<f(w_t) - f(w(t)), c>` over all outputs.
    pub excess: Option<f64>,
    /// `|c|^2`.
    pub expected: Option<f64>,
}

impl Part for OutputsSample {
    const PROCESS: &'static str = KIND.name;

    fn quantities() -> Vec<Quantity<Self>> {
        vec![
            Self::number("accuracy", "1", "the share of right answers at w_t, if targets are classes", |s| {
                s.accuracy
            }),
            Self::list("of_descent", "f", "the first outputs, f(w_t)", |s| &s.of_descent),
            Self::list("average", "f", "f(w(t)) + 1/2 <H_f, Sigma> of these, along the central map", |s| {
                &s.average
            }),
            Self::number("excess", "f^2", "<f(w_t) - f(w(t)), c> with c = 1/2 <H_f, Sigma>", |s| s.excess),
            Self::number("expected", "f^2", "|c|^2, the average of the excess", |s| s.expected),
        ]
    }
}

/// Looks at the optimizer and at the segment.
struct Observer;

/// `f(w(t))` and `c = 1/2 <H_f, Sigma>` along the central map.
struct Expected {
    base: Vec<f64>,
    correction: Vec<f64>,
}

impl Expected {
    /// None before the map has been evaluated.
    fn of(map: &CentralFlow, now: &Now<'_>) -> Option<Self> {
        let here = map.evaluation()?;
        let mut directions = Matrix::zeros(map.weights().len(), here.sigma.len());
        for j in 0..directions.cols() {
            let q = here.coordinates.stretched(here.sigma_vectors.col(j).to_vec());
            directions.col_mut(j).copy_from_slice(&q);
        }
        // Sigma is that of the points at which gradients are taken.
        let square = now.rule.amplification(&map.iterate().state).powi(2);
        let around = now.objective.outputs(map.weights(), &directions);
        let mut correction = vec![0.0; around.values.len()];
        for (sigma, second) in here.sigma.iter().zip(&around.second) {
            for (c, second) in correction.iter_mut().zip(second) {
                *c += 0.5 * sigma / square * second;
            }
        }
        Some(Self { base: around.values, correction })
    }
}

impl Process for Observer {
    fn advance(&mut self, _: &Now<'_>) -> Result<(), FlowError> {
        Ok(())
    }

    fn observe(&mut self, now: &Now<'_>, others: Others<'_>, sample: &mut Sample) -> Result<(), FlowError> {
        let w = now.discrete.weights();
        let here = now.objective.outputs(w, &Matrix::zeros(w.len(), 0)).values;
        let map = others.find::<segments::Segments>().and_then(segments::Segments::map);
        let expected = map.and_then(|map| Expected::of(map, now));
        let over = |Expected { base, correction }: &Expected| -> f64 {
            here.iter().zip(base).zip(correction).map(|((f, base), c)| (f - base) * c).sum()
        };
        let average = |Expected { base, correction }: &Expected| -> Vec<f64> {
            base.iter().zip(correction).map(|(base, c)| base + c).take(SHOWN).collect()
        };
        sample.set(OutputsSample {
            accuracy: now.objective.accuracy(&here),
            of_descent: here[..here.len().min(SHOWN)].to_vec(),
            average: expected.as_ref().map(average).unwrap_or_default(),
            excess: expected.as_ref().map(over),
            expected: expected.as_ref().map(|expected| expected.correction.iter().map(|c| c * c).sum()),
        });
        Ok(())
    }

    fn products(&self) -> usize {
        0
    }

    fn tracking(&self, _: &Now<'_>) -> Option<Tracking<'_>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::data::digits::Digits;
    use crate::experiment::{Plan, Record, Settings, Unwatched, run};
    use crate::model::mlp::{Activation, MlpEntry};
    use crate::objective::{Entry, Landscape, Linearization, Loss, NetworkEntry, Objective};
    use crate::optimizer::{NesterovEntry, RmspropEntry};
    use crate::process::SegmentSample;

    /// A function whose output is its value.
    struct Value(Box<dyn Objective>);

    impl Objective for Value {
        fn dim(&self) -> usize {
            self.0.dim()
        }

        fn start(&self) -> Vec<f64> {
            self.0.start()
        }

        fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
            self.0.linearize(w)
        }
    }

    fn record(objective: &dyn Objective, settings: &Settings) -> Record {
        run(objective, settings, 1, &Plan::new(&[&KIND], vec![]), &Unwatched)
    }

    /// The steps with an expectation, once the map has come to the edge.
    fn settled(record: &Record) -> impl Iterator<Item = (&Sample, &OutputsSample, &SegmentSample)> {
        record.samples.iter().filter_map(|sample| {
            let segment = sample.get::<SegmentSample>()?;
            (sample.step > segment.start + 40).then_some((sample, sample.get()?, segment))
        })
    }

    /// Of the loss as an output, `1/2 <H, Sigma> = tr Sigma / h` at the edge, with Sigma of the weights in natural coordinates: whatever the
    /// rule. The eigenvalues are at the edge within the substep and the eigenpairs' residual.
    #[test]
    fn the_loss_as_an_output_has_the_curvature_of_the_edge() {
        let valley = || Landscape::valley(3.9, 0.02, 2, 0);
        let nesterov =
            Settings { optimizer: Arc::new(NesterovEntry { momentum: 0.3 }), ..Settings::new(0.4, 600) };
        let (data, model) = (
            Arc::new(Digits { side: 4 }),
            Arc::new(MlpEntry { hidden: vec![5], activation: Activation::Tanh }),
        );
        let network = NetworkEntry { data, examples: 60, model, loss: Loss::Mse }.build(1).expect("valid");
        let rmsprop = Settings {
            optimizer: Arc::new(RmspropEntry { beta2: 0.9, epsilon: 1e-7 }),
            warm_up: 20,
            ..Settings::new(3e-3, 600)
        };
        let runs = [
            record(&valley(), &Settings::new(0.5, 600)),
            record(&valley(), &nesterov),
            record(&Value(network), &rmsprop),
        ];
        for (run, record) in runs.iter().enumerate() {
            let mut seen = 0;
            for (sample, here, segment) in settled(record) {
                let size = segment.map.trace() / record.amplification.powi(2);
                let curvature = size / segment.map.edge_step;
                let expected = here.expected.expect("a map");
                // A sum of Sigma may vanish for a while.
                if curvature > 0.0 {
                    assert!(
                        (expected.sqrt() / curvature - 1.0).abs() < 1e-3,
                        "run {run}, step {}",
                        sample.step
                    );
                    seen += 1;
                }
            }
            assert!(seen > 50, "run {run}: {seen} steps, {:?}", record.stops);
        }
    }

    #[test]
    fn excess_and_average_are_over_the_map() {
        let record = record(&Landscape::valley(3.9, 0.02, 2, 0), &Settings::new(0.5, 600));
        for (sample, here, segment) in settled(&record) {
            assert_eq!((here.accuracy, &here.of_descent[..]), (None, &[sample.discrete.loss][..]));
            let (excess, expected) = (here.excess.expect("a map"), here.expected.expect("a map"));
            let curvature = expected.sqrt();
            assert!((here.average[0] - segment.map.loss - curvature).abs() < 1e-12);
            let over = (sample.discrete.loss - segment.map.loss) * curvature;
            assert!((excess - over).abs() < 1e-12, "{excess} for {over}");
        }
    }
}
