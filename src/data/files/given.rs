//! A file that a suite file names.

use std::fmt::Write;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::MOST_BYTES;
use crate::source::{Parsed, Source, require};

/// A file by its path and what was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::data) struct Given {
    /// Relative to the folder of the suite file.
    path: String,
    /// SHA-256 of the file, in hexadecimal digits.
    sha256: String,
}

/// The same in a suite file: where it says a SHA-256 the file must have it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected the path of a file, or { path = \"..\", sha256 = \"..\" }")]
pub(in crate::data) enum RawFile {
    Path(String),
    Exact(Exact),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::data) struct Exact {
    path: String,
    sha256: Option<String>,
}

/// Reads the file that stands for `key`.
pub(in crate::data) fn open(source: &Source, key: &str, file: &Spanned<RawFile>) -> Parsed<(Given, Vec<u8>)> {
    source.make(key, file, |file| {
        let (path, expected) = match file {
            RawFile::Path(path) => (path, None),
            RawFile::Exact(Exact { path, sha256 }) => (path, sha256.as_ref()),
        };
        let bytes = whole(&source.folder().join(path))?;
        let sha256 = hexadecimal(&Sha256::digest(&bytes));
        require(expected.is_none_or(|expected| *expected == sha256), || {
            format!("the file has the SHA-256 {sha256}: accepted is the file that has the one given")
        })?;
        Ok((Given { path: path.clone(), sha256 }, bytes))
    })
}

/// The bytes of a file that may have been packed by gzip.
pub(in crate::data) fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut content = vec![];
    let read = MultiGzDecoder::new(&bytes[..]).take(MOST_BYTES + 1).read_to_end(&mut content);
    read.map_err(|error| {
        format!("the gzip file is damaged after {} bytes ({error}): accepted is a whole one", content.len())
    })?;
    within_limit(content.len() as u64, "the unpacked file")?;
    Ok(content)
}

/// All of a regular file: a device or a pipe might never end.
fn whole(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let unreadable = |error| format!("{shown} cannot be read ({error}): accepted is a file");
    let about = fs::metadata(path).map_err(unreadable)?;
    require(about.is_file(), || format!("{shown} is no regular file: accepted is one"))?;
    within_limit(about.len(), "the file")?;
    let mut bytes = vec![];
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    within_limit(bytes.len() as u64, "the file")?;
    Ok(bytes)
}

/// Refuses more bytes than are accepted.
pub(in crate::data) fn within_limit(bytes: u64, what: &str) -> Result<(), String> {
    require(bytes <= MOST_BYTES, || {
        format!("{what} has more than {MOST_BYTES} bytes: accepted are at most so many")
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(vec![], Compression::default());
        encoder.write_all(content).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn packed_files_are_unpacked_and_damaged_ones_refused() {
        let content: Vec<u8> = (0..200).collect();
        assert_eq!(unpacked(content.clone()).as_ref(), Ok(&content));
        let whole = packed(&content);
        assert_eq!(unpacked(whole.clone()).as_ref(), Ok(&content));
        for end in 2..whole.len() {
            let message = unpacked(whole[..end].to_vec()).expect_err("a part");
            assert!(message.contains("the gzip file is damaged after"), "{message}");
        }
    }

    /// The digests of nothing and of "abc" from the standard (FIPS 180).
    #[test]
    fn digests_are_those_of_the_standard() {
        let digest = |bytes: &[u8]| hexadecimal(&Sha256::digest(bytes));
        assert!(digest(b"").starts_with("e3b0c44298fc1c14") && digest(b"abc").ends_with("b410ff61f20015ad"));
    }

    #[test]
    fn what_is_no_file_is_refused() {
        for (path, reason) in
            [("", "cannot be read"), ("/", "is no regular file"), ("/dev/zero", "is no regular file")]
        {
            let message = whole(Path::new(path)).expect_err("no file");
            assert!(message.contains(reason) && message.contains("accepted is"), "{message}");
        }
    }
}
