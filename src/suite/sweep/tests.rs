//! A sweep is the experiments that it stands for, and a mistake in it is told with its place.

use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::suite::{Case, Suite, parse};

/// Where a sweep may be, in the order of the file, and values there, each with what it adds to a name.
const VALLEY: [(&str, &[(&str, &str)]); 9] = [
    (
        "learning_rate",
        &[("0.5", "learning-rate-0.5"), ("1e-7", "learning-rate-1e-7"), ("2.0", "learning-rate-2")],
    ),
    ("steps", &[("40", "steps-40"), ("1_000", "steps-1000")]),
    ("segment", &[("400", "segment-400"), ("300", "segment-300")]),
    ("objective.valley.curvature", &[("3", "curvature-3"), ("-0.25", "curvature--0.25")]),
    ("objective.valley.slope", &[("0.02", "slope-0.02"), ("1", "slope-1")]),
    ("objective.valley.directions", &[("1", "directions-1"), ("2", "directions-2"), ("3", "directions-3")]),
    ("numerics.substeps", &[("2", "substeps-2"), ("8", "substeps-8")]),
    ("numerics.critical_above", &[("1.95", "critical-above-1.95"), ("1.9", "critical-above-1.9")]),
    ("numerics.max_tracked", &[("10", "max-tracked-10"), ("3", "max-tracked-3")]),
];

/// The same of a network.
const NETWORK: [(&str, &[(&str, &str)]); 5] = [
    ("learning_rate", &[("0.5", "learning-rate-0.5"), ("0.25", "learning-rate-0.25")]),
    ("objective.network.data", &[("'digits'", "data-digits"), ("'gaussian'", "data-gaussian")]),
    ("objective.network.examples", &[("9", "examples-9"), ("90", "examples-90")]),
    (
        "objective.network.model.mlp.activation",
        &[("'tanh'", "activation-tanh"), ("'gelu'", "activation-gelu"), ("'silu'", "activation-silu")],
    ),
    ("objective.network.loss", &[("'mse'", "loss-mse"), ("'cross_entropy'", "loss-cross-entropy")]),
];

type Keys = [(&'static str, &'static [(&'static str, &'static str)])];

/// An experiment with what is written at its keys.
fn experiment(name: &str, keys: &Keys, written: &[String]) -> String {
    let lines: String =
        keys.iter().zip(written).map(|((key, _), value)| format!("{key} = {value}\n")).collect();
    let hidden = if keys.len() == NETWORK.len() {
        "objective.network.model.mlp.hidden = [4, 3]\nsteps = 4\n"
    } else {
        ""
    };
    format!(
        "[[experiment]]\nname = '{name}'\nseeds = [0, 3]\npredictions = ['steps_by_the_gradient', 'keeps_pace']\n\
         {lines}{hidden}[[experiment.finding]]\nprediction = 'keeps_pace'\nseeds = [3]\npooled = true\n\
         verdict = 'unresolved'\nreason = 'Short.'\n"
    )
}

fn suite(experiments: &str) -> Suite {
    parse("my.toml", &format!("description = ''\n{experiments}")).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal(experiments: &str) -> String {
    let text = format!("description = ''\n{experiments}");
    parse("my.toml", &text).err().unwrap_or_else(|| panic!("{text} is accepted")).to_string()
}

/// The indices of the values at a key that a mask chooses, at least one.
fn chosen(values: &[(&str, &str)], mask: usize) -> Vec<usize> {
    let bits = 1 + mask % ((1 << values.len()) - 1);
    (0..values.len()).filter(|i| bits >> i & 1 == 1).collect()
}

/// An experiment with arrays at some keys, and the experiments that it stands for, written by hand.
fn swept_and_written_out(keys: &Keys, swept: &[(usize, usize)]) -> (String, String) {
    let at = |i: usize| swept.iter().find(|(key, _)| *key == i).map(|&(_, mask)| chosen(keys[i].1, mask));
    let arrays: Vec<String> = (0..keys.len())
        .map(|i| match at(i) {
            Some(indices) => {
                let values: Vec<&str> = indices.iter().map(|&v| keys[i].1[v].0).collect();
                format!("[{}]", values.join(", "))
            }
            None => keys[i].1[0].0.to_string(),
        })
        .collect();
    // Each key in its turn: what was written so far, once for each of its values.
    let mut all = vec![("a".to_string(), vec![])];
    for (i, (_, values)) in keys.iter().enumerate() {
        let indices = at(i);
        let one = |(name, written): (String, Vec<String>)| -> Vec<(String, Vec<String>)> {
            let with =
                |v: usize, name: String| (name, [written.clone(), vec![values[v].0.to_string()]].concat());
            match &indices {
                Some(indices) => {
                    indices.iter().map(|&v| with(v, format!("{name}-{}", values[v].1))).collect()
                }
                None => vec![with(0, name.clone())],
            }
        };
        all = all.into_iter().flat_map(one).collect();
    }
    let written_out = all.iter().enumerate().map(|(i, (_, written))| {
        // Names with dots are not accepted where they are written.
        experiment(&format!("n{i}"), keys, written)
    });
    let names: Vec<String> = all.iter().map(|(name, _)| name.clone()).collect();
    let swept = experiment("a", keys, &arrays);
    assert_eq!(suite(&swept).experiments.iter().map(|e| e.spec.name.clone()).collect::<Vec<_>>(), names);
    (swept, written_out.collect())
}

/// All that a case is but for its experiment's name.
fn nameless(mut case: Case) -> String {
    case.spec.name.clear();
    let predictions: Vec<&str> = case.predictions.iter().map(|prediction| prediction.name()).collect();
    format!("{:?} {} {predictions:?} {:?} {}", case.spec, case.seed, case.findings, case.suite)
}

fn same_cases(swept: &str, written_out: &str) {
    let [swept, written_out] =
        [swept, written_out].map(|text| suite(text).cases().into_iter().map(nameless).collect::<Vec<_>>());
    assert_eq!(swept, written_out);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_sweep_is_the_experiments_that_it_stands_for(
        valley in subsequence((0..VALLEY.len()).collect::<Vec<_>>(), 0..4),
        network in subsequence((0..NETWORK.len()).collect::<Vec<_>>(), 0..4),
        masks in proptest::collection::vec(0..100_usize, 8),
    ) {
        let with_masks = |keys: Vec<usize>| keys.into_iter().zip(masks.clone()).collect::<Vec<_>>();
        let (swept, written_out) = swept_and_written_out(&VALLEY, &with_masks(valley));
        same_cases(&swept, &written_out);
        let (swept, written_out) = swept_and_written_out(&NETWORK, &with_masks(network));
        same_cases(&swept, &written_out);
    }
}

#[test]
fn an_array_of_one_value_is_that_value_but_for_the_name() {
    for keys in [&VALLEY[..], &NETWORK[..]] {
        let plain: Vec<String> = keys.iter().map(|(_, values)| values[0].0.to_string()).collect();
        for i in 0..keys.len() {
            let mut one = plain.clone();
            one[i] = format!("[{}]", plain[i]);
            let one = experiment("a", keys, &one);
            same_cases(&one, &experiment("a", keys, &plain));
            assert_eq!(suite(&one).experiments[0].spec.name, format!("a-{}", keys[i].1[0].1));
        }
    }
}

fn quadratic(rest: &str) -> String {
    format!(
        "[[experiment]]\nname = 'a'\nseeds = [0, 1]\npredictions = ['quadratic_modes']\n{rest}\n\
         objective.quadratic.spectrum = [2.0, 1.0]\n"
    )
}

#[test]
fn what_is_a_list_already_is_no_sweep() {
    let lists = [
        "objective.quadratic.spectrum = [2.0, 1.0]",
        "objective.matrix_valley = { curvature = [3, 2], slope = [[2, 1], [1, 2]] }",
        "objective.crossing = { curvature = [3, 2], slope = 1, drift = 2 }",
        "objective.network = { data = 'digits', examples = 9, model.mlp = { hidden = [8, 7], activation = 'tanh' }, loss = 'mse' }",
    ];
    for list in lists {
        let text = quadratic("learning_rate = 0.1\nsteps = 4").replace(lists[0], list);
        assert_eq!(suite(&text).experiments.len(), 1, "{list}");
    }
    // Beside a list of the same table there may be a sweep.
    let text = quadratic("learning_rate = 0.1\nsteps = 4")
        .replace(lists[0], &lists[2].replace("= 1,", "= [1, 1.5],"));
    let names: Vec<String> =
        suite(&text).experiments.into_iter().map(|experiment| experiment.spec.name).collect();
    assert_eq!(names, ["a-slope-1", "a-slope-1.5"]);
}

#[test]
fn values_of_a_data_set_may_be_swept() {
    let objective = "objective.network = { data = { gaussian = { features = [9, 10] } }, examples = [5, 6], model.mlp = { hidden = [], activation = 'tanh' }, loss = 'mse' }";
    let text = quadratic("learning_rate = 0.1\nsteps = 4")
        .replace("objective.quadratic.spectrum = [2.0, 1.0]", objective);
    let names: Vec<String> = suite(&text).experiments.into_iter().map(|e| e.spec.name).collect();
    let expected = ["9-examples-5", "9-examples-6", "10-examples-5", "10-examples-6"];
    assert_eq!(names, expected.map(|ending| format!("a-features-{ending}")));
}

#[test]
fn a_mistake_in_a_sweep_is_told_with_its_line() {
    for (rest, expected) in [
        (
            "learning_rate = [0.1,\n0]\nsteps = 4",
            "line 7: learning_rate = 0: accepted are finite numbers above 0",
        ),
        (
            "learning_rate = 0.1\nsteps = [4,\n5,\n'six']",
            "line 9: invalid type: string \"six\", expected a whole number",
        ),
        ("learning_rate = [\n[0.1]]\nsteps = 4", "line 7: invalid type: array, expected a number"),
        (
            "learning_rate = 0.1\nsteps = 4\nnumerics.substeps = [2,\n1]",
            "line 9: substeps = 1: accepted are 2 to 1000",
        ),
        (
            "learning_rate = []\nsteps = 4",
            "line 6: learning_rate = []: accepted are a value, or an array of one or more",
        ),
        (
            "learning_rate = [0.5, 0.50]\nsteps = 4",
            "line 6: learning_rate = [0.5, 0.50]: accepted are a value, or",
        ),
        ("learning_rate = [1, 1.0]\nsteps = 4", "line 6: learning_rate = [1, 1.0]: accepted"),
        ("learning_rte = [0.1, 0.2]\nsteps = 4", "line 6: unknown field `learning_rte`"),
        ("learning_rate = 0.1", "line 2: missing field `steps`"),
    ] {
        let message = refusal(&quadratic(rest));
        assert!(message.contains(expected), "{expected:?} in {message:?}");
    }
}

#[test]
fn names_do_not_become_too_long() {
    let arrays = "learning_rate = [1.00000000000001e-7]\nsteps = [1]\nsegment = [400]\n\
                  numerics = { critical_above = [1.95000000000001], tracked_above = [1.50000000000001] }";
    assert!(suite(&quadratic(&arrays.replace("0000000000", ""))).experiments[0].spec.name.len() > 80);
    let message = refusal(&quadratic(arrays));
    let expected = "line 3: name = 'a': its arrays add 117 characters to it: accepted are 100";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_thousand_experiments_are_accepted_and_no_more() {
    let steps = |n: usize| {
        let values: Vec<String> = (1..=n).map(|i| i.to_string()).collect();
        quadratic(&format!("learning_rate = [0.1, 0.2]\nsteps = [{}]", values.join(", ")))
    };
    assert_eq!(suite(&steps(500)).experiments.len(), 1000);
    let one_more = quadratic("learning_rate = 0.1\nsteps = 4").replace("'a'", "'b'");
    for too_many in [steps(501), format!("{}{one_more}", steps(500))] {
        let message = refusal(&too_many);
        assert!(message.contains("more than 1000 experiments"), "{message}");
    }
}
