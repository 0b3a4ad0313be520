//! The command line: one file a command.

mod arguments;
mod error;
mod interrupt;
mod list;
mod memory;
mod output;
mod progress;
mod run;
mod selection;
mod settings;
mod status;
mod target;
mod verify;

pub use arguments::{
    Arguments, Command, ListArguments, RunArguments, SeriesFormat, VerdictFormat, VerifyArguments,
};
pub use error::CliError;
pub use status::Status;

/// Does what the arguments ask for.
pub fn execute(arguments: Arguments) -> Result<Status, CliError> {
    if let Some(threads) = arguments.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .map_err(|error| CliError::Refused(format!("--threads {threads}: {error}")))?;
    }
    match arguments.command {
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::List(arguments) => list::list(&arguments),
    }
}
