//! A good file means what it says; a bad one is refused with its line, key and value.

use super::*;
use crate::prediction::Outcome;

const GOOD: &str = r#"description = "An example."
[[experiment]]
name = "digits-tanh"
seeds = [0, 1]
predictions = ["sharpness_equilibrates"]
learning_rate = 0.5
steps = 60
[experiment.objective.network]
data = "digits"
examples = 300
model.mlp.hidden = [32, 16]
model.mlp.activation = "tanh"
loss = "mse"
[experiment.numerics]
substeps = 6
max_tracked = 5
"#;

const QUADRATIC: &str = r#"description = "An example."
[[experiment]]
name = "quadratic"
seeds = [0]
predictions = ["quadratic_modes"]
learning_rate = 1
steps = 60
objective.quadratic.spectrum = [1, 2.5]
"#;

const VALLEY: &str = r#"description = "An example."
[[experiment]]
name = "valley"
seeds = [0]
predictions = ["sharpness_equilibrates"]
learning_rate = 0.1
steps = 60
objective.valley = { curvature = 15, slope = 1, directions = 1 }
"#;

fn good(file: &str, text: &str) -> Suite {
    parse(file, text).unwrap_or_else(|error| panic!("{error}"))
}

/// The message for `good` with one piece of text replaced.
fn refusal(good: &str, from: &str, to: &str) -> String {
    assert!(good.contains(from), "{from}");
    parse("my.toml", &good.replacen(from, to, 1)).err().expect(to).to_string()
}

/// Checks that each change is refused with all the pieces of text.
fn refused(good: &str, changes: &[(&str, &str, &[&str])]) {
    for (from, to, expected) in changes {
        let message = refusal(good, from, to);
        for piece in *expected {
            assert!(message.contains(piece), "{to}: expected {piece:?} in {message:?}");
        }
    }
}

#[test]
fn a_good_file_means_what_it_says() {
    let suite = good("some/digits.toml", GOOD);
    let experiment = &suite.experiments[0];
    assert_eq!((suite.name.as_str(), suite.description.as_str()), ("digits", "An example."));
    assert_eq!((experiment.spec.settings.learning_rate, experiment.spec.settings.steps), (0.5, 60));
    assert_eq!(
        experiment.spec.settings.numerics,
        Numerics { substeps: 6, max_tracked: 5, ..Numerics::default() }
    );
    assert_eq!((experiment.seeds.as_slice(), experiment.line), ([0, 1].as_slice(), 3));
    let network = r#"{"network":{"data":"digits","examples":300,"model":{"mlp":{"hidden":[32,16],"activation":"tanh"}},"loss":"mse"}}"#;
    assert_eq!(serde_json::to_string(&*experiment.spec.objective).expect("JSON"), network);
    assert_eq!(suite.cases().len(), 2);
}

#[test]
fn landscapes_and_linear_models_are_accepted() {
    assert!(parse("my.toml", QUADRATIC).is_ok());
    assert!(parse("my.toml", VALLEY).is_ok());
    assert!(parse("my.toml", &GOOD.replace("[32, 16]", "[]")).is_ok());
}

#[test]
fn malformed_toml_is_refused() {
    refused(
        GOOD,
        &[
            ("name = \"digits", "name = digits", &["my.toml, line 3: ", "name = digits"]),
            ("steps = 60", "steps = 60\nsteps = 61", &["my.toml, line 8: duplicate key", "steps"]),
            ("[32, 16]", "[32, 16", &["my.toml, line 12: missing comma", "activation"]),
        ],
    );
}

#[test]
fn unknown_keys_are_refused() {
    refused(
        GOOD,
        &[
            (
                "description",
                "descripton",
                &["line 1", "`descripton`", "expected one of `description`, `run_by`, `experiment`"],
            ),
            ("learning_rate", "learning_rte", &["line 6", "unknown field `learning_rte`", "`learning_rate`"]),
            ("substeps", "substep", &["line 15", "unknown field `substep`", "`substeps`"]),
            ("examples", "example", &["line 10", "unknown field `example`", "`examples`"]),
            (
                "objective.network",
                "objective.net",
                &["line 8", "unknown field `net`", "`network`, `quadratic`, `valley`"],
            ),
        ],
    );
}

#[test]
fn missing_keys_are_refused() {
    refused(
        GOOD,
        &[
            ("steps = 60\n", "", &["line 2", "missing field `steps`", "experiment"]),
            ("seeds = [0, 1]\n", "", &["line 2", "missing field `seeds`"]),
            ("loss = \"mse\"\n", "", &["line 8", "missing field `loss`"]),
        ],
    );
    let empty = parse("my.toml", "description = \"\"\nexperiment = []\n").err().expect("no experiment");
    assert!(empty.to_string().starts_with("my.toml, line 2: experiment = []: accepted"), "{empty}");
    assert!(
        parse("my.toml", "").err().expect("empty").to_string().starts_with("my.toml, line 1: missing field")
    );
}

#[test]
fn wrong_types_are_refused() {
    refused(
        GOOD,
        &[
            ("60", "\"many\"", &["line 7", "string \"many\", expected a whole number, 0 or more", "steps"]),
            ("60", "-60", &["line 7", "`-60`", "steps"]),
            ("60", "60.5", &["line 7", "`60.5`", "steps"]),
            ("0.5", "\"fast\"", &["line 6", "string \"fast\", expected a number", "learning_rate"]),
            ("[0, 1]", "0", &["line 4", "integer `0`, expected an array", "seeds"]),
            ("[0, 1]", "[-1]", &["line 4", "integer `-1`", "seeds"]),
            ("\"tanh\"", "\"relu\"", &["line 12", "`relu`", "`tanh`", "`gelu`", "activation"]),
            ("\"digits\"", "\"mnist\"", &["line 9", "`mnist`", "`digits`", "data"]),
            ("\"mse\"", "\"l1\"", &["line 13", "`l1`", "`cross_entropy`", "loss"]),
        ],
    );
}

#[test]
fn values_out_of_range_are_refused() {
    refused(
        GOOD,
        &[
            ("0.5", "0", &["my.toml, line 6: learning_rate = 0: accepted are finite numbers above 0"]),
            ("0.5", "-0.1", &["line 6: learning_rate = -0.1: accepted"]),
            ("0.5", "nan", &["line 6: learning_rate = nan: accepted"]),
            ("0.5", "inf", &["line 6: learning_rate = inf: accepted"]),
            ("60", "0", &["line 7: steps = 0: accepted are 1 to 1000000"]),
            ("60", "1_000_001", &["line 7: steps = 1_000_001: accepted are 1 to 1000000"]),
            ("\"digits\"", "{ digits.side = 3 }", &["line 9: side = 3: accepted are 1, 2, 4 and 8"]),
            ("\"digits\"", "{ chebyshev.degree = 0 }", &["line 9: degree = 0: accepted are 1 to 100"]),
            ("\"digits\"", "{ chebyshev = {} }", &["line 9", "missing field `degree`"]),
            ("\"digits\"", "{ two_moons.noise = nan }", &["line 9: noise = nan: accepted are 0 to 10"]),
            (
                "\"digits\"",
                "{ orthogonal.features = 10 }",
                &["line 10: examples = 300: accepted are 1 to 10, the size of this data set"],
            ),
            (
                "\"digits\"",
                "{ teacher_student = { features = 2, width = 1001 } }",
                &["line 9: width = 1001: accepted are 1 to 1000"],
            ),
            ("300", "0", &["line 10: examples = 0: accepted are 1 to 1797"]),
            ("300", "1798", &["line 10: examples = 1798: accepted are 1 to 1797"]),
            ("[32, 16]", "[32,\n 0]", &["line 12: hidden width = 0: accepted", "linear model"]),
            ("substeps = 6", "substeps = 0", &["line 15: substeps = 0: accepted are 2 to 1000"]),
            ("substeps = 6", "substeps = 1", &["line 15: substeps = 1: accepted are 2 to 1000"]),
            ("max_tracked = 5", "max_tracked = 0", &["line 16: max_tracked = 0: accepted are 1 to 16"]),
            ("max_tracked = 5", "max_tracked = 17", &["line 16: max_tracked = 17: accepted are 1 to 16"]),
        ],
    );
}

#[test]
fn cross_entropy_is_refused_for_a_regression() {
    let text = GOOD.replace("\"digits\"", "{ chebyshev.degree = 3 }");
    assert!(parse("my.toml", &text).is_ok());
    let message =
        "line 13: loss = \"cross_entropy\": accepted is \"mse\": the targets of chebyshev are real numbers";
    refused(&text, &[("\"mse\"", "\"cross_entropy\"", &[message])]);
}

#[test]
fn tolerances_and_thresholds_out_of_range_are_refused() {
    for bad in ["eigen_tolerance = 0.0", "eigen_tolerance = 0.02", "eigen_tolerance = nan"] {
        refused(GOOD, &[("max_tracked = 5", bad, &["line 16", bad, "above 0 and at most 0.01"])]);
    }
    for bad in ["tracked_above = 0", "tracked_above = 1.97", "critical_above = 2.0", "critical_above = 1.5"] {
        refused(
            GOOD,
            &[("max_tracked = 5", bad, &["line 16", bad, "0 < tracked_above < critical_above < 2"])],
        );
    }
    refused(
        GOOD,
        &[("max_tracked = 5", "critical_above = nan", &["line 16: critical_above = nan: accepted"])],
    );
}

#[test]
fn bad_landscapes_are_refused() {
    refused(
        QUADRATIC,
        &[
            ("[1, 2.5]", "[]", &["line 8: spectrum = []: accepted are 1 to 1000 finite eigenvalues"]),
            ("[1, 2.5]", "[1, inf]", &["line 8: spectrum = [1, inf]: accepted"]),
            ("quadratic.spectrum = [1, 2.5]", "quadratic = {}", &["line 8", "missing field `spectrum`"]),
            (
                "objective.quadratic.spectrum = [1, 2.5]",
                "objective = {}",
                &["line 8", "one of network, quadratic, valley"],
            ),
            (
                "objective.quadratic.spectrum = [1, 2.5]",
                "objective = { quadratic.spectrum = [1], valley = { curvature = 1, slope = 1, directions = 1 } }",
                &["line 8", "exactly one", "network, quadratic, valley"],
            ),
        ],
    );
    refused(
        VALLEY,
        &[
            ("directions = 1", "directions = 0", &["line 8: directions = 0: accepted are 1 to 16"]),
            ("directions = 1", "directions = 17", &["line 8: directions = 17: accepted are 1 to 16"]),
            ("curvature = 15", "curvature = inf", &["line 8: curvature = inf: accepted are finite"]),
            ("slope = 1", "slope = nan", &["line 8: slope = nan: accepted are finite"]),
        ],
    );
}

#[test]
fn bad_landscapes_of_known_sigma_are_refused() {
    let valley =
        |objective: &str| VALLEY.replace("valley = { curvature = 15, slope = 1, directions = 1 }", objective);
    let matrix = valley("matrix_valley = { curvature = [3, 2], slope = [[2, 1], [1, 2]] }");
    let crossing = valley("crossing = { curvature = [3, 2], slope = 1, drift = 2 }");
    let leaving = valley("leaving = { curvature = 3, slope = 1, drift = 2, coupling = 1 }");
    for text in [&matrix, &crossing, &leaving] {
        assert!(parse("my.toml", text).is_ok(), "{text}");
    }
    let asymmetric: &[&str] = &["line 8: matrix_valley = {", "accepted is", "symmetric positive definite"];
    refused(&matrix, &[("[1, 2]]", "[0, 2]]", asymmetric), ("[1, 2]]", "[1, 0.4]]", asymmetric)]);
    refused(&matrix, &[("[3, 2]", "[3]", asymmetric), ("[3, 2]", "[3, nan]", asymmetric)]);
    refused(&crossing, &[("drift = 2", "drift = 1", &["line 8: crossing = {", "drift > slope > 0"])]);
    refused(&crossing, &[(", drift = 2", "", &["line 8", "missing field `drift`"])]);
    refused(&leaving, &[("coupling = 1", "coupling = 0", &["line 8: leaving = {", "coupling above 0"])]);
    refused(&leaving, &[("coupling", "couplig", &["line 8", "unknown field `couplig`", "`coupling`"])]);
}

#[test]
fn what_no_registry_has_is_refused_with_what_there_is() {
    refused(
        GOOD,
        &[
            ("network]", "netwrk]", &["line 8: objective: unknown field `netwrk`. Did you mean network?"]),
            (
                "network]",
                "quux]",
                &["line 8: objective: unknown field `quux`. Accepted are `network`, `quadratic`"],
            ),
            ("\"digits\"\n", "\"digts\"\n", &["line 9: data: unknown field `digts`. Did you mean digits?"]),
            (
                "\"digits\"\n",
                "{}\n",
                &["line 9: data must be exactly one: accepted is one of chebyshev, copying, digits, "],
            ),
            ("\"digits\"\n", "3\n", &["line 9: data must be exactly one"]),
        ],
    );
    refused(
        QUADRATIC,
        &[("objective.quadratic.spectrum = [1, 2.5]", "", &["line 2", "missing field `objective`"])],
    );
}

#[test]
fn a_data_set_has_values_of_its_own() {
    let data = |written: &str| {
        let suite = good("my.toml", &GOOD.replace("data = \"digits\"", &format!("data = {written}")));
        serde_json::to_value(&*suite.experiments[0].spec.objective).expect("JSON")["network"]["data"].clone()
    };
    for usual in ["\"gaussian\"", "{ gaussian = {} }", "{ gaussian = { features = 3072, classes = 4 } }"] {
        assert_eq!(data(usual), "gaussian", "{usual}");
    }
    assert_eq!(data("{ gaussian = { features = 9 } }"), serde_json::json!({ "gaussian": { "features": 9 } }));
    assert_eq!(data("{ digits = {} }"), "digits");
    for (to, expected) in [
        ("{ gaussian = { features = 0 } }", "line 9: features = 0: accepted are 1 to 100000"),
        ("{ gaussian = { classes = 1 } }", "line 9: classes = 1: accepted are 2 to 1000"),
        ("{ gaussian = { clases = 3 } }", "line 9: unknown field `clases`"),
        ("{ digits = { classes = 3 } }", "line 9: unknown field `classes`"),
    ] {
        refused(GOOD, &[("\"digits\"\nexamples", &format!("{to}\nexamples"), &[expected])]);
    }
}

#[test]
fn bad_predictions_are_refused() {
    refused(
        GOOD,
        &[
            (
                "sharpness_equilibrates",
                "sharpnes_equilibrates",
                &[
                    "line 5",
                    "predictions",
                    "\"sharpnes_equilibrates\"",
                    "Did you mean sharpness_equilibrates?",
                    "quadratic_modes, ",
                ],
            ),
            ("sharpness_equilibrates", "quux", &["line 5", "\"quux\". Accepted are quadratic_modes, "]),
            ("[\"sharpness_equilibrates\"]", "[]", &["line 5: predictions = []: accepted"]),
            (
                "[\"sharpness_equilibrates\"]",
                "[\"quadratic_modes\",\n\"quadratic_modes\"]",
                &["line 6: predictions: \"quadratic_modes\" twice"],
            ),
        ],
    );
}

#[test]
fn bad_seeds_are_refused() {
    refused(
        GOOD,
        &[
            ("[0, 1]", "[]", &["line 4: seeds = []: accepted are one or more seeds"]),
            ("[0, 1]", "[0, 1, 0]", &["line 4: seeds = [0, 1, 0]: accepted", "no two the same"]),
        ],
    );
}

#[test]
fn bad_names_are_refused() {
    for bad in ["\"\"", "\"Digits\"", "\"a b\"", "\"../a\"", "\"-a\"", "\"a-\"", "\"a_b\"", "\"ü\""] {
        let start = format!("my.toml, line 3: name = {bad}: accepted are names of lower-case letters");
        refused(GOOD, &[("\"digits-tanh\"", bad, &[&start])]);
    }
}

#[test]
fn experiments_of_the_same_name_are_refused() {
    let experiment = &QUADRATIC[QUADRATIC.find("[[").expect("an experiment")..];
    let twice =
        parse("my.toml", &format!("{QUADRATIC}{experiment}")).err().expect("the same name twice").to_string();
    assert!(twice.starts_with("my.toml, line 10: name = \"quadratic\""), "{twice}");
    assert!(twice.ends_with("my.toml, line 3 has it"), "{twice}");

    let suites = ["a.toml", "b.toml"].map(|file| good(file, QUADRATIC));
    let across = check_distinct(&suites).expect_err("the same name in two suites").to_string();
    assert!(across.starts_with("b.toml, line 3: ") && across.ends_with("a.toml, line 3 has it"), "{across}");
}

#[test]
fn unreadable_files_are_refused() {
    let folder = std::env::temp_dir().join(format!("centralflow-suite-file-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let missing = load(&folder.join("missing.toml")).err().expect("missing").to_string();
    assert!(missing.contains("missing.toml: cannot be read (No such file"), "{missing}");
    let directory = load(&folder).err().expect("a folder").to_string();
    assert!(directory.contains(": cannot be read (Is a directory"), "{directory}");
    std::fs::write(folder.join("bytes.toml"), b"description = \"\"\n# \xff\n").expect("written");
    let bytes = load(&folder.join("bytes.toml")).err().expect("not UTF-8").to_string();
    assert!(bytes.contains("bytes.toml, line 2: not UTF-8"), "{bytes}");
    std::fs::remove_dir_all(&folder).expect("removed");
}

/// The good file with a finding, its fields as given.
fn with_finding(prediction: &str, seeds: &str, verdict: &str) -> String {
    let finding = format!(
        "[[experiment.finding]]\nprediction = '{prediction}'\nseeds = {seeds}\nverdict = '{verdict}'\nreason = 'It is so.'\n"
    );
    GOOD.replace("[experiment.objective.network]", &format!("{finding}[experiment.objective.network]"))
}

#[test]
fn findings_belong_to_the_seeds_they_name() {
    let suite = good("my.toml", &with_finding("sharpness_equilibrates", "[1]", "violated"));
    let known: Vec<usize> = suite.cases().iter().map(|case| case.findings.len()).collect();
    assert_eq!(known, [0, 1]);
    let finding = &suite.experiments[0].findings[0];
    assert_eq!((finding.verdict, finding.reason.as_str()), (Outcome::Violated, "It is so."));
}

#[test]
fn findings_that_the_experiment_cannot_have_are_refused() {
    for (prediction, seeds, verdict, expected) in [
        ("quadratic_modes", "[1]", "violated", "line 9: prediction = 'quadratic_modes': accepted are"),
        ("sharpness_equilibrates", "[2]", "violated", "line 10: seeds = [2]: accepted are one or more of"),
        ("sharpness_equilibrates", "[]", "violated", "line 10: seeds = []: accepted are one or more of"),
        ("sharpness_equilibrates", "[1]", "holds", "line 11: verdict = 'holds': accepted are violated"),
        ("sharpness_equilibrates", "[1]", "wrong", "unknown variant `wrong`"),
    ] {
        let message = parse("my.toml", &with_finding(prediction, seeds, verdict)).err().expect(verdict);
        assert!(message.to_string().contains(expected), "{expected:?} in {message}");
    }
}

#[test]
fn a_suite_says_who_runs_it() {
    let run_by = |line: &str| {
        let text = GOOD.replace("[[experiment]]", &format!("{line}\n[[experiment]]"));
        parse("my.toml", &text).map(|suite| suite.run_by).map_err(|error| error.to_string())
    };
    assert_eq!(run_by(""), Ok(vec![RunBy::Verify, RunBy::Test]));
    assert_eq!(run_by("run_by = ['test']"), Ok(vec![RunBy::Test]));
    assert_eq!(run_by("run_by = []"), Ok(vec![]));
    assert!(run_by("run_by = ['me']").is_err_and(|message| message.contains("expected `verify` or `test`")));
}

#[test]
fn claims_about_averages_are_pooled_over_several_seeds() {
    let pooled = |seeds: &str| {
        let text = GOOD.replace("seeds = [0, 1]", &format!("seeds = {seeds}"));
        let text =
            text.replace("predictions = [\"quadratic_modes\"]", "predictions = [\"oscillation_size\"]");
        let suite = parse("my.toml", &text).unwrap_or_else(|error| panic!("{error}"));
        suite.experiments[0].pooled().len()
    };
    assert_eq!([pooled("[0]"), pooled("[0, 1]")], [0, 1]);
}

/// What has no state cannot be frozen, and what changes with time is not.
#[test]
fn only_a_preconditioner_that_would_move_is_frozen() {
    let with = |lines: &str| VALLEY.replacen("steps = 60", &format!("steps = 60\n{lines}"), 1);
    let suite = good("my.toml", &with("frozen = true\noptimizer.rmsprop.beta2 = 0.9"));
    let settings = &suite.experiments[0].spec.settings;
    assert!(settings.frozen && serde_json::to_string(settings).expect("JSON").contains(r#""frozen":true"#));
    let plain = good("my.toml", &with("frozen = false"));
    let json = serde_json::to_string(&plain.experiments[0].spec.settings).expect("JSON");
    assert!(!json.contains("frozen"), "{json}");
    let accepted = "accepted is true for an optimizer whose preconditioner has a state";
    let adaptive = "optimizer.rmsprop.beta2 = 0.9\n";
    for lines in [
        String::new(),
        format!("{adaptive}schedule.linear = {{ steps = 5, to = 2.0 }}\n"),
        format!("{adaptive}decoupled_weight_decay = 0.1\n"),
    ] {
        let text = format!("steps = 60\nfrozen = true\n{lines}");
        refused(VALLEY, &[("steps = 60", &text, &["line 8", "frozen = true", accepted])]);
    }
}

/// Decay beside the step is accepted as long as a step keeps something of the weights, whatever the schedule, and not with decay in the gradient.
#[test]
fn decay_beside_the_step_keeps_some_of_the_weights() {
    let with = |lines: &str| VALLEY.replacen("steps = 60", &format!("steps = 60\n{lines}"), 1);
    let suite = good("my.toml", &with("decoupled_weight_decay = 9.9"));
    let settings = &suite.experiments[0].spec.settings;
    assert_eq!((settings.decoupled_weight_decay, settings.weight_decay), (9.9, 0.0));
    let json = serde_json::to_string(settings).expect("JSON");
    assert!(json.contains(r#""decoupled_weight_decay":9.9"#), "{json}");
    refused(
        VALLEY,
        &[
            (
                "steps = 60",
                "steps = 60\ndecoupled_weight_decay = -0.1",
                &["line 8", "decoupled_weight_decay = -0.1: accepted are finite numbers, 0 or more"],
            ),
            (
                "steps = 60",
                "steps = 60\ndecoupled_weight_decay = 10.0",
                &["line 8", "each step keeps 1 - eta gamma of the weights: accepted are numbers below 10,"],
            ),
            (
                "steps = 60",
                "steps = 60\nschedule.linear = { steps = 50, to = 2.0 }\ndecoupled_weight_decay = 9.9",
                &["line 9", "decoupled_weight_decay = 9.9", "accepted are numbers below 5,"],
            ),
            (
                "steps = 60",
                "steps = 60\nweight_decay = 0.1\ndecoupled_weight_decay = 0.1",
                &["line 9", "accepted is one of weight_decay, which is 0.1, and decoupled_weight_decay"],
            ),
        ],
    );
}
