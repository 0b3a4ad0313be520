//! Named arrays in NumPy's format in one zip file, as `numpy.savez` and `numpy.savez_compressed` write them.

use std::io::{Cursor, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;
use zip::ZipArchive;

use super::Entry;
use super::files::numpy::Array;
use super::files::{self, Given, Normalisation, RawAnswers, RawFile, RawUsage};
use crate::source::{Kind, Parsed, Source, did_you_mean};

/// Named `npz`: the file, the name of the array of inputs, the first index of which counts examples, and of that of labels or
/// of targets.
#[derive(Debug, Serialize)]
struct Npz {
    file: Given,
    inputs: String,
    #[serde(flatten)]
    answers: NamedAnswers,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum NamedAnswers {
    Labels(String),
    Targets(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    file: Spanned<RawFile>,
    inputs: Spanned<String>,
    labels: Option<Spanned<String>>,
    targets: Option<Spanned<String>>,
    classes: Option<Spanned<Vec<i64>>>,
    normalisation: Option<Normalisation>,
}

pub(super) const KIND: Kind<dyn Entry> = Kind { name: "npz", lists: &["classes"], read };

fn read(source: &Source, table: Spanned<DeValue>) -> Parsed<Arc<dyn Entry>> {
    let span = table.span();
    let Raw { file, inputs, labels, targets, classes, normalisation } = source.read(table)?;
    let (key, answers, are_labels) = match files::one_of(source, span.clone(), &labels, &targets)? {
        RawAnswers::Labels(name) => ("labels", name, true),
        RawAnswers::Targets(name) => ("targets", name, false),
    };
    let (given, bytes) = files::open(source, "file", &file)?;
    let name = answers.get_ref().clone();
    let named = if are_labels { NamedAnswers::Labels(name) } else { NamedAnswers::Targets(name) };
    let parameters = Npz { file: given, inputs: inputs.get_ref().clone(), answers: named };
    files::entry(source, span, KIND.name, parameters, RawUsage { classes, normalisation }, || {
        let mut archive = source.make("file", &file, |_| opened(&bytes))?;
        let array = source.make("inputs", &inputs, |name| array(&mut archive, name))?;
        source.make(key, answers, |name| array.with(self::array(&mut archive, name)?.answers(are_labels)?))
    })
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

fn opened(bytes: &[u8]) -> Result<Archive<'_>, String> {
    ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| format!("{error}: accepted is a whole zip file, as numpy.savez writes it"))
}

/// The array of that name.
fn array(archive: &mut Archive, name: &str) -> Result<Array, String> {
    let Some(index) = archive.index_for_name(&format!("{name}.npy")) else {
        let names: Vec<_> = archive.file_names().filter_map(Result::ok).collect();
        let names: Vec<&str> = names.iter().map(|name| name.strip_suffix(".npy").unwrap_or(name)).collect();
        let meant = did_you_mean(name, names.iter().copied());
        return Err(format!("the file has no such array.{meant} Accepted are {}", names.join(", ")));
    };
    let damaged = |error: String| format!("the array is damaged ({error}): accepted is a whole zip file");
    let member = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
    let mut content = vec![];
    member
        .take(files::MOST_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(|error| damaged(error.to_string()))?;
    files::within_limit(content.len() as u64, "the array")?;
    Array::read(&content)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;
    use zip::CompressionMethod;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;
    use crate::data::files::Values;
    use crate::data::files::numpy::tests::file;

    const DICTIONARY: &str = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }\n";

    fn written(method: CompressionMethod, content: &[u8]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(vec![]));
        // As NumPy does, with sizes of 64 bits.
        let options = SimpleFileOptions::default().compression_method(method).large_file(true);
        for name in ["x.npy", "labels.npy"] {
            writer.start_file(name, options).expect("memory");
            writer.write_all(content).expect("memory");
        }
        writer.finish().expect("memory").into_inner()
    }

    fn read_from(bytes: &[u8], name: &str) -> Result<Array, String> {
        array(&mut opened(bytes)?, name)
    }

    #[test]
    fn stored_and_deflated_arrays_are_read() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let bytes = written(method, &file(DICTIONARY, &[1, 2, 3, 4]));
            let array = read_from(&bytes, "x").expect("whole");
            assert_eq!((array.shape, array.values), (vec![2, 2], Values::Bytes(vec![1, 2, 3, 4])));
            let message = read_from(&bytes, "label").expect_err("no such array");
            assert_eq!(message, "the file has no such array. Did you mean labels? Accepted are x, labels");
        }
    }

    #[test]
    fn parts_and_changed_bytes_are_refused() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let bytes = written(method, &file(DICTIONARY, &[1, 2, 3, 4]));
            for end in 0..bytes.len() {
                assert!(read_from(&bytes[..end], "x").is_err(), "{method:?} cut to {end}");
            }
            for at in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[at] ^= 0x55;
                // What is not the array's, such as a time, may be anything; the array is what it was or refused.
                let read = read_from(&changed, "x");
                assert!(read.is_err() || read == read_from(&bytes, "x"), "{method:?} changed at {at}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn random_bytes_are_refused(bytes: Vec<u8>) {
            prop_assert!(read_from(&bytes, "x").is_err());
            prop_assert!(read_from(&[b"PK\x03\x04".to_vec(), bytes].concat(), "x").is_err());
        }
    }
}
