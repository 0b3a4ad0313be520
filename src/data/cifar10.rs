//! The binary batches of CIFAR-10: records of a label, 0 to 9, and a colour image of 32 x 32 pixels, all of its red, then all of
//! its green and all of its blue (<https://www.cs.toronto.edu/~kriz/cifar.html>).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::Entry;
use super::files::{self, Answers, Decoded, Given, Normalisation, RawFile, RawUsage, Values};
use crate::source::{Kind, Parsed, Source, require};

/// Named `cifar10`: batches one after the other. An example has 32 rows, each of 32 pixels of three colours.
#[derive(Debug, Serialize)]
struct Cifar10 {
    batches: Vec<Given>,
}

const SIDE: usize = 32;
const COLOURS: usize = 3;
const PIXELS: usize = SIDE * SIDE;
const RECORD: usize = 1 + COLOURS * PIXELS;
const CLASSES: u8 = 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    batches: Spanned<Vec<Spanned<RawFile>>>,
    classes: Option<Spanned<Vec<i64>>>,
    normalisation: Option<Normalisation>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "cifar10", lists: &["batches", "classes"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let span = table.span();
    let Raw { batches, classes, normalisation } = source.read(table)?;
    let batches = source.check("batches", &batches, |batches| {
        require(!batches.is_empty(), || "accepted are one or more files".into())
    })?;
    let opened: Vec<_> =
        batches.iter().map(|batch| files::open(source, "batches", batch)).collect::<Parsed<_>>()?;
    let (given, contents): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
    files::entry(
        source,
        span.clone(),
        KIND.name,
        Cifar10 { batches: given },
        RawUsage { classes, normalisation },
        || {
            let (mut labels, mut pixels) = (vec![], vec![]);
            for (batch, content) in batches.iter().zip(contents) {
                source.make("batches", batch, |_| decode(content, &mut labels, &mut pixels))?;
            }
            let sizes = [labels.len(), SIDE, SIDE, COLOURS];
            Decoded::new(Values::Bytes(pixels), &sizes, Answers::Labels(labels))
                .map_err(|message| source.refuse(span, message))
        },
    )
}

/// Adds the records of a batch, the three colours of a pixel together.
fn decode(content: Vec<u8>, labels: &mut Vec<i64>, pixels: &mut Vec<u8>) -> Result<(), String> {
    let content = files::unpacked(content)?;
    require(!content.is_empty() && content.len().is_multiple_of(RECORD), || {
        format!("{} bytes: accepted are one or more whole records of {RECORD}", content.len())
    })?;
    for (i, record) in content.chunks_exact(RECORD).enumerate() {
        let (label, image) = (record[0], &record[1..]);
        require(label < CLASSES, || format!("record {} has the label {label}: accepted are 0 to 9", i + 1))?;
        labels.push(i64::from(label));
        pixels.extend(
            (0..PIXELS).flat_map(|pixel| (0..COLOURS).map(move |colour| image[colour * PIXELS + pixel])),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its red counts up, green is 7 and blue 9.
    fn record(label: u8) -> Vec<u8> {
        let red = (0..PIXELS).map(|i| i as u8);
        [label].into_iter().chain(red).chain([7; PIXELS]).chain([9; PIXELS]).collect()
    }

    fn decoded(content: &[u8]) -> Result<(Vec<i64>, Vec<u8>), String> {
        let (mut labels, mut pixels) = (vec![], vec![]);
        decode(content.to_vec(), &mut labels, &mut pixels).map(|()| (labels, pixels))
    }

    #[test]
    fn the_colours_of_a_pixel_come_together() {
        let (labels, pixels) = decoded(&[record(3), record(9)].concat()).expect("whole");
        assert_eq!((labels, pixels.len()), (vec![3, 9], 2 * 3072));
        assert_eq!(pixels[..9], [0, 7, 9, 1, 7, 9, 2, 7, 9]);
        assert_eq!(pixels[3072 + 3 * 300..][..3], [44, 7, 9]);
    }

    #[test]
    fn parts_and_other_labels_are_refused() {
        let whole = record(0);
        for end in 0..whole.len() {
            let message = decoded(&whole[..end]).expect_err("a part");
            assert_eq!(message, format!("{end} bytes: accepted are one or more whole records of 3073"));
        }
        let message = decoded(&[record(0), record(10)].concat()).expect_err("no such class");
        assert_eq!(message, "record 2 has the label 10: accepted are 0 to 9");
    }
}
