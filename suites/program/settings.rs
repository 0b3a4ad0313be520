//! Series of several runs in one folder.

use crate::workplace::{SMALL, Workplace, told};

const RUN: &str = "\"$program\" run small --suite a.toml --out o";

fn workplace(name: &str) -> Workplace {
    let workplace = Workplace::new(name);
    workplace.put("a.toml", SMALL);
    workplace
}

fn files(workplace: &Workplace) -> Vec<String> {
    let entries = std::fs::read_dir(workplace.path().join("o")).expect("it is there");
    let names = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".settings.json")).collect();
    names.sort();
    names
}

#[test]
fn runs_at_the_same_time_all_leave_their_series() {
    let workplace = workplace("together");
    let script = format!(
        "for i in 1 2 3 4 5; do
           {RUN} --learning-rate 0.05 & p=$!; {RUN} --learning-rate 0.06 & q=$!; {RUN} --learning-rate 0.06 & r=$!
           wait $p && wait $q && wait $r || exit 1
         done"
    );
    let (code, _, stderr) = told(&workplace.shell(&script));
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(files(&workplace), ["small-seed0-eta0.05.csv", "small-seed0-eta0.06.csv"]);
    let texts = ["05", "06"].map(|rate| workplace.text(&format!("o/small-seed0-eta0.{rate}.csv")));
    assert!(texts.iter().all(|text| text.lines().count() == 41) && texts[0] != texts[1]);
}

#[test]
fn other_settings_do_not_replace_a_series_unless_forced() {
    let workplace = workplace("force");
    assert!(workplace.shell(RUN).status.success());
    assert!(workplace.shell(RUN).status.success(), "the same settings again");
    let first = workplace.text("o/small-seed0.csv");
    workplace.put("a.toml", &SMALL.replace("[5.0, 1.0]", "[5.0, 2.0]"));
    let (code, _, stderr) = told(&workplace.shell(RUN));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("from a run with another objective") && stderr.contains("--force"), "{stderr}");
    assert_eq!(workplace.text("o/small-seed0.csv"), first);
    assert!(workplace.shell(&format!("{RUN} --force")).status.success());
    assert_ne!(workplace.text("o/small-seed0.csv"), first);
    let settings: serde_json::Value =
        serde_json::from_str(&workplace.text("o/small-seed0.csv.settings.json")).expect("it is JSON");
    assert_eq!((&settings["learning_rate"], &settings["steps"]), (&0.1.into(), &40.into()));
}

#[test]
fn leftovers_of_killed_runs_do_not_block() {
    let workplace = workplace("leftover");
    // The shell's number is that of the program which takes its place.
    let script =
        format!("mkdir o; touch o/.centralflow-$$-0.unfinished o/.centralflow-$$-1.unfinished; exec {RUN}");
    let (code, _, stderr) = told(&workplace.shell(&script));
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(workplace.text("o/small-seed0.csv").lines().count(), 41);
}
