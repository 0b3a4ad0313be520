//! Results go where they are asked to go, and nothing there is replaced but regular files.

use std::os::unix::fs::{FileTypeExt, symlink};

use crate::workplace::{SMALL, Workplace, told};

const PAGE: &str = "\"$program\" verify a.toml --html";

fn workplace(name: &str) -> Workplace {
    let workplace = Workplace::new(name);
    workplace.put("a.toml", SMALL);
    workplace
}

fn is_page(text: &str) -> bool {
    text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n")
}

#[test]
fn a_device_stays_a_device() {
    let workplace = workplace("device");
    // Only root may make one, in a folder of its own: the system's own devices are not put at risk.
    if !workplace.shell("mknod null c 1 3").status.success() {
        return;
    }
    for _ in 0..2 {
        let (code, _, stderr) = told(&workplace.shell(&format!("{PAGE} null")));
        assert_eq!(code, Some(0), "{stderr}");
        let there = std::fs::symlink_metadata(workplace.path().join("null")).expect("it is there");
        assert!(there.file_type().is_char_device());
    }
    let run = "mkdir o; mknod o/small-seed0.csv c 1 3; \"$program\" run small --suite a.toml --out o";
    let (code, _, stderr) = told(&workplace.shell(run));
    assert_eq!(code, Some(0), "{stderr}");
    let there = std::fs::symlink_metadata(workplace.path().join("o/small-seed0.csv")).expect("it is there");
    assert!(there.file_type().is_char_device());
}

#[test]
fn a_reader_of_a_fifo_gets_the_page() {
    let workplace = workplace("fifo");
    let script = format!("mkfifo fifo; cat fifo > read & {PAGE} fifo > out; code=$?; wait; exit $code");
    let (code, _, stderr) = told(&workplace.shell(&script));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(is_page(&workplace.text("read")));
    let there = std::fs::symlink_metadata(workplace.path().join("fifo")).expect("it is there");
    assert!(there.file_type().is_fifo());
    // A reader who goes away early is no error.
    let script = format!("head -c 1 fifo > read & {PAGE} fifo > out; code=$?; wait; exit $code");
    let (code, _, stderr) = told(&workplace.shell(&script));
    assert_eq!(code, Some(0), "{stderr}");
}

#[test]
fn a_page_to_stdout_follows_the_table() {
    for (name, target) in [("own", "stdout"), ("proc", "/proc/self/fd/1"), ("dev", "/dev/stdout")] {
        let workplace = workplace(&format!("stdout-{name}"));
        symlink("/proc/self/fd/1", workplace.path().join("stdout")).expect("linked");
        // To a pipe and to a regular file, whose earlier lines stay.
        let piped = told(&workplace.shell(&format!("{PAGE} {target} | cat"))).1;
        let script = format!("echo before > out; {PAGE} {target} >> out; echo after >> out");
        assert!(workplace.shell(&script).status.success());
        let file = workplace.text("out");
        let file = file.strip_prefix("before\n").and_then(|rest| rest.strip_suffix("after\n"));
        for text in [piped.as_str(), file.expect("what was there stays")] {
            let page = text.find("<!DOCTYPE html>").expect("there is a page");
            assert!(text[..page].contains("1 verdict: 1 hold"), "{text}");
            assert!(is_page(&text[page..]), "{text}");
        }
        if name == "own" {
            assert!(workplace.path().join("stdout").is_symlink());
        }
    }
}

#[test]
fn a_link_stays_and_its_file_is_replaced() {
    let workplace = workplace("link");
    workplace.put("file", "before");
    symlink("file", workplace.path().join("link")).expect("linked");
    assert!(workplace.shell(&format!("{PAGE} link")).status.success());
    assert!(workplace.path().join("link").is_symlink() && is_page(&workplace.text("file")));
    let run = "mkdir o t; ln -s ../t/series o/small-seed0.csv; \"$program\" run small --suite a.toml --out o";
    let (code, _, stderr) = told(&workplace.shell(run));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(workplace.path().join("o/small-seed0.csv").is_symlink());
    assert_eq!(workplace.text("t/series").lines().count(), 41);
}

#[test]
fn files_are_written_whatever_becomes_of_stdout() {
    for (name, stdout) in [("closed", ">&-"), ("pipe", "| true"), ("head", "| head -c 1")] {
        let workplace = workplace(name);
        let script = format!("{{ {PAGE} page.html; echo $? > code; }} {stdout}");
        workplace.shell(&script);
        assert_eq!(workplace.text("code"), "0\n", "{name}");
        assert!(is_page(&workplace.text("page.html")), "{name}");
        let script = format!("{{ \"$program\" run small --suite a.toml; echo $? > code; }} {stdout}");
        workplace.shell(&script);
        assert_eq!(workplace.text("code"), "0\n", "{name}");
        assert_eq!(workplace.text("out/small-seed0.csv").lines().count(), 41, "{name}");
    }
}

/// The only claim of the suite reads no process; a series and a page show all.
#[test]
fn what_is_looked_at_has_all_processes() {
    let workplace = workplace("all-processes");
    let script = format!("\"$program\" run small --suite a.toml --out o && {PAGE} page.html");
    let (code, _, stderr) = told(&workplace.shell(&script));
    assert_eq!(code, Some(0), "{stderr}");
    let series = workplace.text("o/small-seed0.csv");
    let columns: Vec<&str> = series.lines().next().expect("a header").split(',').collect();
    for column in ["midpoints.loss", "gradient_flow.loss", "central_flow.loss", "segments.start"] {
        assert!(columns.contains(&column), "{column} is not among {columns:?}");
    }
    assert!(workplace.text("page.html").contains("Distance from gradient descent"));
}
