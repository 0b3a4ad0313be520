//! Sweeps in steady state: what they allocate is bookkeeping, whatever the size of the network and of the data.
//!
//! A program of its own, since the allocator counts for the whole process.
#![allow(missing_docs)]

use std::alloc::System;

use centralflow::autodiff::Program;
use centralflow::data::digits;
use centralflow::model::mlp::{Activation, Mlp};
use centralflow::numeric::pair_count;
use centralflow::numeric::random::Stream;
use centralflow::objective::{Loss, program};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Sweeps before the pools are full: with two threads, tasks overlap differently from one sweep to the next.
const WARM_UP: usize = 8;
const DIRECTIONS: usize = 4;
/// Bytes that a chunk of examples may cost for each direction or pair: lists of what to do, no numbers.
///
/// A chunk's numbers along one direction are at least 64 examples x 2 x 64 columns x 8 bytes = 64 KiB.
const BOOKKEEPING: usize = 4096;

struct Setting {
    program: Program<f64>,
    w: Vec<f64>,
    chunks: usize,
}

fn setting(width: usize, examples: usize) -> Setting {
    let mlp = Mlp { inputs: 64, hidden: vec![width, width], outputs: 10, activation: Activation::Tanh };
    let data = digits::digits().select(&(0..examples).collect::<Vec<_>>());
    let (program, w) = program(&mlp, &data, Loss::Mse, 0);
    Setting { program, w, chunks: examples.div_ceil(64) }
}

/// The bytes that a call allocates once it has been made a few times: the fewest of some calls, since on a busy machine more tasks than
/// ever before may overlap in one of them, and what allocates does so in each.
fn allocated(mut call: impl FnMut()) -> usize {
    (0..WARM_UP).for_each(|_| call());
    let mut once = || {
        let region = Region::new(ALLOCATOR);
        call();
        region.change().bytes_allocated
    };
    (0..WARM_UP).map(|_| once()).min().expect("some calls")
}

#[test]
fn sweeps_in_steady_state_allocate_no_numbers() {
    for (width, examples) in [(64, 128), (64, 640), (192, 640)] {
        let Setting { program, w, chunks } = setting(width, examples);
        let u = Stream::new(0, "allocations").normals(w.len() * DIRECTIONS);
        let at = program.linearize(&w);
        let mut products = vec![0.0; u.len()];
        let mut contractions = vec![0.0; w.len() * pair_count(DIRECTIONS)];
        let found = [
            ("linearize", allocated(|| drop(program.linearize(&w))), chunks),
            ("HVPs", allocated(|| at.hvp_into(&u, &mut products)), chunks * DIRECTIONS),
            (
                "third order",
                allocated(|| at.third_order_into(&u, &mut contractions)),
                chunks * pair_count(DIRECTIONS),
            ),
        ];
        for (name, bytes, parts) in found {
            println!("{name}, width {width}, {examples} examples: {bytes} bytes, {} a part", bytes / parts);
            assert!(
                bytes <= BOOKKEEPING * parts,
                "{name}, width {width}, {examples} examples: {bytes} bytes"
            );
        }
    }
}
