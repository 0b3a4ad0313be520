//! Open sets of which a suite file chooses one entry by its name: objectives, data sets.

use std::sync::Arc;

use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Parsed, Refusal, Source, did_you_mean};

/// A kind of entry, for the registry of its set.
pub struct Kind<E: ?Sized> {
    /// The name in suite files.
    pub name: &'static str,
    /// The keys of its table whose values are arrays; an array at any other is a sweep.
    pub lists: &'static [&'static str],
    /// Reads its table, and says what would be accepted where a value is not.
    pub read: fn(&Source, Spanned<DeValue>) -> Parsed<Arc<E>>,
}

/// The entry that a file has for `key`: a table with the name of a kind as its one key, or the name alone if all the kind's own
/// values may be left out.
pub fn choose<E: ?Sized>(
    source: &Source,
    key: &str,
    value: Spanned<DeValue>,
    kinds: &[&Kind<E>],
) -> Parsed<Arc<E>> {
    let span = value.span();
    let given = match value.into_inner() {
        DeValue::String(name) => {
            let nothing = Spanned::new(span.clone(), DeValue::Table(DeTable::new()));
            vec![(Spanned::new(span.clone(), name), nothing)]
        }
        DeValue::Table(table) => table.into_iter().collect(),
        _ => vec![],
    };
    let known = given.into_iter().map(|(name, table)| {
        let kind = kinds.iter().find(|kind| *name.get_ref() == kind.name);
        kind.map(|kind| (*kind, table)).ok_or_else(|| unknown(source, key, &name, kinds))
    });
    match <[_; 1]>::try_from(known.collect::<Parsed<Vec<_>>>()?) {
        Ok([(kind, table)]) => (kind.read)(source, table),
        Err(_) => {
            let names = names(kinds).join(", ");
            Err(source.refuse(span, format!("{key} must be exactly one: accepted is one of {names}")))
        }
    }
}

fn unknown<E: ?Sized>(source: &Source, key: &str, name: &Spanned<DeString>, kinds: &[&Kind<E>]) -> Refusal {
    let (written, names) = (name.get_ref(), names(kinds));
    let meant = did_you_mean(written, names.iter().copied());
    let message = format!("{key}: unknown field `{written}`.{meant} Accepted are `{}`", names.join("`, `"));
    source.refuse(name.span(), message)
}

fn names<E: ?Sized>(kinds: &[&Kind<E>]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.name).collect()
}

/// What an entry was made with, as JSON that looks as its table in a suite file.
pub trait Parameters {
    /// An object.
    fn parameters(&self) -> serde_json::Result<Box<RawValue>>;
}

impl<T: Serialize> Parameters for T {
    fn parameters(&self) -> serde_json::Result<Box<RawValue>> {
        to_raw_value(self)
    }
}

/// Serialises an entry of that name as a suite file has it.
pub fn serialize<S: Serializer, E: Parameters + ?Sized>(
    name: &str,
    entry: &E,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let parameters = entry.parameters().map_err(S::Error::custom)?;
    if parameters.get() == "{}" {
        return serializer.serialize_str(name);
    }
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, &parameters)?;
    map.end()
}

/// Asserts that the modules of a folder of `src`, but for those that are shared, are of these names.
#[cfg(test)]
pub(crate) fn assert_modules<'a>(folder: &str, shared: &[&'a str], names: impl IntoIterator<Item = &'a str>) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    let module = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("readable").path();
        let is_module = path.is_dir() || path.extension().is_some_and(|ending| ending == "rs");
        is_module.then(|| path.file_stem().expect("it has a name").to_string_lossy().into_owned())
    };
    let entries = std::fs::read_dir(path).expect("the folder is there");
    let modules: std::collections::BTreeSet<String> = entries.filter_map(module).collect();
    let names = names.into_iter().chain(shared.iter().copied()).map(String::from).collect();
    assert_eq!(modules, names, "{folder}");
}
