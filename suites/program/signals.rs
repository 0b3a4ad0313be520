//! Signals: heard at once however long a step takes, and ignored where they were ignored at the start.

use std::time::{Duration, Instant};

use crate::workplace::{LONG, SLOW, SMALL, Workplace, kill, told, wait_for, wait_until_caught};

const SIGNALS: [(&str, u32); 3] = [("HUP", 1), ("INT", 2), ("TERM", 15)];
/// The time of an end: a second of patience, and what a machine with other work needs for the rest. A step of the slow
/// suite takes minutes.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn each_signal_ends_a_run_that_does_not_ignore_it() {
    for (name, number) in SIGNALS {
        let workplace = Workplace::new(&format!("heard-{name}"));
        workplace.put("a.toml", LONG);
        let child = workplace.start("exec \"$program\" run long --suite a.toml");
        wait_until_caught(child.id(), number);
        kill(name, child.id());
        let (code, stdout, _) = told(&child.wait_with_output().expect("it ends"));
        assert_eq!(code, Some(130), "{name}: {stdout}");
    }
}

#[test]
fn signals_that_were_ignored_at_the_start_stay_ignored() {
    let all: Vec<&str> = SIGNALS.iter().map(|signal| signal.0).collect();
    let mut sets: Vec<Vec<&str>> = all.iter().map(|&name| vec![name]).collect();
    sets.push(all);
    for ignored in sets {
        let workplace = Workplace::new(&format!("ignored-{}", ignored.join("-")));
        workplace.put("a.toml", &LONG.replace("1000000", "1000"));
        let trap = ignored.join(" ");
        let script = format!("trap '' {trap}; exec \"$program\" run long --suite a.toml");
        let mut child = workplace.start(&script);
        // A signal that is listened to tells when the program listens; with all of them ignored, files do.
        match SIGNALS.iter().find(|(name, _)| !ignored.contains(name)) {
            Some(&(_, number)) => wait_until_caught(child.id(), number),
            None => wait_for("the program's start", || workplace.path().join("out").exists()),
        }
        for name in &ignored {
            if child.try_wait().expect("a child").is_none() {
                kill(name, child.id());
            }
        }
        let (code, stdout, stderr) = told(&child.wait_with_output().expect("it ends"));
        assert_eq!(code, Some(0), "{ignored:?}: {stdout}{stderr}");
        assert_eq!(workplace.text("out/long-seed0.csv").lines().count(), 1001, "{ignored:?}");
    }
}

#[test]
fn an_interrupt_is_heard_within_a_step_and_keeps_what_has_finished() {
    let workplace = Workplace::new("slow");
    let slow = SLOW.split_once('\n').expect("lines").1;
    workplace.put("a.toml", &format!("{SMALL}{slow}"));
    let script = "exec \"$program\" verify a.toml --html page.html --threads 2 2> err";
    let child = workplace.start(script);
    wait_for("the small case", || workplace.text("err").contains("small seed 0: 1 of 1 pass"));
    let asked = Instant::now();
    kill("INT", child.id());
    let (code, stdout, _) = told(&child.wait_with_output().expect("it ends"));
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    assert_eq!(code, Some(130), "{stdout}");
    assert!(stdout.contains("interrupted: 1 of 2 runs had finished"), "{stdout}");
    assert!(stdout.contains("1 verdict: 1 hold"), "{stdout}");
    assert!(!stdout.contains("could not run") && !stdout.contains("stopped early"), "{stdout}");
    assert!(workplace.text("page.html").ends_with("</html>\n"));
}

#[test]
fn a_second_interrupt_still_writes_what_is_there() {
    let workplace = Workplace::new("second");
    workplace.put("a.toml", SLOW);
    let child = workplace.start("exec \"$program\" run slow --suite a.toml");
    wait_until_caught(child.id(), 2);
    // Let the first step begin: the folder is tried before the signals are listened to.
    std::thread::sleep(Duration::from_millis(500));
    let asked = Instant::now();
    kill("INT", child.id());
    std::thread::sleep(Duration::from_millis(200));
    kill("INT", child.id());
    let (code, stdout, stderr) = told(&child.wait_with_output().expect("it ends"));
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    assert_eq!(code, Some(130), "{stdout}{stderr}");
    // A machine with other work may not even have come to the first step.
    if !stdout.contains("interrupted before the first step: nothing is written") {
        assert!(stdout.contains("the series is partial: interrupted; no verdicts"), "{stdout}");
        assert!(workplace.text("out/slow-seed0.csv").starts_with("step,"));
    }
}
