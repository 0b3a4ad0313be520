//! A data set from files, whatever their format.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde::Serialize;
use toml::Spanned;

use super::examples::{Decoded, Examples};
use super::{Normalisation, answers};
use crate::data::{Dataset, Entry, Shape};
use crate::source::{Parsed, Refusal, Source, require};

/// What of the files is used, as every format's table has it.
pub(in crate::data) struct RawUsage {
    pub classes: Option<Spanned<Vec<i64>>>,
    pub normalisation: Option<Normalisation>,
}

#[derive(Debug, Serialize)]
struct Usage {
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Vec<i64>>,
    #[serde(skip_serializing_if = "is_none")]
    normalisation: Normalisation,
}

fn is_none(normalisation: &Normalisation) -> bool {
    *normalisation == Normalisation::None
}

/// A data set of that kind from the files that the parameters name. What it says of itself is enough to read it again, and has
/// the digest of each file.
#[derive(Debug, Serialize)]
struct FromFiles<P> {
    #[serde(skip)]
    kind: &'static str,
    #[serde(flatten)]
    parameters: P,
    #[serde(flatten)]
    usage: Usage,
    #[serde(skip)]
    examples: Arc<Examples>,
}

/// The data set of that kind which a suite file has at `span`; `decode` is called unless the same has been decoded already.
pub(in crate::data) fn entry<P: Serialize + Debug + Send + Sync + 'static>(
    source: &Source,
    span: std::ops::Range<usize>,
    kind: &'static str,
    parameters: P,
    raw: RawUsage,
    decode: impl FnOnce() -> Parsed<Decoded>,
) -> Parsed<Arc<dyn Entry>> {
    let normalisation = raw.normalisation.unwrap_or_default();
    let classes = raw.classes.as_ref().map(|classes| classes.get_ref().clone());
    let usage = Usage { classes, normalisation };
    let same = serde_json::to_string(&(kind, &parameters, &usage)).unwrap_or_default();
    let examples = shared(same, || {
        let decoded = decode()?;
        let classes = classes_of(source, &decoded, &raw.classes)?;
        decoded
            .used(&classes, normalisation)
            .map_err(|message| source.refuse(span, format!("{kind}: {message}")))
    })?;
    Ok(Arc::new(FromFiles { kind, parameters, usage, examples }))
}

/// The classes that are asked for, or all; none if there are no labels.
fn classes_of(source: &Source, decoded: &Decoded, asked: &Option<Spanned<Vec<i64>>>) -> Parsed<Vec<i64>> {
    let there = decoded.labels();
    let Some(asked) = asked else { return Ok(there.unwrap_or_default()) };
    let checked = source.check("classes", asked, |classes| match &there {
        Some(there) => answers::check_classes(classes, there),
        None => require(false, || "accepted with labels only, and these are targets".into()),
    });
    checked.cloned()
}

/// The experiments of a sweep have the same data: they share the memory. The digests of the files are part of `key`.
fn shared(key: String, decode: impl FnOnce() -> Result<Examples, Refusal>) -> Parsed<Arc<Examples>> {
    static SHARED: Mutex<Option<HashMap<String, Weak<Examples>>>> = Mutex::new(None);
    let mut guard = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let there = guard.get_or_insert_default();
    if let Some(examples) = there.get(&key).and_then(Weak::upgrade) {
        return Ok(examples);
    }
    there.retain(|_, examples| examples.strong_count() > 0);
    let examples = Arc::new(decode()?);
    there.insert(key, Arc::downgrade(&examples));
    Ok(examples)
}

impl<P: Serialize + Debug + Send + Sync> Entry for FromFiles<P> {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn available(&self) -> usize {
        self.examples.len()
    }

    fn features(&self) -> usize {
        self.examples.shape.features()
    }

    fn targets(&self) -> usize {
        self.examples.outputs()
    }

    fn shape(&self) -> Shape {
        self.examples.shape
    }

    fn has_classes(&self) -> bool {
        self.examples.has_classes()
    }

    fn examples(&self, count: usize, seed: u64) -> Dataset {
        self.examples.choose(count, seed)
    }

    fn description(&self) -> String {
        let what = if self.has_classes() { "classes" } else { "targets" };
        format!("{} files with {} features and {} {what}", self.kind, self.features(), self.targets())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::files::{Answers, Values};

    fn examples() -> Parsed<Examples> {
        let answers = Answers::Numbers { values: vec![0.0], width: 1 };
        let decoded = Decoded::new(Values::Numbers(vec![1.0]), &[1, 1], answers).expect("fits");
        Ok(decoded.used(&[], Normalisation::None).expect("finite"))
    }

    #[test]
    fn the_same_data_are_decoded_once_as_long_as_somebody_has_them() {
        let first = shared("the same".into(), examples).expect("decoded");
        let again = shared("the same".into(), || panic!("decoded twice")).expect("there");
        assert!(Arc::ptr_eq(&first, &again));
        assert!(!Arc::ptr_eq(&first, &shared("another".into(), examples).expect("decoded")));
        drop((first, again));
        let mut decoded = false;
        let _ = shared("the same".into(), || {
            decoded = true;
            examples()
        });
        assert!(decoded);
    }
}
