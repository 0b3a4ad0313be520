//! Images and labels in the IDX format of the MNIST family, packed by gzip or not.
//!
//! Two zero bytes, the type of the numbers (8: unsigned bytes), the number of dimensions, each size as four bytes, the most
//! significant first, and the numbers (<http://yann.lecun.com/exdb/mnist/>).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::Entry;
use super::files::{
    self, Answers, Decoded, Given, Normalisation, RawFile, RawUsage, Values, product, spelled,
};
use crate::source::{Kind, Parsed, Source, require};

/// Named `idx`: a file of images, examples x rows x columns, and one of as many labels.
#[derive(Debug, Serialize)]
struct Idx {
    images: Given,
    labels: Given,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    images: Spanned<RawFile>,
    labels: Spanned<RawFile>,
    classes: Option<Spanned<Vec<i64>>>,
    normalisation: Option<Normalisation>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "idx", lists: &["classes"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let span = table.span();
    let Raw { images, labels, classes, normalisation } = source.read(table)?;
    let (images_given, images_bytes) = files::open(source, "images", &images)?;
    let (labels_given, labels_bytes) = files::open(source, "labels", &labels)?;
    let parameters = Idx { images: images_given, labels: labels_given };
    files::entry(source, span, KIND.name, parameters, RawUsage { classes, normalisation }, || {
        let (shape, pixels) = source.make("images", &images, |_| decode(images_bytes, Part::Images))?;
        source.make("labels", &labels, |_| {
            let (_, labels) = decode(labels_bytes, Part::Labels)?;
            let labels = Answers::Labels(labels.into_iter().map(i64::from).collect());
            Decoded::new(Values::Bytes(pixels), &shape, labels)
        })
    })
}

/// What a file is to have.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Images,
    Labels,
}

/// The sizes and the numbers of a file.
fn decode(bytes: Vec<u8>, part: Part) -> Result<(Vec<usize>, Vec<u8>), String> {
    let bytes = files::unpacked(bytes)?;
    let whole = "accepted is a whole IDX file";
    let short = || format!("{} bytes and no more: {whole}", bytes.len());
    let (magic, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
    let [zero, nought, kind, dimensions] = *magic;
    require((zero, nought) == (0, 0), || {
        format!(
            "the file begins with the bytes {zero}, {nought}: accepted is an IDX file, which begins with 0, 0"
        )
    })?;
    require(kind == 8, || format!("numbers of type {kind:#04x}: accepted are unsigned bytes, type 0x08"))?;
    let (accepted, expected) = match part {
        Part::Images => (dimensions >= 2, "two or more, as examples x rows x columns"),
        Part::Labels => (dimensions == 1, "one, of examples"),
    };
    require(accepted, || format!("{dimensions} dimensions: accepted are {expected}"))?;
    let (sizes, numbers) = rest.split_at_checked(4 * usize::from(dimensions)).ok_or_else(short)?;
    let sizes: Vec<usize> = sizes
        .chunks_exact(4)
        .map(|size| size.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)))
        .collect();
    require(product(&sizes) == Some(numbers.len()), || {
        format!("the header says {}, and {} bytes follow: {whole}", spelled(&sizes), numbers.len())
    })?;
    Ok((sizes, numbers.to_vec()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Two images of 2 x 3 pixels.
    const IMAGES: [u8; 28] =
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255];
    const LABELS: [u8; 10] = [0, 0, 8, 1, 0, 0, 0, 2, 7, 3];

    fn refused(bytes: &[u8], part: Part) -> String {
        decode(bytes.to_vec(), part).expect_err("refused")
    }

    #[test]
    fn sizes_and_numbers_are_read() {
        let images = decode(IMAGES.to_vec(), Part::Images);
        assert_eq!(images, Ok((vec![2, 2, 3], vec![1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255])));
        assert_eq!(decode(LABELS.to_vec(), Part::Labels), Ok((vec![2], vec![7, 3])));
    }

    #[test]
    fn what_is_not_accepted_is_refused_with_what_is() {
        assert_eq!(
            refused(&LABELS, Part::Images),
            "1 dimensions: accepted are two or more, as examples x rows x columns"
        );
        assert_eq!(refused(&IMAGES, Part::Labels), "3 dimensions: accepted are one, of examples");
        let changed = |at: usize, byte| {
            let mut bytes = IMAGES;
            bytes[at] = byte;
            refused(&bytes, Part::Images)
        };
        assert!(
            changed(0, b'P').starts_with("the file begins with the bytes 80, 0: accepted is an IDX file")
        );
        assert_eq!(changed(2, 0x0d), "numbers of type 0x0d: accepted are unsigned bytes, type 0x08");
        assert_eq!(
            changed(7, 3),
            "the header says 3 x 2 x 3, and 12 bytes follow: accepted is a whole IDX file"
        );
        assert_eq!(changed(3, 255), "28 bytes and no more: accepted is a whole IDX file");
        // Nothing is allocated for sizes that are not there.
        let huge = [&[0, 0, 8, 3][..], &[255; 12], &[1]].concat();
        assert!(
            refused(&huge, Part::Images)
                .starts_with("the header says 4294967295 x 4294967295 x 4294967295, and 1")
        );
    }

    #[test]
    fn parts_are_refused() {
        for end in 0..IMAGES.len() {
            assert!(
                refused(&IMAGES[..end], Part::Images).ends_with(": accepted is a whole IDX file"),
                "{end}"
            );
        }
        assert!(refused(&[&IMAGES[..], &[0]].concat(), Part::Images).contains("and 13 bytes follow"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(sizes in prop::collection::vec(1_usize..6, 2..5), seed: u8) {
            let numbers: Vec<u8> = (0..product(&sizes).expect("small")).map(|i| seed.wrapping_add(i as u8)).collect();
            let mut bytes = vec![0, 0, 8, sizes.len() as u8];
            sizes.iter().for_each(|&size| bytes.extend((size as u32).to_be_bytes()));
            bytes.extend(&numbers);
            prop_assert_eq!(decode(bytes, Part::Images), Ok((sizes, numbers)));
        }

        #[test]
        fn random_bytes_are_refused(start in 0_usize..4, bytes: Vec<u8>) {
            let bytes = [&[0, 0, 8, 3][..start], &bytes].concat();
            // A file of nothing is whole.
            let empty = matches!(decode(bytes, Part::Images), Ok((_, numbers)) if !numbers.is_empty());
            prop_assert!(!empty);
        }
    }
}
