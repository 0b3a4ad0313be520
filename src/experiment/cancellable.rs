//! An objective that answers NaN once its run is cancelled, so that every solver ends at its next evaluation however long
//! a step takes.

use super::Progress;
use crate::numeric::{Matrix, pair_count};
use crate::objective::{Linearization, Objective};

/// HVPs between two looks at the request to end: as many as a sweep of a network takes at a time.
const PART: usize = 8;

/// The objective, as long as the run is not cancelled.
pub struct Cancellable<'a> {
    objective: &'a dyn Objective,
    progress: &'a dyn Progress,
}

impl<'a> Cancellable<'a> {
    /// The objective until `progress` says that its run is cancelled.
    pub fn new(objective: &'a dyn Objective, progress: &'a dyn Progress) -> Self {
        Self { objective, progress }
    }
}

impl Objective for Cancellable<'_> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }

    fn start(&self) -> Vec<f64> {
        self.objective.start()
    }

    fn linearize<'a>(&'a self, w: &[f64]) -> Box<dyn Linearization + 'a> {
        if self.progress.cancelled() {
            return Box::new(Nowhere { gradient: vec![f64::NAN; w.len()] });
        }
        Box::new(Around { at: self.objective.linearize(w), progress: self.progress })
    }
}

/// The objective around a point.
struct Around<'a> {
    at: Box<dyn Linearization + 'a>,
    progress: &'a dyn Progress,
}

impl Linearization for Around<'_> {
    fn loss(&self) -> f64 {
        self.at.loss()
    }

    fn gradient(&self) -> &[f64] {
        self.at.gradient()
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        if v.cols() <= PART {
            let cancelled = self.progress.cancelled();
            return if cancelled { nan(v.rows(), v.cols()) } else { self.at.hvp(v) };
        }
        let mut product = Vec::with_capacity(v.data().len());
        for from in (0..v.cols()).step_by(PART) {
            let part = v.cols_range(from, (from + PART).min(v.cols()));
            product.extend_from_slice(self.hvp(&part).data());
        }
        Matrix::from_columns(v.rows(), v.cols(), product)
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        if self.progress.cancelled() {
            return nan(u.rows(), pair_count(u.cols()));
        }
        self.at.third_order(u)
    }
}

/// What is left of an objective whose run is cancelled.
struct Nowhere {
    gradient: Vec<f64>,
}

impl Linearization for Nowhere {
    fn loss(&self) -> f64 {
        f64::NAN
    }

    fn gradient(&self) -> &[f64] {
        &self.gradient
    }

    fn hvp(&self, v: &Matrix) -> Matrix {
        nan(v.rows(), v.cols())
    }

    fn third_order(&self, u: &Matrix) -> Matrix {
        nan(u.rows(), pair_count(u.cols()))
    }
}

fn nan(rows: usize, cols: usize) -> Matrix {
    Matrix::from_columns(rows, cols, vec![f64::NAN; rows * cols])
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;
    use crate::experiment::{Plan, Probe, Settings, run};
    use crate::numeric::random::Stream;
    use crate::objective::Landscape;
    use crate::process::kinds;

    /// Is cancelled once it has been asked so often.
    struct Patience {
        left: AtomicUsize,
        cancelled: AtomicBool,
    }

    impl Patience {
        fn of(questions: usize) -> Self {
            Self { left: AtomicUsize::new(questions), cancelled: false.into() }
        }
    }

    impl Progress for Patience {
        fn step(&self) {}

        fn cancelled(&self) -> bool {
            let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
            self.cancelled.fetch_or(left.is_err(), Ordering::SeqCst) || left.is_err()
        }
    }

    #[test]
    fn nothing_changes_unless_cancelled() {
        let objective = Landscape::quadratic(&(1..=20).map(f64::from).collect::<Vec<_>>(), 3);
        let progress = Patience::of(usize::MAX);
        let wrapped = Cancellable::new(&objective, &progress);
        let w = objective.start();
        assert_eq!((wrapped.dim(), &wrapped.start()), (20, &w));
        let (plain, around) = (objective.linearize(&w), wrapped.linearize(&w));
        assert_eq!((plain.loss(), plain.gradient()), (around.loss(), around.gradient()));
        for columns in [0, 1, PART, PART + 1, 2 * PART + 3] {
            let v = Matrix::from_columns(20, columns, Stream::new(1, "directions").normals(20 * columns));
            assert_eq!(plain.hvp(&v), around.hvp(&v));
        }
        let u = Matrix::from_columns(20, 3, Stream::new(2, "directions").normals(60));
        assert_eq!(plain.third_order(&u), around.third_order(&u));
    }

    #[test]
    fn all_is_nan_once_cancelled() {
        let objective = Landscape::valley(3.0, 0.02, 3, 0);
        let progress = Patience::of(2);
        let wrapped = Cancellable::new(&objective, &progress);
        let w = objective.start();
        let v = Matrix::from_columns(4, 9, Stream::new(1, "directions").normals(36));
        // One question at the point, one before the first part of the block: the second part is not computed.
        let product = wrapped.linearize(&w).hvp(&v);
        assert!(product.col(PART - 1).iter().all(|x| x.is_finite()));
        assert!(product.col(PART).iter().all(|x| x.is_nan()));
        let nowhere = wrapped.linearize(&w);
        assert!(nowhere.loss().is_nan() && nowhere.gradient().iter().all(|x| x.is_nan()));
        assert!(nowhere.hvp(&v).data().iter().all(|x| x.is_nan()));
        let contractions = nowhere.third_order(&v);
        assert_eq!((contractions.rows(), contractions.cols()), (4, 45));
        assert!(contractions.data().iter().all(|x| x.is_nan()));
    }

    #[test]
    fn a_run_that_is_cancelled_anywhere_keeps_whole_steps_and_no_failure() {
        let valley = Landscape::valley(3.9, 0.02, 2, 0);
        let settings = Settings::new(0.5, 16);
        let plan = Plan::new(kinds(), vec![Probe::Expansion, Probe::QuadraticModel]);
        let whole = run(&valley, &settings, 0, &plan, &Patience::of(usize::MAX));
        assert_eq!((whole.samples.len(), whole.stops.len(), whole.cancelled), (16, 0, false));
        let mut lengths = vec![];
        for questions in (0..4000).step_by(97) {
            let progress = Patience::of(questions);
            let record = run(&valley, &settings, 0, &plan, &progress);
            assert_eq!(record.cancelled, progress.cancelled.into_inner(), "{questions}");
            assert_eq!(record.stops, [], "{questions}");
            assert_eq!(record.samples, whole.samples[..record.samples.len()], "{questions}");
            lengths.push(record.samples.len());
        }
        lengths.dedup();
        assert!(lengths.len() > 4 && lengths.is_sorted(), "{lengths:?}");
    }
}
