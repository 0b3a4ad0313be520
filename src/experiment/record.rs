//! What a run leaves behind: time series, probe results, costs and the bits of its final weights.

use serde::{Deserialize, Serialize};

use super::{ProbeResults, Settings};
use crate::optimizer::{EDGE, Iterate, Rule};
use crate::process::series::{Column, table};
use crate::process::{Account, Kind, Sample, find};

/// A run of one experiment with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The number of parameters p.
    pub dim: usize,
    /// The learning rate eta.
    pub learning_rate: f64,
    /// R / h: a step of the mean path by R times the mean gradient, over the edge step h ([`crate::optimizer::UpdateRule`]); 1 for gradient
    /// descent. Where weights decay beside the step this, growth and amplification are those of the learning rate eta; a schedule changes them by
    /// less than it changes eta gamma.
    pub pace: f64,
    /// q: beyond the edge by y an oscillation grows by `1 + q y` a step; 1 for gradient descent.
    pub growth: f64,
    /// By how much an oscillation is larger where gradients are taken than in the weights; 1 for gradient descent.
    pub amplification: f64,
    /// Whether the rule's preconditioner has a state.
    pub adaptive: bool,
    /// The steps that were asked for.
    pub steps: usize,
    /// The largest norm of gradient descent's weights.
    pub largest_norm: f64,
    /// Euler substeps of the central flow a step.
    pub substeps: usize,
    /// The length of a segment.
    pub segment: usize,
    /// The relative residual that eigenpairs were to reach.
    pub eigen_tolerance: f64,
    /// One sample a step.
    pub samples: Vec<Sample>,
    /// What the probes found.
    pub probes: ProbeResults,
    /// Processes that stopped early.
    pub stops: Vec<Stop>,
    /// True if the run was cancelled.
    pub cancelled: bool,
    /// What the processes have cost and where they have come to.
    pub accounts: Vec<Account>,
    /// SHA-256 of the bits of the optimizer's final weights.
    pub bits: String,
}

/// A process that stopped early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Which process.
    pub process: String,
    /// The step at which it stopped.
    pub step: usize,
    /// Why.
    pub reason: String,
}

impl Stop {
    /// Of a process.
    pub(super) fn new(process: &str, step: usize, reason: &str) -> Self {
        Self { process: process.to_string(), step, reason: reason.to_string() }
    }
}

impl Record {
    /// Of a run that has not begun.
    pub(super) fn new(
        dim: usize,
        settings: &Settings,
        rule: &Rule,
        start: &Iterate,
        accounts: Vec<Account>,
    ) -> Self {
        let (momentum, decay) = (rule.momentum(), settings.decoupled_share());
        Self {
            dim,
            learning_rate: settings.learning_rate,
            pace: momentum.pace() * momentum.edge(decay) / EDGE,
            growth: momentum.growth(decay),
            amplification: momentum.amplification(decay),
            adaptive: !start.state.squares.is_empty(),
            steps: settings.steps,
            largest_norm: 0.0,
            substeps: settings.numerics.substeps,
            segment: settings.segment,
            eigen_tolerance: settings.numerics.eigen_tolerance,
            samples: Vec::with_capacity(settings.steps),
            probes: Default::default(),
            stops: vec![],
            cancelled: false,
            accounts,
            bits: String::new(),
        }
    }

    /// The processes that ran beside the optimizer.
    pub fn processes(&self) -> impl Iterator<Item = &'static Kind> {
        self.accounts.iter().filter_map(|account| find(&account.process))
    }

    /// Its series as equally long columns, the step first.
    pub fn columns(&self) -> Vec<Column> {
        table(&self.samples, self.processes())
    }

    /// A message for each process that stopped early.
    pub fn stopped(&self) -> Option<String> {
        let messages: Vec<_> = self
            .stops
            .iter()
            .map(|s| format!("{} stopped at step {}: {}", s.process, s.step, s.reason))
            .collect();
        (!messages.is_empty()).then(|| messages.join("; "))
    }

    /// Takes note that the run was cancelled in this step, of which nothing is kept: its numbers may be what solvers make
    /// of a run that has ended.
    pub(super) fn cancel(&mut self, step: usize) {
        self.cancelled = true;
        self.samples.retain(|sample| sample.step < step);
        self.stops.retain(|stop| stop.step < step);
        self.probes.expansions.retain(|found| found.step < step);
        self.probes.quadratic_models.retain(|found| found.step < step);
        self.probes.edges.retain(|found| found.step < step);
        self.probes.actions.retain(|found| found.step < step);
        self.probes.distances.retain(|found| found.step < step);
        self.probes.eigenpairs.retain(|found| found.step < step);
    }

    /// True if the run was cancelled before its end.
    pub fn interrupted(&self) -> bool {
        self.cancelled
    }

    /// The HVPs that each process spent on eigenpairs, in words; none if none ran.
    pub fn costs(&self) -> Option<String> {
        let costs = self.named_accounts().map(|(name, account)| format!("{name} {}", account.products));
        let costs: Vec<String> = costs.collect();
        (!costs.is_empty()).then(|| format!("HVPs: {}", costs.join(", ")))
    }

    /// Accounts with the name of the process without its article.
    fn named_accounts(&self) -> impl Iterator<Item = (&'static str, &Account)> {
        let named = |(kind, account): (&Kind, _)| (kind.title.trim_start_matches("the "), account);
        self.processes().zip(&self.accounts).map(named)
    }

    /// The HVPs that certificates took, if any, in words.
    pub fn certificate_costs(&self) -> Option<String> {
        let certificates = self.probes.products;
        (certificates > 0).then(|| format!("HVPs of certificates: {certificates}"))
    }

    /// A readable digest of the run for golden files: eight rows of every series, costs and hashes of exact bits.
    pub fn golden_summary(&self) -> String {
        use std::fmt::Write;
        let mut out = String::new();
        let _ = writeln!(out, "parameters {}, steps {} of {}", self.dim, self.samples.len(), self.steps);
        if let Some(costs) = self.costs() {
            let _ = writeln!(out, "{costs}");
        }
        if let Some(stopped) = self.stopped() {
            let _ = writeln!(out, "{stopped}");
        }
        let last = self.samples.len().saturating_sub(1);
        let rows: Vec<usize> = (0..8).map(|i| i * last / 7).collect();
        for (name, values) in self.columns() {
            let cells: Vec<String> = rows
                .iter()
                .filter_map(|&row| values.get(row))
                .map(|x| if x.is_nan() { "-".into() } else { format!("{x:.6e}") })
                .collect();
            let _ = writeln!(out, "{name}: {}", cells.join(" "));
        }
        let _ = writeln!(out, "bits of gradient descent: {}", self.bits);
        for (name, account) in self.named_accounts().filter(|(_, account)| account.moves) {
            let _ = writeln!(out, "bits of {name}: {}", account.bits.as_deref().unwrap_or("stopped"));
        }
        out
    }
}
