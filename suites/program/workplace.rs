//! A folder to run the program in.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A suite of one small experiment, a quadratic whose modes are known.
pub const SMALL: &str = "\
description = 'small'
[[experiment]]
name = 'small'
seeds = [0]
predictions = ['quadratic_modes']
learning_rate = 0.1
steps = 40
objective.quadratic = { spectrum = [5.0, 1.0] }
";

/// A suite of one network of which a single step takes minutes.
pub const SLOW: &str = "\
description = 'slow'
[[experiment]]
name = 'slow'
seeds = [0]
predictions = ['quadratic_modes']
learning_rate = 0.05
steps = 20
[experiment.objective.network]
data = 'digits'
examples = 1797
model.mlp = { hidden = [800, 800], activation = 'gelu' }
loss = 'mse'
";

/// The same with an experiment of many short steps.
pub const LONG: &str = "\
description = 'long'
[[experiment]]
name = 'long'
seeds = [0]
predictions = ['quadratic_modes']
learning_rate = 0.001
steps = 1000000
objective.quadratic = { spectrum = [5.0, 1.0] }
";

/// A folder that is removed in the end.
pub struct Workplace(PathBuf);

impl Workplace {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("centralflow-program-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file.
    pub fn put(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("written");
    }

    /// The text of a file; empty if there is none.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }

    /// Runs a shell script in the folder, in which `$program` is the program.
    pub fn shell(&self, script: &str) -> Output {
        self.command(script).output().expect("there is a shell")
    }

    /// Starts a shell script.
    pub fn start(&self, script: &str) -> Child {
        let mut command = self.command(script);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("there is a shell")
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(&self.0);
        command.env("program", env!("CARGO_BIN_EXE_centralflow"));
        command
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The exit code, and all that was printed to stdout and to stderr.
pub fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Waits until something is so, as long as a loaded machine may take.
pub fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(120), "{what} has not happened");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until the process listens to the signal, which is bit `signal - 1` of its SigCgt.
pub fn wait_until_caught(pid: u32, signal: u32) {
    wait_for("the program's listening to signals", || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let bits = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
        u64::from_str_radix(bits.trim(), 16).unwrap_or(0) >> (signal - 1) & 1 == 1
    });
}

pub fn kill(signal: &str, pid: u32) {
    let status = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status();
    assert!(status.expect("there is kill").success(), "the program has ended before {signal}");
}
