//! Seeded random numbers: one named ChaCha8 stream a purpose, the same on every system and version.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// A stream of random numbers that depends on its seed and its name only.
pub struct Stream {
    rng: ChaCha8Rng,
}

impl Stream {
    /// The stream `name` of `seed`; its key is SHA-256("centralflow/" name "/" seed).
    pub fn new(seed: u64, name: &str) -> Self {
        let key: [u8; 32] = Sha256::digest(format!("centralflow/{name}/{seed}")).into();
        Self { rng: ChaCha8Rng::from_seed(key) }
    }

    /// A uniform number in [0, 1): the top 53 bits of a 64-bit word times 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A standard normal number (Box-Muller, the cosine branch, `libm` functions).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// `len` standard normal numbers.
    pub fn normals(&mut self, len: usize) -> Vec<f64> {
        (0..len).map(|_| self.normal()).collect()
    }

    /// The first `count` entries of a random permutation of `0..n` (Fisher-Yates).
    pub fn choose(&mut self, n: usize, count: usize) -> Vec<usize> {
        let mut items: Vec<usize> = (0..n).collect();
        for i in 0..count.min(n) {
            let j = i + (self.uniform() * (n - i) as f64) as usize;
            items.swap(i, j);
        }
        items.truncate(count);
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_fixed_by_name_and_seed() {
        let first = |seed, name: &str| Stream::new(seed, name).uniform().to_bits();
        assert_eq!(first(0, "init"), first(0, "init"));
        assert_ne!(first(0, "init"), first(1, "init"));
        assert_ne!(first(0, "init"), first(0, "data"));
    }

    #[test]
    fn choices_are_parts_of_permutations() {
        let mut all = Stream::new(0, "test").choose(50, 50);
        assert_eq!(Stream::new(0, "test").choose(50, 20), all[..20]);
        assert_eq!(Stream::new(0, "test").choose(50, 60), all);
        assert_ne!(Stream::new(1, "test").choose(50, 50), all);
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
    }

    /// Of 2,000 choices of 3 of 10, each number is in 600 on average, with a standard deviation of
    /// sqrt(2,000 * 0.3 * 0.7) = 20.5; five of those for ten numbers.
    #[test]
    fn every_number_is_chosen_as_often() {
        let mut counts = [0_usize; 10];
        for seed in 0..2000 {
            Stream::new(seed, "test").choose(10, 3).into_iter().for_each(|chosen| counts[chosen] += 1);
        }
        assert!(counts.iter().all(|&count| count.abs_diff(600) < 103), "{counts:?}");
    }

    #[test]
    fn normals_have_the_right_moments() {
        let sample = Stream::new(0, "test").normals(20_000);
        let mean = sample.iter().sum::<f64>() / 2e4;
        let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2e4;
        // Four standard errors: 1/sqrt(n) for the mean, sqrt(2/n) for the variance.
        assert!(mean.abs() < 4.0 / 2e4f64.sqrt() && (variance - 1.0).abs() < 4.0 * (2.0 / 2e4f64).sqrt());
    }
}
