//! Our side of `benches/peers`: exports problems and times ours, on request.
//!
//! With the argument `serve` it answers each JSON line on stdin with one on stdout (`benches/peers/README.md` has
//! the protocol); without it, it exits at once, so that `cargo bench` and `cargo test` pass it by.
#![allow(missing_docs)]

mod complementarity;
mod derivatives;
#[path = "../problems/edge.rs"]
mod edge;
mod eigen;
mod example;
mod export;
mod multiply_adds;
mod peak;
#[path = "../problems/mod.rs"]
mod problems;

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

/// The directions of a block of HVPs.
const BLOCK: usize = 8;
/// The directions whose pairs are contracted to third order.
const CONTRACTED: usize = 4;

/// What the driver asks for.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    /// The version, and what this worker can do.
    Hello {},
    /// Problem data and reference answers as files.
    Export { problem: String, works: Vec<String>, steps: usize, directory: PathBuf },
    /// One work: the first request prepares it and checks the answer; then as many timed runs as wanted.
    Run(Run),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    problem: String,
    precision: String,
    work: String,
    variant: String,
    directory: PathBuf,
    unmeasured: usize,
    repeats: usize,
}

/// A prepared work: what is timed, and what is known of its answer.
pub struct Work {
    run: Box<dyn FnMut()>,
    /// At least the relative `error` of the answer.
    facts: Value,
}

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    if !std::env::args().any(|argument| argument == "serve") {
        println!("worker: times this project for benches/peers/compare.py, which starts it with `serve`");
        return Ok(());
    }
    let mut prepared = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let answer =
            answer(&line?, &mut prepared).unwrap_or_else(|error| json!({"failure": error.to_string()}));
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn answer(line: &str, prepared: &mut HashMap<[String; 4], Work>) -> Outcome<Value> {
    match serde_json::from_str(line)? {
        Request::Hello {} => Ok(json!({
            "peer": "centralflow",
            "version": env!("CARGO_PKG_VERSION"),
            "problems": problems::problems().iter().map(|p| p.name).collect::<Vec<_>>(),
            "works": works(),
        })),
        Request::Export { problem, works, steps, directory } => {
            export::export(&problem, &works, steps, &directory)
        }
        Request::Run(run) => {
            let key = [run.problem.clone(), run.precision.clone(), run.work.clone(), run.variant.clone()];
            if !prepared.contains_key(&key) {
                prepared.retain(|[problem, ..], _| *problem == run.problem);
                prepared.insert(key.clone(), prepare(&run)?);
            }
            let work = prepared.get_mut(&key).expect("it was just prepared");
            (0..run.unmeasured).for_each(|_| (work.run)());
            let seconds: Vec<f64> = (0..run.repeats).map(|_| seconds(&mut work.run)).collect();
            Ok(json!({"seconds": seconds, "facts": work.facts}))
        }
    }
}

/// Each work with its variants: the name, and whether the order-zero work at the point is kept between runs.
fn works() -> Value {
    let both = json!([["kept linearisation", true], ["linearised anew", false]]);
    json!({
        "gradient": [["linearize", false]],
        "hvp1": both,
        "hvp8": both,
        "third4": both,
        "eigen4": [["Tracker", false], ["GD+k", false], ["lobpcg", false], ["lanczos, cold", false]],
        "example": [["all pairs", false], ["critical pairs", false]],
        "sdcp1": [["solve", false]],
        "sdcp2": [["solve", false]],
        "sdcp4": [["solve", false]],
        "sdcp8": [["solve", false]],
        "peak": [["matrix product", false]],
    })
}

fn prepare(run: &Run) -> Outcome<Work> {
    if let Some(order) = run.work.strip_prefix("sdcp") {
        return complementarity::prepare(order.parse()?);
    }
    if run.work == "peak" {
        return match run.precision.as_str() {
            "f64" => Ok(peak::prepare::<f64>()),
            "f32" => Ok(peak::prepare::<f32>()),
            other => no_precision(other),
        };
    }
    let problem = find(&run.problem)?;
    if run.work == "eigen4" {
        return eigen::prepare(&problem, &run.variant, &run.directory);
    }
    if run.work == "example" {
        return example::prepare(&problem, &run.variant, &run.directory);
    }
    let kept = run.variant == "kept linearisation";
    match run.precision.as_str() {
        "f64" => derivatives::prepare::<f64>(&problem, &run.work, kept),
        "f32" => derivatives::prepare::<f32>(&problem, &run.work, kept),
        other => no_precision(other),
    }
}

fn no_precision(name: &str) -> Outcome<Work> {
    Err(format!("no precision {name}").into())
}

fn find(name: &str) -> Outcome<problems::Problem> {
    let found = problems::problems().into_iter().find(|p| p.name.split(' ').next() == Some(name));
    found.ok_or_else(|| format!("no problem {name}").into())
}

fn seconds(run: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}
