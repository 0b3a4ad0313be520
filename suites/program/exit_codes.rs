//! How the program ends says what came out.

use serde_json::Value;

use crate::workplace::{SMALL, Workplace, told};

#[test]
fn all_verdicts_of_landscapes_hold_and_all_controls_are_violated() {
    let output = Workplace::new("landscapes").shell("\"$program\" verify landscapes --format json");
    let (code, json, stderr) = told(&output);
    assert_eq!(code, Some(0), "{json}{stderr}");
    let found: Value = serde_json::from_str(&json).expect("it is JSON");
    let rows = found["verdicts"].as_array().expect("a list");
    let listed = Workplace::new("list").shell("\"$program\" list landscapes");
    // By the list: experiments of so many predictions and seeds each.
    let expected: usize = told(&listed)
        .1
        .split("\n  experiment ")
        .skip(1)
        .map(|experiment| {
            let count = |key: &str| {
                let rest = experiment.split(key).nth(1).expect("it is listed");
                rest.lines().next().unwrap_or_default().split(',').count()
            };
            count("seeds ") * count("predictions: ")
        })
        .sum();
    // Beside those of single runs there are rows of all seeds together.
    let of_runs = rows.iter().filter(|row| row["seed"].is_u64()).count();
    assert!(expected > 0 && of_runs == expected, "{of_runs} rows for {expected}");
    assert!(rows.iter().all(|row| row["seed"].is_u64() != row["seeds"].is_array()));
    for row in rows {
        assert_eq!(
            (&row["verdict"], &row["control"]["verdict"]),
            (&"holds".into(), &"violated".into()),
            "{row}"
        );
    }
    assert_eq!((&found["failures"], &found["interrupted"]), (&Value::Array(vec![]), &false.into()));
    assert_eq!(found["cases"], found["finished_cases"]);
    // Without a terminal there is a line a case, and one with the time in the end.
    let cases = found["cases"].as_u64().expect("a number");
    assert_eq!(stderr.lines().count() as u64, cases + 1, "{stderr}");
    assert!(
        stderr.contains(&format!("[{cases}/{cases}] ")) && stderr.contains(&format!("{cases} runs in ")),
        "{stderr}"
    );
}

#[test]
fn a_claim_that_does_not_hold_fails() {
    let workplace = Workplace::new("fails");
    // Below the edge nothing equilibrates, and a quadratic does not sharpen.
    workplace
        .put("a.toml", &SMALL.replace("'quadratic_modes'", "'quadratic_modes', 'progressive_sharpening'"));
    let (code, stdout, _) = told(&workplace.shell("\"$program\" verify a.toml"));
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("does not pass: a::small::seed0::progressive_sharpening"), "{stdout}");
    let filtered = workplace.shell("\"$program\" verify a.toml --filter quadratic_modes");
    assert_eq!(told(&filtered).0, Some(0), "{}", told(&filtered).1);
}

#[test]
fn bad_input_is_refused_with_a_reason() {
    let workplace = Workplace::new("bad");
    workplace.put("bad.toml", &SMALL.replace("steps = 40", "steps = 0"));
    for arguments in [
        "",
        "verifi",
        "verify no-such-suite",
        "verify bad.toml",
        "verify landscapes --filter no-such-check",
        "verify landscapes --threads 0",
        "verify landscapes --html .",
        "run no-such-experiment",
        "run valley --learning-rate 0",
        "run valley --out bad.toml",
    ] {
        let (code, stdout, stderr) = told(&workplace.shell(&format!("\"$program\" {arguments}")));
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments}: {stderr}");
        assert!(!stderr.is_empty(), "{arguments}");
    }
}

#[test]
fn output_that_cannot_be_written_is_an_error_that_keeps_the_page() {
    let workplace = Workplace::new("full");
    workplace.put("a.toml", SMALL);
    let (code, _, stderr) = told(&workplace.shell("\"$program\" verify a.toml --html page.html > /dev/full"));
    if cfg!(target_os = "linux") {
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("error: stdout cannot be written"), "{stderr}");
        assert!(workplace.text("page.html").ends_with("</html>\n"));
    }
}

#[test]
fn list_shows_experiments_and_all_predictions() {
    let (code, listed, stderr) = told(&Workplace::new("listed").shell("\"$program\" list landscapes"));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(listed.contains("experiment valley"), "{listed}");
    for prediction in centralflow::prediction::registry() {
        let shown = listed.lines().any(|line| line.trim_start().starts_with(prediction.name()));
        assert!(shown, "{} is not listed:\n{listed}", prediction.name());
    }
}
