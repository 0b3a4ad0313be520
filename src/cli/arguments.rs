//! The arguments and their help texts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Puts the theory of gradient descent at the edge of stability to the test.
///
/// Trains real networks with gradient descent, integrates beside it gradient flow and the central flow that the theory
/// says it follows, and judges the theory's numerical predictions. Each prediction has a control, the same judgement on
/// a theory that is wrong in one place, which the same run must reject.
#[derive(Debug, Parser)]
#[command(version, after_help = TOP_EXAMPLES)]
pub struct Arguments {
    /// Use that many threads instead of one a processor; results do not depend on it, to the last bit
    #[arg(long, global = true, value_name = "N", value_parser = threads)]
    pub threads: Option<usize>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run suites and judge every prediction in them
    Verify(VerifyArguments),
    /// List suites, their experiments, and all predictions by their groups with what they state
    List(ListArguments),
    /// Run one experiment and write its time series
    Run(RunArguments),
}

/// Run suites and judge every prediction in them.
///
/// A verdict compares what the theory predicts with what was measured. The claim holds if discrepancy + numerical error
/// <= tolerance; it is violated if discrepancy - numerical error > tolerance; between the two it is unresolved. It is
/// not reached if its premise never occurred, for instance because the run never came to the edge of stability. Only
/// claims that hold and whose control is violated pass.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub struct VerifyArguments {
    /// Shipped suites by name, or paths of suite files [default: those that are meant for it, see `list`]
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// All shipped suites, also those that tests run, or that are run by name only; known findings do not pass there
    #[arg(long, conflicts_with = "suites")]
    pub all: bool,
    /// How to print the verdicts
    #[arg(long, value_enum, default_value_t = VerdictFormat::Table)]
    pub format: VerdictFormat,
    /// Only checks with this in their name, which is suite::experiment::seedN::prediction
    #[arg(long, value_name = "SUBSTRING")]
    pub filter: Option<String>,
    /// Use this seed instead of the suite's; may be repeated
    #[arg(long = "seed", value_name = "N")]
    pub seeds: Vec<u64>,
    /// Also write a page with figures of each run and all verdicts to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// List suites, their experiments, and all predictions by their groups with what they state.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// Shipped suites by name, or paths of suite files [default: all shipped suites]
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// List the series that `run` writes instead, with units and meanings, as a page in Markdown
    #[arg(long, conflicts_with = "suites")]
    pub series: bool,
    /// Print instead which claims hold on which experiments, and why others do not, as a page in Markdown for each suite
    #[arg(long, conflicts_with = "series", requires = "suites")]
    pub verdicts: bool,
}

/// Run one experiment and write its time series.
///
/// One row a step: losses, the effective eigenvalues eta lambda_i at midpoints and along the central flow, the
/// eigenvalues of the oscillation covariance Sigma, distances between the processes; `list --series` says what each is. A process without a value there
/// has an empty cell (null in JSON). The exit code does not depend on the verdicts: `verify` is for that.
///
/// The file is EXPERIMENT-seedN.csv or .json, with -etaX and -stepsN in its name where options change these. Beside it
/// EXPERIMENT-seedN.csv.settings.json has all settings of the run and the version of the program. A run of the same settings
/// replaces the file; one of others, for instance of an experiment with the same name in another suite, is refused.
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct RunArguments {
    /// The experiment, as `centralflow list` names it
    #[arg(value_name = "EXPERIMENT")]
    pub experiment: String,
    /// Look for it in this suite file instead of the shipped suites
    #[arg(long, value_name = "FILE")]
    pub suite: Option<PathBuf>,
    /// The seed of the starting point and the choice of examples [default: the first of the suite]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The folder for the series; it is made if need be
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// How to write the series
    #[arg(long, value_enum, default_value_t = SeriesFormat::Csv)]
    pub format: SeriesFormat,
    /// The number of steps instead of the suite's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub steps: Option<usize>,
    /// The learning rate eta instead of the suite's; the edge of stability is where the sharpness is 2/eta
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub learning_rate: Option<f64>,
    /// Replace a series of the same name even if it is from a run with other settings
    #[arg(long)]
    pub force: bool,
}

/// The formats of verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerdictFormat {
    /// A table for people, with reasons for what does not pass.
    Table,
    /// One JSON object.
    Json,
}

/// The formats of time series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeriesFormat {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object, an array a column.
    Json,
}

const TOP_EXAMPLES: &str = "\
Examples:
  centralflow list                       what there is
  centralflow verify                     judge every prediction on every shipped experiment
  centralflow verify my.toml             judge predictions on your own experiments
  centralflow run digits-tanh            write the time series of one run to out/

Exit codes: 0 all passed, 1 something did not pass, 2 bad input, 130 stopped by Ctrl-C.";

const VERIFY_EXAMPLES: &str = r#"Examples:
  centralflow verify landscapes
  centralflow verify digits --filter sharpness_equilibrates --seed 7 --seed 8
  centralflow verify my.toml --format json > verdicts.json
  centralflow verify landscapes --html verdicts.html

A suite file:
  description = "Does the sharpness equilibrate on my network?"

  [[experiment]]
  name = "my-network"
  seeds = [0, 1, 2]
  predictions = ["sharpness_equilibrates", "tracks_central_flow"]   # or whole groups, as "central_flow"
  learning_rate = 0.15
  steps = 1200                       # averages need some hundreds past the first blow-up
  # optimizer.heavy_ball = { momentum = 0.5 }   # instead of gradient descent; see suites/optimizers.toml
  # schedule.linear = { from = 300, steps = 100, to = 1.2 }   # or warm_up, cosine, step: a factor of the learning rate
  # weight_decay = 0.01              # 0.005 |w|^2 is added to the loss
  # decoupled_weight_decay = 0.01    # or each step takes away eta 0.01 w beside the gradient's
  # warm_up = 20                     # steps made before all processes start
  # frozen = true                    # of an adaptive rule: its preconditioner stays as the warm-up has left it
  segment = 400                      # after so many the theory starts anew at a midpoint; may be left out

  [experiment.objective.network]     # or quadratic = { spectrum = [..] }, or see suites/landscapes.toml
  data = "digits"                    # or "gaussian", { gaussian = { features = 20, classes = 3 } }, or see below
  examples = 300
  model.mlp = { hidden = [32, 32], activation = "tanh" }   # [] is a linear model; tanh, gelu, silu, softplus; others below
  loss = "mse"                       # mse, cross_entropy

  [experiment.numerics]              # may be left out
  substeps = 2                       # of the central flow a step; raise it if a verdict is unresolved

Other architectures; images for the first ones, sequences (rows of an example are times) for the last ones:
  model.deep_linear = { hidden = [12, 12], gain = 0.9 }
  model.cnn = { channels = [4, 8], hidden = [10], activation = "gelu" }           # kernel = 3, pool = 2, gain = 1.0
  model.resnet = { channels = [4, 8], groups = 2, activation = "gelu" }           # blocks = 1, pool = 2
  model.vit = { patch = 2, width = 8, heads = 2, hidden = 16, activation = "gelu" }     # depth = 1, head_width, patch_norm
  model.transformer = { width = 12, heads = 2, hidden = 24, activation = "gelu" } # depth = 1, norm = "after" or "before"
  model.lstm = { width = 12 }                                                     # depth = 1, embedding
  model.mamba = { width = 8, states = 4 }      # depth = 1, expand = 2, kernel = 4, step_rank, deviation = 0.02, output_gain = 0.1
Sequences of letters with an answer at each position of their second half, for the last three:
  data.sorting = { letters = 4, length = 6 }  data.copying = { letters = 4, length = 6 }

Other data, of which those with targets are for the loss mse only:
  data.two_moons.noise = 0.1                  data.teacher_student = { features = 10, width = 5 }   # targets
  data.chebyshev.degree = 3   # targets       data.orthogonal.features = 10   # targets, at most so many examples
Files of your own, by paths relative to the suite file, with labels of classes or with targets:
  data.csv = { file = "a.csv", label = "kind" }             # or targets = ["price"]; a column by its name or number
  data.npz = { file = "a.npz", inputs = "x", labels = "y" }       # or targets = "t": names of arrays
  data.npy = { inputs = "x.npy", labels = "y.npy" }               # or targets = "t.npy"
  data.idx = { images = "train-images-idx3-ubyte.gz", labels = "train-labels-idx1-ubyte.gz" }
  data.cifar10 = { batches = ["data_batch_1.bin"] }
  each with classes = [0, 3], those that are kept, and normalisation = "none", "per_feature" or "overall" (mean 0, variance 1),
  "range" (-1 to 1). A file may be { path = "a.csv", sha256 = ".." }, and then must have that digest.

An array where there is one value above, such as learning_rate = [0.1, 0.15], is an experiment a value, my-network-learning-rate-0.1
and so on; several arrays are all combinations, at most 1000 experiments a suite.

Ctrl-C ends the run, prints the verdicts of what has finished and writes the page, within a second or two; a third one quits
at once. SIGTERM and SIGHUP do the same, but what was ignored at the start stays so: under nohup a run goes on.
Exit codes: 0 every claim holds and every control is violated, 1 not so, 2 bad input, 130 stopped by Ctrl-C."#;

const RUN_EXAMPLES: &str = "\
Examples:
  centralflow run digits-tanh
  centralflow run digits-tanh --seed 3 --learning-rate 0.25 --steps 1000 --out series
  centralflow run my-network --suite my.toml --format json

Ctrl-C ends the run and writes the steps done so far, within a second or two; a third one quits at once. A run that diverges
is written up to that step.
Exit codes: 0 done, 2 bad input or a file that cannot be written, 130 stopped by Ctrl-C.";

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=1024) => Ok(threads),
        _ => Err("accepted are 1 to 1024".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_examples_parse() {
        for examples in [TOP_EXAMPLES, VERIFY_EXAMPLES, RUN_EXAMPLES] {
            for line in examples.lines().map(str::trim).filter(|line| line.starts_with("centralflow ")) {
                let line =
                    line.split("   ").next().and_then(|line| line.split('>').next()).unwrap_or_default();
                assert!(parsed(line).is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn the_suite_file_in_the_help_is_accepted() {
        let text: String = VERIFY_EXAMPLES
            .lines()
            .skip_while(|line| !line.contains("A suite file:"))
            .skip(1)
            .take_while(|line| line.is_empty() || line.starts_with("  "))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(
            crate::suite::parse("my.toml", &text).map(|suite| suite.name).map_err(|e| e.to_string()),
            Ok("my".into())
        );
    }

    #[test]
    fn bad_arguments_are_refused() {
        let bad = [
            "centralflow",
            "centralflow verifi",
            "centralflow verify --format yaml",
            "centralflow verify --seed -1",
            "centralflow verify --seed one",
            "centralflow verify --threads 0",
            "centralflow run",
            "centralflow run a --steps many",
            "centralflow run a --steps -1",
            "centralflow run a --learning-rate fast",
        ];
        for line in bad {
            assert_eq!(parsed(line).map(|_| ()).map_err(|error| error.exit_code()), Err(2), "{line}");
        }
        let negative =
            parsed("centralflow run a --learning-rate -1").expect("judged by the rule of the file");
        assert!(matches!(negative.command, Command::Run(RunArguments { learning_rate: Some(-1.0), .. })));
    }
}
