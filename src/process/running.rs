//! A process of a run, and what is left of it once it has ended.

use std::any::Any;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Kind, Now, Process, Setting, Tracking};

/// A process of a run.
pub struct Running {
    /// Its kind.
    pub kind: &'static Kind,
    process: Option<Box<dyn Process>>,
    account: Account,
}

/// What a process has cost, and where it has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name of the process.
    pub process: String,
    /// HVPs used for eigenpairs.
    pub products: usize,
    /// SHA-256 of the bits of its last weights, if it has any; none if it has stopped.
    pub bits: Option<String>,
    /// Whether it has weights of its own.
    pub moves: bool,
}

impl Account {
    /// Of a process that has not started.
    pub fn open(kind: &Kind) -> Self {
        Self { process: kind.name.to_string(), products: 0, bits: None, moves: false }
    }
}

impl Running {
    /// The process at its start.
    pub fn new(kind: &'static Kind, setting: &Setting<'_>) -> Self {
        Self::of(kind, (kind.start)(setting))
    }

    /// A process that is there.
    pub fn of(kind: &'static Kind, process: Box<dyn Process>) -> Self {
        let account = Account { moves: process.weights().is_some(), ..Account::open(kind) };
        Self { kind, process: Some(process), account }
    }

    /// The process, unless it has ended.
    pub fn process(&self) -> Option<&dyn Process> {
        self.process.as_deref()
    }

    /// The process, to be moved.
    pub fn process_mut(&mut self) -> Option<&mut Box<dyn Process>> {
        self.process.as_mut()
    }

    /// Takes the process away for a time, so that it can look at the others.
    pub fn take(&mut self) -> Option<Box<dyn Process>> {
        self.process.take()
    }

    /// Brings it back.
    pub fn bring_back(&mut self, process: Box<dyn Process>) {
        self.process = Some(process);
    }

    /// Ends a process that nobody needs any more.
    pub fn end(&mut self) {
        self.close(true);
    }

    /// Ends a process that cannot go on.
    pub fn stop(&mut self) {
        self.close(false);
    }

    /// What it has cost and where it has come to.
    pub fn account(mut self) -> Account {
        self.close(true);
        self.account
    }

    fn close(&mut self, whole: bool) {
        if let Some(process) = self.process.take() {
            self.account.products = process.products();
            self.account.bits = process.weights().filter(|_| whole).map(bits);
        }
    }
}

/// SHA-256 of the bits of some weights, half of it.
pub fn bits(weights: &[f64]) -> String {
    let mut hasher = Sha256::new();
    for x in weights {
        hasher.update(x.to_bits().to_le_bytes());
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The processes of a run beside the one that asks.
#[derive(Clone, Copy)]
pub struct Others<'a>(&'a [Running]);

impl<'a> Others<'a> {
    /// Those that are there.
    pub fn new(running: &'a [Running]) -> Self {
        Self(running)
    }

    /// The one of a type, if it is there.
    pub fn find<P: Process>(self) -> Option<&'a P> {
        self.processes().find_map(|process| (process as &dyn Any).downcast_ref())
    }

    /// The point at which the one of a type is.
    pub fn point<P: Process>(self) -> Option<&'a [f64]> {
        self.find::<P>()?.weights()
    }

    /// The points at which those are that have one.
    pub fn points(self) -> impl Iterator<Item = &'a [f64]> {
        self.processes().filter_map(|process| process.weights())
    }

    /// The eigenpairs of all.
    pub fn tracking(self, now: &Now<'_>) -> Vec<Tracking<'a>> {
        self.processes().filter_map(|process| process.tracking(now)).collect()
    }

    fn processes(self) -> impl Iterator<Item = &'a dyn Process> {
        self.0.iter().filter_map(Running::process)
    }
}
