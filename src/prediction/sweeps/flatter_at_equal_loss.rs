//! At the edge of stability a larger learning rate keeps the curvature lower, not only earlier: at the same loss (Cohen et al. 2025, part 2,
//! implicit regularization of Scalar RMSProp; R5).

use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::prediction::average::{Average, FREEDOM, errors_allowed};
use crate::prediction::comparison::{Comparison, Points, SweptRun};
use crate::prediction::estimate::finding;
use crate::prediction::window::SHORTEST;
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{Kind, MidpointSample, Sample, midpoints};

/// `S_b / S_a < 1` at equal loss for neighbouring learning rates `a < b`, S the sharpness at midpoints past the edge.
///
/// With one critical eigenvalue `sigma^2`, the strength of the force that reduces S, grows with eta at each point (D11 of
/// Scalar RMSProp, by its closed form), so that the flow of a larger eta is flatter wherever it comes to the same loss. For gradient descent it is the
/// edge, 2/eta.
pub struct FlatterAtEqualLoss;

const STATEMENT: &str = "at equal loss the sharpness is lower, the larger the learning rate";
const CONTROL: &str = "WRONG: at equal loss the sharpness is higher, the larger the learning rate";

impl Prediction for FlatterAtEqualLoss {
    fn name(&self) -> &'static str {
        "flatter_at_equal_loss"
    }

    fn statement(&self) -> &'static str {
        STATEMENT
    }

    fn processes(&self) -> &'static [&'static Kind] {
        &[&midpoints::KIND]
    }

    /// One run alone is compared with none.
    fn judge(&self, record: &Record) -> Finding {
        self.compare(&[SweptRun { value: record.learning_rate, points: self.points(record) }])
    }

    fn comparison(&self) -> Option<&dyn Comparison> {
        Some(self)
    }
}

impl Comparison for FlatterAtEqualLoss {
    fn over(&self) -> &'static str {
        "learning_rate"
    }

    /// Loss and sharpness of the midpoints from the first that is at the edge on.
    fn points(&self, record: &Record) -> Result<Points, String> {
        let midpoint = |s: &Sample| {
            let MidpointSample { loss, eigenvalues, .. } = s.get()?;
            Some((s.discrete.edge_step, *loss, *eigenvalues.first()?))
        };
        let at_the_edge = |&(_, _, top): &(f64, f64, f64)| top >= EDGE;
        let past = record.samples.iter().filter_map(midpoint).skip_while(|point| !at_the_edge(point));
        let points: Points = past.map(|(step, loss, top)| [loss, top / step]).collect();
        if points.is_empty() { Err("no midpoint is at the edge of stability".into()) } else { Ok(points) }
    }

    fn compare(&self, runs: &[SweptRun]) -> Finding {
        let pairs: Result<Vec<Pair>, String> =
            runs.windows(2).map(|pair| Pair::of(&pair[0], &pair[1])).collect();
        let alone = || runs.iter().find_map(|run| run.points.clone().err());
        let worst = pairs.and_then(|pairs| {
            let count = pairs.len();
            let worst = pairs.into_iter().max_by(|a, b| a.ratio.mean.total_cmp(&b.ratio.mean));
            let none = || {
                alone().unwrap_or("one run alone: compared are those of two learning rates or more".into())
            };
            worst.map(|worst| (worst, count)).ok_or_else(none)
        });
        match worst {
            Err(reason) => Finding {
                claim: Judgement::not_reached(STATEMENT, &reason),
                control: Judgement::not_reached(CONTROL, &reason),
            },
            Ok((worst, count)) => {
                finding(worst.judge(STATEMENT, count, false), worst.judge(CONTROL, count, true))
            }
        }
    }
}

/// Two runs whose learning rates are neighbours.
struct Pair {
    rates: [f64; 2],
    /// The sharpness with the larger learning rate over that with the smaller.
    ratio: Average,
    steps: usize,
}

impl Pair {
    /// Over the steps of the second run whose loss the first run has too.
    fn of(smaller: &SweptRun, larger: &SweptRun) -> Result<Self, String> {
        let (reference, points) = (ByLoss::new(smaller.points.as_ref()?), larger.points.as_ref()?);
        let both = points.iter().filter_map(|&[loss, sharpness]| Some((sharpness, reference.at(loss)?)));
        let (second, first): (Vec<f64>, Vec<f64>) = both.unzip();
        let (rates, steps) = ([smaller.value, larger.value], second.len());
        if steps < SHORTEST {
            let [a, b] = rates;
            return Err(format!(
                "past the edge {steps} steps with learning rate {b} have a loss that there is with {a} too; {SHORTEST} are needed"
            ));
        }
        Ok(Self { rates, ratio: Average::ratio(&second, &first), steps })
    }

    /// Judges whether the second is less sharp than the first; swapped it is the control.
    fn judge(&self, statement: &str, comparisons: usize, swapped: bool) -> Judgement {
        let Average { mean, standard_error } = self.ratio;
        let error = errors_allowed(comparisons, FREEDOM) * standard_error + self.steps as f64 * f64::EPSILON;
        let (measured, numerical_error) =
            if swapped { (1.0 / mean, error / (mean * mean)) } else { (mean, error) };
        let values = Values::less_than_one(measured, numerical_error);
        let [a, b] = self.rates;
        let reason = format!(
            "the sharpness with learning rate {b} over that with {a} at equal loss{}, the pair of neighbours where it is largest: ratio of \
             means over {} steps, lower means below 1. The error is the 99 % interval, and rounding",
            if swapped { ", inverted" } else { "" },
            self.steps
        );
        Judgement::new(statement, values, reason)
    }
}

/// A run's sharpness as a function of the loss: the mean where a loss comes several times.
struct ByLoss(Points);

impl ByLoss {
    fn new(points: &Points) -> Self {
        let mut sorted: Points = points.iter().copied().filter(|point| point[0].is_finite()).collect();
        sorted.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mean = |same: &[[f64; 2]]| {
            [same[0][0], same.iter().map(|point| point[1]).sum::<f64>() / same.len() as f64]
        };
        Self(sorted.chunk_by(|a, b| a[0] == b[0]).map(mean).collect())
    }

    /// Between the two nearest losses, linearly; none outside of the run's.
    fn at(&self, loss: f64) -> Option<f64> {
        let above = self.0.partition_point(|point| point[0] < loss);
        let [x1, y1] = *self.0.get(above)?;
        if x1 == loss {
            return Some(y1);
        }
        let [x0, y0] = *self.0.get(above.checked_sub(1)?)?;
        Some(y0 + (y1 - y0) * (loss - x0) / (x1 - x0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::Outcome::{self, Holds, NotReached, Unresolved, Violated};
    use crate::prediction::synthetic::truth;

    /// A run whose loss falls from 2 to 1 in 1,000 steps while its sharpness goes as `scale / sqrt(loss)`, in cycles of 40 steps.
    fn run(value: f64, scale: f64) -> SweptRun {
        let point = |step: i32| {
            let loss = 2.0 - 1e-3 * f64::from(step);
            [
                loss,
                scale / loss.sqrt()
                    * (1.0 + 0.02 * libm::sin(f64::from(step) * std::f64::consts::TAU / 40.0)),
            ]
        };
        SweptRun { value, points: Ok((0..1000).map(point).collect()) }
    }

    fn verdicts(runs: &[SweptRun]) -> [Outcome; 2] {
        let Finding { claim, control } = FlatterAtEqualLoss.compare(runs);
        [claim.verdict, control.verdict]
    }

    #[test]
    fn what_counts_is_each_pair_of_neighbours() {
        assert_eq!(verdicts(&[run(0.1, 2.0), run(0.2, 1.9)]), [Holds, Violated]);
        assert_eq!(verdicts(&[run(0.1, 1.9), run(0.2, 2.0)]), [Violated, Holds]);
        assert_eq!(verdicts(&[run(0.1, 2.0), run(0.2, 1.9), run(0.4, 1.95)]), [Violated, Holds]);
        assert_eq!(verdicts(&[run(0.1, 2.0), run(0.2, 1.9), run(0.4, 1.8)]), [Holds, Violated]);
        assert_eq!(verdicts(&[run(0.1, 2.0), run(0.2, 2.0)]), [Unresolved, Unresolved], "one and the same");
        let measured = FlatterAtEqualLoss.compare(&[run(0.1, 2.0), run(0.2, 1.9)]).claim.measured;
        assert!(measured.is_some_and(|ratio| (ratio - 0.95).abs() < 1e-3), "{measured:?}");
    }

    #[test]
    fn runs_are_compared_at_equal_loss_and_not_at_equal_steps() {
        // Half the loss at each step, hence sharper at each step, but flatter at each loss.
        let fast = run(0.2, 1.9);
        let halved =
            |points: Points| points.into_iter().map(|[l, _]| [0.75 * l, 1.9 / (0.75 * l).sqrt()]).collect();
        let fast = SweptRun { points: fast.points.map(halved), ..fast };
        assert_eq!(verdicts(&[run(0.1, 2.0), fast]), [Holds, Violated]);
    }

    #[test]
    fn between_two_losses_the_sharpness_is_interpolated() {
        let sharpness = ByLoss::new(&vec![[2.0, 20.0], [1.0, 10.0], [2.0, 40.0], [f64::NAN, 1.0]]);
        let expected = [None, Some(10.0), Some(15.0), Some(30.0), None];
        assert_eq!([0.5, 1.0, 1.25, 2.0, 2.5].map(|loss| sharpness.at(loss)), expected);
    }

    #[test]
    fn what_is_compared_begins_at_the_edge() {
        let record = truth::record();
        let points = FlatterAtEqualLoss.points(&record).expect("it comes to the edge");
        let first = record.samples.len() - points.len();
        let top = |step: usize| record.samples[step].get().map(|m: &MidpointSample| m.eigenvalues[0]);
        assert!(top(first - 1).is_some_and(|top| top < EDGE) && top(first).is_some_and(|top| top >= EDGE));
        assert_eq!(points[0][1], top(first).expect("checked") / truth::ETA);
    }

    #[test]
    fn one_run_or_no_common_loss_is_no_comparison() {
        assert_eq!(verdicts(&[run(0.1, 2.0)]), [NotReached, NotReached]);
        let apart = |points: Points| points.into_iter().map(|[loss, s]| [0.1 * loss, s]).collect();
        let lower = run(0.2, 1.0);
        let lower = SweptRun { points: lower.points.map(apart), ..lower };
        assert_eq!(verdicts(&[run(0.1, 2.0), lower]), [NotReached, NotReached]);
        let lost = SweptRun { value: 0.2, points: Err("it diverged".into()) };
        let finding = FlatterAtEqualLoss.compare(&[run(0.1, 2.0), lost]);
        assert_eq!((finding.claim.verdict, finding.claim.reason.as_str()), (NotReached, "it diverged"));
    }
}
