//! Runs cases in parallel and keeps what has finished, whatever happens to the rest.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use super::row::with_pooled;
use super::{Case, VerdictRow};
use crate::dynamics::{self, Progress, Record};

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

    /// Takes in how a case ended and passes on what was kept of its run.
    fn add<K>(&mut self, case: &Case, ended: Ended<K>) -> Option<K> {
        match ended {
            Ended::Judged { verdicts, stopped, kept } => {
                self.finished_cases += 1;
                self.verdicts.extend(verdicts);
                self.stops.extend(stopped.map(|message| Incident::new(case, message)));
                return Some(kept);
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

/// Runs the cases, the largest first, as many at a time as there are threads, and judges each.
pub fn verify(cases: &[Case], progress: &dyn Progress) -> Verification {
    verify_keeping(cases, progress, |_, _, _| ()).0
}

/// The same, and what `keep` makes of each run that finished, in the order of the cases. A record is dropped as soon as
/// its case is done: all of them together may be large.
pub fn verify_keeping<K: Send + Sync>(
    cases: &[Case],
    progress: &dyn Progress,
    keep: impl Fn(&Case, &Record, &[VerdictRow]) -> K + Sync,
) -> (Verification, Vec<K>) {
    verify_with(cases, progress, |case| run_one(case, progress, &keep))
}

/// How a case ended.
enum Ended<K> {
    Judged { verdicts: Vec<VerdictRow>, stopped: Option<String>, kept: K },
    Failed(String),
    Cancelled,
}

/// The frame around `run`, which runs one case. Cases are drawn from a queue by threads outside of rayon's pool: a
/// worker of the pool that waits for a part of its own case could otherwise start another whole case meanwhile.
fn verify_with<K: Send + Sync>(
    cases: &[Case],
    progress: &dyn Progress,
    run: impl Fn(&Case) -> Ended<K> + Sync,
) -> (Verification, Vec<K>) {
    let mut queue: Vec<usize> = (0..cases.len()).collect();
    queue.sort_by(|&a, &b| cases[b].cost().total_cmp(&cases[a].cost()));
    let next = AtomicUsize::new(0);
    let ends: Vec<OnceLock<Ended<K>>> = cases.iter().map(|_| OnceLock::new()).collect();
    let drain = || {
        while let Some(&index) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            let ended = if progress.cancelled() { Ended::Cancelled } else { guarded(&cases[index], &run) };
            let _ = ends[index].set(ended); // each index is drawn once
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..rayon::current_num_threads().min(cases.len()) {
            scope.spawn(drain);
        }
    });
    let mut verification = Verification { cases: cases.len(), ..Verification::default() };
    let mut kept = vec![];
    for (case, ended) in cases.iter().zip(ends) {
        kept.extend(verification.add(case, ended.into_inner().expect("every case was drawn")));
    }
    verification.verdicts = with_pooled(verification.verdicts);
    (verification, kept)
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
    keep: &impl Fn(&Case, &Record, &[VerdictRow]) -> K,
) -> Ended<K> {
    let record = rayon::scope(|_| dynamics::run(&case.spec, case.seed, &case.probes(), progress));
    match record {
        Err(error) => Ended::Failed(error.to_string()),
        Ok(record) if record.interrupted() => Ended::Cancelled,
        Ok(record) => {
            let verdicts = case.judge(&record);
            let kept = keep(case, &record, &verdicts);
            Ended::Judged { verdicts, stopped: record.stopped(), kept }
        }
    }
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

    fn judged() -> Ended<()> {
        Ended::Judged { verdicts: vec![], stopped: None, kept: () }
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
        let (_, kept) = verify_keeping(&cases(), &Switch(false.into()), keep);
        assert_eq!(kept, [0, 1, 2, 3].map(|seed| (seed, 12, 1)));
    }

    #[test]
    fn the_largest_cases_start_first() {
        let mut cases = cases();
        for (case, steps) in cases.iter_mut().zip([10, 1000, 100, 1]) {
            case.spec.steps = steps;
        }
        let order = Mutex::new(vec![]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        pool.install(|| {
            verify_with(&cases, &Switch(false.into()), |case| {
                order.lock().expect("not poisoned").push(case.spec.steps);
                judged()
            })
        });
        assert_eq!(order.into_inner().expect("not poisoned"), [1000, 100, 10, 1]);
    }

    #[test]
    fn a_cancelled_run_keeps_what_has_finished() {
        let switch = Switch(false.into());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        let (verification, _) = pool.install(|| {
            verify_with(&cases(), &switch, |case| {
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
        let (verification, _) = verify_with(&cases(), &Switch(false.into()), |case| match case.seed {
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
    fn nothing_checked_does_not_pass() {
        assert!(!verify(&[], &Switch(false.into())).passes());
    }
}
