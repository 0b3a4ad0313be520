//! One kernel on a fixed input, for `ci/counts`: what it allocates, and what callgrind is to count.
//!
//! `list` prints the names of the kernels. `run NAME` runs one once, after some runs that fill its pools, and prints the vector
//! instructions in use and the allocations of the last run as JSON. Without arguments it exits at once,
//! so that `cargo bench` and `cargo test` pass it by.
#![allow(missing_docs)]

mod derivatives;
mod functions;
mod kernel;
mod products;
mod small;
mod vectors;

use std::alloc::System;
use std::error::Error;

use centralflow::numeric::dispatch::limit;
use kernel::Kernel;
use rayon::ThreadPoolBuilder;
use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Runs before the one that counts.
const WARM_UP: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["list"] => kernels().iter().for_each(|kernel| println!("{}", kernel.name)),
        ["run", name] => run(name)?,
        _ => println!("counts: runs one kernel for ci/counts, which starts it with `run NAME`"),
    }
    Ok(())
}

fn kernels() -> Vec<Kernel> {
    [products::kernels(), functions::kernels(), vectors::kernels(), derivatives::kernels(), small::kernels()]
        .into_iter()
        .flatten()
        .collect()
}

/// The main thread is the only one, so that no other thread's work escapes the count.
fn run(name: &str) -> Result<(), Box<dyn Error>> {
    ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global()?;
    let kernel = kernels().into_iter().find(|kernel| kernel.name == name).ok_or("no such kernel")?;
    let level = limit(kernel.level);
    let mut run = (kernel.prepare)();
    (0..WARM_UP).for_each(|_| run());
    let region = Region::new(ALLOCATOR);
    counted(&mut *run);
    let change = region.change();
    let allocations = change.allocations + change.reallocations;
    println!("{}", json!({"level": format!("{level:?}"), "allocations": allocations}));
    Ok(())
}

/// Callgrind counts while this function runs; `ci/counts` knows it by its name.
#[inline(never)]
fn counted(run: &mut dyn FnMut()) {
    run();
}
