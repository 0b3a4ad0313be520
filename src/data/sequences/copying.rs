//! Words and the same words again.

use super::Sequences;
use crate::numeric::random::Stream;

/// `z = (s, s)` for `examples` words of `length` letters, from the stream `copying` of `seed`.
pub fn copying(examples: usize, length: usize, alphabet: usize, seed: u64) -> Sequences {
    Sequences::new([examples, length, alphabet], &mut Stream::new(seed, "copying"), <[usize]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_half_is_the_first() {
        assert!(copying(50, 5, 8, 3).letters.chunks(10).all(|z| z[..5] == z[5..]));
    }
}
