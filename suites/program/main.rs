//! The program itself, from outside: exit codes, output files, signals, memory.
#![cfg(unix)]
#![allow(missing_docs)]

mod exit_codes;
mod files;
mod memory;
mod settings;
mod signals;
mod workplace;
