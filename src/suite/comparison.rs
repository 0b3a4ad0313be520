//! Rows of predictions that compare the runs of a sweep: what each run contributes, and the judgement of all with the same seed.

use super::{Case, Runs, VerdictRow};
use crate::experiment::Record;
use crate::prediction::{Comparison, Points, Prediction, SweptRun};

/// What a run contributes to a prediction about its sweep.
#[derive(Clone)]
pub struct Share {
    suite: String,
    family: String,
    seed: u64,
    prediction: &'static dyn Prediction,
    value: f64,
    points: Result<Points, String>,
}

impl Share {
    /// Of a case's run; `None` if the prediction compares no runs, or none that the case is one of.
    pub fn of(case: &Case, prediction: &'static dyn Prediction, record: &Record) -> Option<Self> {
        let claim = prediction.comparison()?;
        let swept = case.swept_over(claim.over())?;
        Some(Self {
            suite: case.suite.clone(),
            family: swept.family.clone(),
            seed: case.seed,
            prediction,
            value: swept.value?,
            points: claim.points(record),
        })
    }

    fn is_beside(&self, other: &Share) -> bool {
        let key = |share: &Share| (share.family.clone(), share.seed, share.prediction.name());
        self.suite == other.suite && key(self) == key(other)
    }
}

/// A row for all shares that belong together, in the order of the first of each.
pub fn compared(shares: &[Share]) -> Vec<VerdictRow> {
    let first = |&i: &usize| !shares[..i].iter().any(|other| other.is_beside(&shares[i]));
    let firsts = (0..shares.len()).filter(first);
    let together = |i: usize| shares.iter().filter(|share| share.is_beside(&shares[i])).collect::<Vec<_>>();
    firsts.filter_map(|i| row(&together(i))).collect()
}

/// The row of shares that belong together.
fn row(shares: &[&Share]) -> Option<VerdictRow> {
    let first = shares.first()?;
    let claim: &dyn Comparison = first.prediction.comparison()?;
    let swept = |share: &&Share| SweptRun { value: share.value, points: share.points.clone() };
    let mut runs: Vec<SweptRun> = shares.iter().map(swept).collect();
    runs.sort_by(|a, b| a.value.total_cmp(&b.value));
    Some(VerdictRow {
        suite: first.suite.clone(),
        experiment: first.family.clone(),
        runs: Runs::Compared {
            seed: first.seed,
            over: claim.over(),
            values: runs.iter().map(|run| run.value).collect(),
        },
        prediction: first.prediction.name(),
        finding: claim.compare(&runs),
        estimates: None,
    })
}

/// The rows of each suite, and after them those that compare its runs.
pub(super) fn with_compared(rows: Vec<VerdictRow>, shares: &[Share]) -> Vec<VerdictRow> {
    let mut compared = compared(shares);
    let mut out = Vec::with_capacity(rows.len() + compared.len());
    for suite in rows.chunk_by(|a, b| a.suite == b.suite) {
        out.extend_from_slice(suite);
        out.extend(compared.extract_if(.., |row| row.suite == suite[0].suite));
    }
    out.extend(compared);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::{self, Outcome};
    use crate::suite::parse;

    fn shares(seeds: &str, rates: &str) -> (Vec<Case>, Vec<Share>) {
        let text = format!(
            "description = ''\n[[experiment]]\nname = 'valley'\nseeds = {seeds}\npredictions = ['flatter_at_equal_loss', \
             'steps_by_the_gradient']\nlearning_rate = {rates}\nsteps = 3\nsegment = [300, 400]\n\
             objective.valley = {{ curvature = 3.0, slope = 0.02, directions = 1 }}\n"
        );
        let cases = parse("my.toml", &text).unwrap_or_else(|error| panic!("{error}")).cases();
        let prediction = prediction::find("flatter_at_equal_loss").expect("registered");
        let share = |case: &Case| {
            let record = case.run(&crate::experiment::Unwatched).expect("runs");
            let mut share = Share::of(case, prediction, &record).expect("a sweep");
            // Sharper the larger the rate: 300 steps at all losses.
            share.points = Ok((0..300).map(|i| [f64::from(i), share.value]).collect());
            share
        };
        let shares = cases.iter().map(share).collect();
        (cases, shares)
    }

    #[test]
    fn runs_of_one_seed_that_differ_in_the_setting_alone_are_compared() {
        let (cases, shares) = shares("[3, 5]", "[0.5, 0.25]");
        assert_eq!(
            (cases.len(), cases[0].judge(&cases[0].run(&crate::experiment::Unwatched).expect("runs")).len()),
            (8, 1)
        );
        let rows = compared(&shares);
        let names: Vec<String> = rows.iter().map(VerdictRow::name).collect();
        let expected = ["300::seed3", "300::seed5", "400::seed3", "400::seed5"]
            .map(|of| format!("my::valley-segment-{of}::flatter_at_equal_loss"));
        assert_eq!(names, expected);
        for row in &rows {
            let Runs::Compared { over, values, .. } = &row.runs else { panic!("{row:?}") };
            assert_eq!((*over, values.as_slice()), ("learning_rate", &[0.25, 0.5][..]));
            assert_eq!(
                (row.finding.claim.verdict, row.finding.claim.measured),
                (Outcome::Violated, Some(2.0))
            );
        }
        let name = cases[0].check_name(shares[0].prediction);
        assert_eq!(name, "my::valley-segment-300::seed3::flatter_at_equal_loss");
    }

    #[test]
    fn comparisons_come_after_the_rows_of_their_suite() {
        let (cases, shares) = shares("[3]", "[0.5, 0.25]");
        let row = |case: &Case| case.judge(&case.run(&crate::experiment::Unwatched).expect("runs"));
        let mut rows: Vec<VerdictRow> = cases.iter().flat_map(row).collect();
        rows.push(VerdictRow { suite: "other".into(), ..rows[0].clone() });
        let order: Vec<(String, bool)> = with_compared(rows, &shares)
            .iter()
            .map(|row| (row.suite.clone(), matches!(row.runs, Runs::Compared { .. })))
            .collect();
        let my = |compared| ("my".to_string(), compared);
        let expected =
            [my(false), my(false), my(false), my(false), my(true), my(true), ("other".into(), false)];
        assert_eq!(order, expected);
    }
}
