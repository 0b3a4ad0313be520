//! Words and their letters in order.

use super::Sequences;
use crate::numeric::random::Stream;

/// `z = (s, sorted s)` for `examples` words of `length` letters, from the stream `sorting` of `seed`.
pub fn sorting(examples: usize, length: usize, alphabet: usize, seed: u64) -> Sequences {
    Sequences::new([examples, length, alphabet], &mut Stream::new(seed, "sorting"), |word| {
        let mut sorted = word.to_vec();
        sorted.sort_unstable();
        sorted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_half_is_the_first_in_order() {
        for z in sorting(50, 6, 4, 3).letters.chunks(12) {
            let (word, sorted) = z.split_at(6);
            assert!(sorted.is_sorted() && word.iter().all(|&letter| letter < 4));
            let count = |half: &[usize], letter| half.iter().filter(|&&other| other == letter).count();
            assert!((0..4).all(|letter| count(word, letter) == count(sorted, letter)), "{z:?}");
        }
    }
}
