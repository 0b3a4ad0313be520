//! The program `centralflow`: reads its arguments and calls [`centralflow::cli`].

use std::io::Write;
use std::process::ExitCode;

use centralflow::cli::{Arguments, execute};
use clap::Parser;

/// The exit code for bad input.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    match execute(Arguments::parse()) {
        Ok(status) => status.into(),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(BAD_INPUT)
        }
    }
}
