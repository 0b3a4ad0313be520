//! Runs cases in parallel and keeps what has finished, whatever happens to the rest.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use super::comparison::{Share, with_compared};
use super::ration::Ration;
use super::row::with_pooled;
use super::{Case, VerdictRow};
use crate::experiment::{Progress, Record};

/// What came out of a number of cases, in their order.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verification {
    /// All verdicts of the cases that finished, and after those of an experiment the pooled ones.
    pub verdicts: Vec<VerdictRow>,
    /// The cases that could not be run.
    pub failures: Vec<Incident>,
    /// The cases of which a process stopped early, for instance because it diverged; they are judged all the same.
    pub stops: Vec<Incident>,
    /// True if cases are missing because the run was cancelled.
    pub interrupted: bool,
    /// The number of cases that ran to their end.
    pub finished_cases: usize,
    /// The number of cases that were asked for.
    pub cases: usize,
}

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// The suite.
    pub suite: String,
    /// The experiment.
    pub experiment: String,
    /// The seed.
    pub seed: u64,
    /// What happened.
    pub message: String,
}

impl Verification {
    /// True if everything was run, every claim holds and every control is violated.
    pub fn passes(&self) -> bool {
        let complete = !self.interrupted && self.failures.is_empty() && !self.verdicts.is_empty();
        complete && self.verdicts.iter().all(VerdictRow::passes)
    }

    /// True if the case of the incident has verdicts and all pass, so that they did not need what it lost.
    pub fn passes_in_spite_of(&self, incident: &Incident) -> bool {
        let case = (&incident.suite, &incident.experiment, Some(incident.seed));
        let of = |row: &&VerdictRow| (&row.suite, &row.experiment, row.runs.seed()) == case;
        let mut rows = self.verdicts.iter().filter(of).peekable();
        rows.peek().is_some() && rows.all(VerdictRow::passes)
    }

    /// Takes in how a case ended and passes on what was kept of its run, and what it contributes to comparisons.
    fn add<K>(&mut self, case: &Case, ended: Ended<K>) -> Option<(K, Vec<Share>)> {
        match ended {
            Ended::Judged { verdicts, shares, stopped, kept } => {
                self.finished_cases += 1;
                self.verdicts.extend(verdicts);
                self.stops.extend(stopped.map(|message| Incident::new(case, message)));
                return Some((kept, shares));
            }
            Ended::Failed(message) => self.failures.push(Incident::new(case, message)),
            Ended::Cancelled => self.interrupted = true,
        }
        None
    }
}

impl Incident {
    fn new(case: &Case, message: String) -> Self {
        Self { suite: case.suite.clone(), experiment: case.spec.name.clone(), seed: case.seed, message }
    }
}

/// Runs the cases as [`Batch::run`] does, with as much memory as they want, and judges each.
pub fn verify(cases: &[Case], progress: &dyn Progress) -> Verification {
    let batch = Batch::new(cases.to_vec(), None);
    batch.run(progress, |_, _, _| (), |_, _| ());
    batch.outcome().0
}

/// Cases, and what has come out of those that have ended.
pub struct Batch<K> {
    cases: Vec<Case>,
    ends: Vec<OnceLock<Ended<K>>>,
    memory: Ration,
}

/// How a case ended.
#[derive(Clone)]
enum Ended<K> {
    Judged { verdicts: Vec<VerdictRow>, shares: Vec<Share>, stopped: Option<String>, kept: K },
    Failed(String),
    Cancelled,
}

impl<K: Clone + Send + Sync> Batch<K> {
    /// Cases to run in so many bytes of memory; without a number there is enough for all.
    pub fn new(cases: Vec<Case>, memory: Option<u64>) -> Self {
        let ends = cases.iter().map(|_| OnceLock::new()).collect();
        Self { cases, ends, memory: Ration::new(memory) }
    }

    /// The number of cases.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// True if there are no cases.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Runs the cases, the largest first, as many at a time as there are threads and memory for, and judges each. Of each
    /// run that finished, what `keep` makes of it is kept; its record, which may be large, is dropped. `ended` hears of
    /// each case that has ended, and how, in words.
    pub fn run(
        &self,
        progress: &dyn Progress,
        keep: impl Fn(&Case, &Record, &[VerdictRow]) -> K + Sync,
        ended: impl Fn(&Case, &str) + Sync,
    ) {
        self.run_with(progress, |case| run_one(case, progress, &self.memory, &keep), ended);
    }

    /// What has come out so far, and what was kept, both in the order of the cases. Cases that have not ended count as
    /// interrupted.
    pub fn outcome(&self) -> (Verification, Vec<K>) {
        let mut verification = Verification { cases: self.cases.len(), ..Verification::default() };
        let (mut kept, mut shares) = (vec![], vec![]);
        for (case, ended) in self.cases.iter().zip(&self.ends) {
            let ended = ended.get().cloned().unwrap_or(Ended::Cancelled);
            if let Some((of_run, contributed)) = verification.add(case, ended) {
                kept.push(of_run);
                shares.extend(contributed);
            }
        }
        verification.verdicts = with_compared(with_pooled(verification.verdicts), &shares);
        (verification, kept)
    }

    /// The frame around `run`, which runs one case. Cases are drawn from a queue by threads outside of rayon's pool: a
    /// worker of the pool that waits for a part of its own case could otherwise start another whole case meanwhile.
    fn run_with(
        &self,
        progress: &dyn Progress,
        run: impl Fn(&Case) -> Ended<K> + Sync,
        heard: impl Fn(&Case, &str) + Sync,
    ) {
        let cases = &self.cases;
        let mut queue: Vec<usize> = (0..cases.len()).collect();
        queue.sort_by(|&a, &b| cases[b].cost().total_cmp(&cases[a].cost()));
        let next = AtomicUsize::new(0);
        let drain = || {
            while let Some(&index) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
                let ended =
                    if progress.cancelled() { Ended::Cancelled } else { guarded(&cases[index], &run) };
                let words = ended.words();
                let _ = self.ends[index].set(ended); // each index is drawn once
                heard(&cases[index], &words);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..rayon::current_num_threads().min(cases.len()) {
                scope.spawn(drain);
            }
        });
    }
}

impl<K> Ended<K> {
    fn words(&self) -> String {
        match self {
            Ended::Judged { verdicts, shares, .. } if verdicts.is_empty() && !shares.is_empty() => {
                "to be compared".into()
            }
            Ended::Judged { verdicts, .. } => {
                let passed = verdicts.iter().filter(|row| row.passes()).count();
                format!("{passed} of {} pass", verdicts.len())
            }
            Ended::Failed(message) => format!("could not run: {message}"),
            Ended::Cancelled => "interrupted".into(),
        }
    }
}

/// A panic is a defect of the program, but it must not take the other cases' results with it.
fn guarded<K>(case: &Case, run: impl Fn(&Case) -> Ended<K>) -> Ended<K> {
    catch_unwind(AssertUnwindSafe(|| run(case))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Ended::Failed(format!("the program panicked, which is a defect of it: {text}"))
    })
}

fn run_one<K>(
    case: &Case,
    progress: &dyn Progress,
    memory: &Ration,
    keep: &impl Fn(&Case, &Record, &[VerdictRow]) -> K,
) -> Ended<K> {
    let share = match memory.take(&case.spec.memory(), || progress.cancelled()) {
        Ok(Some(share)) => share,
        Ok(None) => return Ended::Cancelled,
        Err(message) => return Ended::Failed(message),
    };
    let record = rayon::scope(|_| case.run(progress));
    let ended = match record {
        Err(error) => Ended::Failed(error.to_string()),
        Ok(record) if record.interrupted() => Ended::Cancelled,
        Ok(record) => {
            let verdicts = case.judge(&record);
            let (kept, shares) = (keep(case, &record, &verdicts), case.shares(&record));
            Ended::Judged { verdicts, shares, stopped: record.stopped(), kept }
        }
    };
    drop(share);
    ended
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::suite::parse;

    struct Switch(AtomicBool);

    impl Progress for Switch {
        fn step(&self) {}

        fn cancelled(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn cases() -> Vec<Case> {
        let text = "description = ''\n[[experiment]]\nname = 'quadratic'\nseeds = [0, 1, 2, 3]\n\
                    predictions = ['quadratic_modes']\nlearning_rate = 0.1\nsteps = 12\n\
                    objective.quadratic.spectrum = [1, 2, 5]\n";
        parse("tiny.toml", text).unwrap_or_else(|error| panic!("{error}")).cases()
    }

    /// What comes out of the cases if `run` runs each.
    fn verify_with(progress: &dyn Progress, run: impl Fn(&Case) -> Ended<()> + Sync) -> Verification {
        let batch = Batch::new(cases(), None);
        batch.run_with(progress, run, |_, _| ());
        batch.outcome().0
    }

    fn judged() -> Ended<()> {
        Ended::Judged { verdicts: vec![], shares: vec![], stopped: None, kept: () }
    }

    #[test]
    fn verdicts_come_in_the_order_of_the_cases() {
        let verification = verify(&cases(), &Switch(false.into()));
        let seeds: Vec<u64> = verification.verdicts.iter().filter_map(|row| row.runs.seed()).collect();
        assert_eq!(seeds, [0, 1, 2, 3]);
        assert_eq!((verification.interrupted, verification.finished_cases), (false, 4));
    }

    #[test]
    fn what_is_kept_comes_in_the_order_of_the_cases() {
        let keep = |case: &Case, record: &Record, verdicts: &[VerdictRow]| {
            (case.seed, record.samples.len(), verdicts.len())
        };
        let (batch, heard) = (Batch::new(cases(), None), Mutex::new(vec![]));
        batch.run(&Switch(false.into()), keep, |case, words| {
            heard.lock().expect("not poisoned").push((case.seed, words.to_string()));
        });
        let mut heard = heard.into_inner().expect("not poisoned");
        heard.sort();
        assert_eq!(heard, [0, 1, 2, 3].map(|seed| (seed, "1 of 1 pass".to_string())));
        let (_, kept) = batch.outcome();
        assert_eq!(kept, [0, 1, 2, 3].map(|seed| (seed, 12, 1)));
    }

    #[test]
    fn the_largest_cases_start_first() {
        let mut cases = cases();
        for (case, steps) in cases.iter_mut().zip([10, 1000, 100, 1]) {
            case.spec.settings.steps = steps;
        }
        let order = Mutex::new(vec![]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        pool.install(|| {
            let run = |case: &Case| {
                order.lock().expect("not poisoned").push(case.spec.settings.steps);
                judged()
            };
            Batch::new(cases, None).run_with(&Switch(false.into()), run, |_, _| ());
        });
        assert_eq!(order.into_inner().expect("not poisoned"), [1000, 100, 10, 1]);
    }

    #[test]
    fn a_cancelled_run_keeps_what_has_finished() {
        let switch = Switch(false.into());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        let verification = pool.install(|| {
            verify_with(&switch, |case| {
                if case.seed == 1 {
                    switch.0.store(true, Ordering::Relaxed);
                }
                judged()
            })
        });
        assert_eq!((verification.finished_cases, verification.interrupted), (2, true));
        assert!(!verification.passes());
    }

    #[test]
    fn a_panic_or_a_failure_leaves_the_other_cases() {
        let verification = verify_with(&Switch(false.into()), |case| match case.seed {
            1 => panic!("on purpose"),
            2 => Ended::Failed("no".into()),
            _ => judged(),
        });
        let messages: Vec<_> = verification.failures.iter().map(|f| (f.seed, f.message.as_str())).collect();
        assert_eq!(messages.len(), 2);
        assert!(messages[0].0 == 1 && messages[0].1.ends_with("on purpose"), "{messages:?}");
        assert_eq!(messages[1], (2, "no"));
        assert_eq!(verification.finished_cases, 2);
    }

    #[test]
    fn what_has_ended_is_there_while_the_rest_runs() {
        let batch = Batch::new(cases(), None);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        let seen = Mutex::new(vec![]);
        let run = |case: &Case| {
            let (verification, _) = batch.outcome();
            let now = (case.seed, verification.finished_cases, verification.interrupted);
            seen.lock().expect("not poisoned").push(now);
            judged()
        };
        pool.install(|| batch.run_with(&Switch(false.into()), run, |_, _| ()));
        let seen = seen.into_inner().expect("not poisoned");
        assert_eq!(seen, [(0, 0, true), (1, 1, true), (2, 2, true), (3, 3, true)]);
        assert!(!batch.outcome().0.interrupted);
    }

    #[test]
    fn a_case_too_large_for_the_memory_is_refused_and_the_others_are_judged() {
        let mut cases = cases();
        let enough = cases[0].spec.memory().total();
        cases[1].spec.settings.steps = 1_000_000;
        let batch = Batch::new(cases, Some(enough));
        batch.run(&Switch(false.into()), |_, _, _| (), |_, _| ());
        let verification = batch.outcome().0;
        let seeds: Vec<u64> = verification.verdicts.iter().filter_map(|row| row.runs.seed()).collect();
        assert_eq!((seeds, verification.finished_cases), (vec![0, 2, 3], 3));
        let [refused] = verification.failures.as_slice() else { panic!("{:?}", verification.failures) };
        assert!(refused.seed == 1 && refused.message.starts_with("needs about "), "{}", refused.message);
        assert!(!verification.passes());
    }

    #[test]
    fn what_passes_is_complete_and_has_the_verdicts_it_must() {
        use crate::prediction::{Finding, Judgement, Outcome};
        const OUTCOMES: [Outcome; 4] =
            [Outcome::Holds, Outcome::Violated, Outcome::NotReached, Outcome::Unresolved];
        let judgement = |verdict| Judgement { verdict, ..Judgement::not_reached("claim", "reason") };
        let row = |claim, control| VerdictRow {
            suite: "tiny".into(),
            experiment: "quadratic".into(),
            runs: crate::suite::Runs::One { seed: 0 },
            prediction: "quadratic_modes",
            finding: Finding { claim: judgement(claim), control: judgement(control) },
            estimates: None,
        };
        let good = row(Outcome::Holds, Outcome::Violated);
        for (claim, control) in OUTCOMES.iter().flat_map(|&a| OUTCOMES.map(|b| (a, b))) {
            let row = row(claim, control);
            let expected = (claim, control) == (Outcome::Holds, Outcome::Violated);
            assert_eq!((row.finding.passes(), row.passes()), (expected, expected), "{claim:?} {control:?}");
            // One row alone, and one among good ones wherever it stands.
            for verdicts in [
                vec![row.clone()],
                vec![row.clone(), good.clone()],
                vec![good.clone(), row.clone()],
                vec![good.clone(), row, good.clone()],
            ] {
                let verification = Verification { verdicts, ..Verification::default() };
                assert_eq!(verification.passes(), expected, "{claim:?} {control:?}");
            }
        }
        let whole = Verification { verdicts: vec![good], ..Verification::default() };
        let failure = Incident::new(&cases()[0], "too large".into());
        assert!(!Verification { interrupted: true, ..whole.clone() }.passes());
        assert!(!Verification { failures: vec![failure.clone()], ..whole.clone() }.passes());
        // A process that stopped early is judged by the verdicts.
        assert!(Verification { stops: vec![failure], ..whole }.passes());
    }

    #[test]
    fn nothing_checked_does_not_pass() {
        assert!(!verify(&[], &Switch(false.into())).passes());
    }
}
