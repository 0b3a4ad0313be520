//! Runs that are too large are refused, and take nothing else with them.

use serde_json::Value;

use crate::workplace::{SMALL, Workplace, told};

/// Each is too large for an address space of 8 GiB.
const HUGE: [(&str, &str); 3] = [
    ("width", "examples = 10\nmodel.mlp = { hidden = [10000, 10000], activation = 'tanh' }"),
    ("depth", "examples = 10\nmodel.mlp = { hidden = [4000, 4000, 4000, 4000], activation = 'tanh' }"),
    ("examples", "examples = 100000\nmodel.mlp = { hidden = [100], activation = 'tanh' }"),
];

fn network(kind: &str, sizes: &str) -> String {
    let data = if kind == "examples" { "gaussian" } else { "digits" };
    format!(
        "[[experiment]]\nname = 'huge-{kind}'\nseeds = [0]\npredictions = ['quadratic_modes']\nlearning_rate = 0.05\n\
         steps = 20\n[experiment.objective.network]\ndata = '{data}'\n{sizes}\nloss = 'mse'\n"
    )
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_too_large_is_refused_and_the_rest_is_judged() {
    let workplace = Workplace::new("huge");
    let networks: String = HUGE.iter().map(|(kind, sizes)| network(kind, sizes)).collect();
    workplace.put("a.toml", &format!("{SMALL}{networks}"));
    let script = "ulimit -v 8388608; \"$program\" verify a.toml --format json --threads 2";
    let (code, json, stderr) = told(&workplace.shell(script));
    assert_eq!(code, Some(1), "{stderr}");
    let found: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(found["verdicts"][0]["verdict"], "holds");
    assert_eq!(found["finished_cases"], 1);
    let failures = found["failures"].as_array().expect("a list");
    assert_eq!(failures.len(), HUGE.len(), "{failures:?}");
    for (failure, (kind, _)) in failures.iter().zip(HUGE) {
        assert_eq!(failure["experiment"], format!("huge-{kind}"));
        let message = failure["message"].as_str().expect("a text");
        assert!(message.starts_with("needs about ") && message.contains(" GiB of memory ("), "{message}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_record_of_too_many_steps_is_refused() {
    let workplace = Workplace::new("steps");
    workplace.put("a.toml", SMALL);
    let script = "ulimit -v 1048576; \"$program\" run small --suite a.toml --steps 1000000 --threads 2";
    let (code, _, stderr) = told(&workplace.shell(script));
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("error: the run needs about ") && stderr.contains("the record of 1000000 steps"),
        "{stderr}"
    );
    assert!(!workplace.path().join("out/small-seed0-steps1000000.csv").exists());
}
