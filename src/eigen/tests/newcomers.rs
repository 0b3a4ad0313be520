//! Newcomers that only the periodic search finds, and such that only the guards see in time.

use super::*;

const DIM: usize = 300;

/// Three eigenvalues above the threshold of 0.8, a bulk below 0.6, and a newcomer.
fn with(newcomer: f64) -> Known {
    let value = |i: usize| match i {
        0..3 => 1.3 - 0.1 * i as f64,
        3 => newcomer,
        _ => 0.6 - i as f64 / 500.0,
    };
    Known::new("newcomer", (0..DIM).map(value).collect(), 7)
}

/// The updates with a wrong number of eigenvalues above the threshold, what the search found, and the most products of a
/// warm update.
fn late(settings: TrackerSettings, newcomer: impl Fn(usize) -> f64) -> (Vec<usize>, usize, usize) {
    let mut tracker = Tracker::new(settings);
    let (mut late, mut products) = (Vec::new(), 0);
    for n in 0..60 {
        let value = newcomer(n);
        let used = tracker.update(&with(value)).expect("pairs").products;
        products = products.max(if n > 0 { used } else { 0 });
        if tracker.above() != 3 + usize::from(value > settings.threshold) {
            late.push(n);
        }
    }
    (late, tracker.found_by_search(), products)
}

/// While guards rest, an eigenvalue that jumps from the middle of the bulk past the threshold is seen by nothing but the
/// search: without it, never.
#[test]
fn the_search_finds_what_jumps_while_guards_rest() {
    for seed in 0..5 {
        let jump = |n: usize| if n < 23 { 0.1 } else { 1.5 };
        let searching = TrackerSettings { guard_every: 1000, probe_every: 10, seed, ..settings(1e-6) };
        assert_eq!(late(searching, jump).0, (23..30).collect::<Vec<_>>());
        assert_eq!(late(searching, jump).1, 1);
        let blind = TrackerSettings { probe_every: 0, ..searching };
        assert_eq!(late(blind, jump).0, (23..60).collect::<Vec<_>>());
    }
}

/// One that jumps in the very update of a search is reported there, whatever the guards do.
#[test]
fn the_search_is_in_time_for_a_jump_in_its_own_update() {
    for seed in 0..5 {
        let jump = |n: usize| if n < 30 { 0.1 } else { 0.9 };
        let searching = TrackerSettings { probe_every: 10, seed, ..settings(1e-6) };
        assert_eq!((late(searching, jump).0, late(searching, jump).1), (vec![], 1), "{seed}");
        let blind = TrackerSettings { probe_every: 0, ..searching };
        assert!(late(blind, jump).0.contains(&30), "{seed}");
    }
}

/// An eigenvalue that rises from the bottom of the bulk through it and past the threshold, in a direction in which nothing
/// that is tracked has a component, is reported without any search when it passes. The guards bring it: they are carried
/// in every update, improved, and mixed with a little of everything.
#[test]
fn guards_see_what_rises_without_any_search() {
    for seed in 0..5 {
        for rise in [0.015, 0.02] {
            let rising = |n: usize| (0.001 + rise * n as f64).min(1.5);
            let guarded = TrackerSettings { probe_every: 0, seed, ..settings(1e-6) };
            let (late, found, products) = late(guarded, rising);
            println!("rise {rise}, seed {seed}: up to {products} products, late {late:?}");
            assert_eq!((late, found), (vec![], 0), "{rise}, {seed}");
        }
    }
}
