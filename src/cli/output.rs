//! Writes results. A reader who has seen enough and closes the pipe is no error.

use std::io::{self, ErrorKind, Write};

use super::CliError;

/// Writes to stdout.
pub fn print(text: &str) -> Result<(), CliError> {
    forgiving(&mut io::stdout().lock(), text)
        .map_err(|error| CliError::Write { what: "stdout".into(), error })
}

fn forgiving(out: &mut dyn Write, text: &str) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_a_broken_pipe_is_forgiven() {
        assert!(forgiving(&mut Broken(ErrorKind::BrokenPipe), "text").is_ok());
        assert!(forgiving(&mut Broken(ErrorKind::StorageFull), "text").is_err());
    }
}
