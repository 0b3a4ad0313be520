//! Ctrl-C, or a request to terminate: the first asks for an end that keeps the results, the second ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::CliError;

/// Installs the handler; the flag becomes true at the first signal.
pub fn flag() -> Result<Arc<AtomicBool>, CliError> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = flag.clone();
    let handler = move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler)
        .map_err(|error| CliError::Refused(format!("Ctrl-C cannot be handled: {error}")))?;
    Ok(flag)
}
