//! Seeded normal inputs with random classes, for benchmarks at the size of small colour images, or with normal targets.

use super::Dataset;
use crate::numeric::random::Stream;

/// The number of features when named in a suite: that of a 32 x 32 colour image.
pub const FEATURES: usize = 3072;

/// The number of classes when named in a suite.
pub const CLASSES: usize = 4;

/// The largest number of examples when named in a suite.
pub const MOST_EXAMPLES: usize = 100_000;

/// `examples` standard normal vectors with uniformly random labels, from the stream `gaussian` of `seed`.
pub fn gaussian(examples: usize, features: usize, classes: usize, seed: u64) -> Dataset {
    let mut stream = Stream::new(seed, "gaussian");
    let inputs = stream.normals(examples * features);
    let labels: Vec<usize> = (0..examples).map(|_| (stream.uniform() * classes as f64) as usize).collect();
    Dataset::labelled(inputs, features, &labels, classes)
}

/// `examples` standard normal vectors, each with one standard normal target, from the stream `regression` of `seed`.
pub fn regression(examples: usize, features: usize, seed: u64) -> Dataset {
    let mut stream = Stream::new(seed, "regression");
    let inputs = stream.normals(examples * features);
    Dataset { inputs, features, targets: stream.normals(examples), outputs: 1 }
}
