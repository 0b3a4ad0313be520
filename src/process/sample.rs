//! A step of a run: what the optimizer has, and a part of each process.

use std::any::Any;
use std::fmt::Debug;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::series::{Column, Quantity, Series, columns, describe};
use super::{CentralSample, DiscreteSample, SegmentSample};

/// What a process has at a step.
pub trait Part: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name of the process.
    const PROCESS: &'static str;

    /// What stands in the series.
    fn quantities() -> Vec<Quantity<Self>>;

    /// A quantity that is a number a step, or none.
    fn number(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: impl Fn(&Self) -> Option<f64> + 'static,
    ) -> Quantity<Self> {
        Quantity::number(name, unit, meaning, value)
    }

    /// A quantity of some numbers a step, one an eigenvalue.
    fn list(
        name: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: impl Fn(&Self) -> &[f64] + 'static,
    ) -> Quantity<Self> {
        Quantity::list(name, unit, meaning, value)
    }
}

/// A step of all processes. A process that has ended, or was not asked for, has no part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The step t.
    pub step: usize,
    /// The optimizer at w_t.
    pub discrete: DiscreteSample,
    parts: Parts,
}

impl Sample {
    /// A step of the optimizer, and nothing of other processes yet.
    pub fn new(step: usize, discrete: DiscreteSample) -> Self {
        Self { step, discrete, parts: Parts::default() }
    }

    /// The part of a process.
    pub fn get<P: Part>(&self) -> Option<&P> {
        self.parts.0.iter().find_map(|part| (&**part as &dyn Any).downcast_ref())
    }

    /// The part of a process, to be changed.
    pub fn get_mut<P: Part>(&mut self) -> Option<&mut P> {
        self.parts.0.iter_mut().find_map(|part| (&mut **part as &mut dyn Any).downcast_mut())
    }

    /// Writes down the part of a process in place of what it has.
    pub fn set<P: Part>(&mut self, part: P) {
        self.parts.insert(Box::new(part));
    }

    /// Whether it has a part of the process of that name.
    pub fn has(&self, process: &str) -> bool {
        self.parts.0.iter().any(|part| part.process() == process)
    }

    /// Takes away the part of a process.
    pub fn remove<P: Part>(&mut self) {
        self.keep(|process| process != P::PROCESS);
    }

    /// Takes away all parts but those of some processes.
    pub fn keep(&mut self, kept: impl Fn(&str) -> bool) {
        self.parts.0.retain(|part| kept(part.process()));
    }

    /// The central flow from `w_0`, or once that has ended the central map of the segment.
    pub fn central(&self) -> Option<&CentralSample> {
        self.get::<CentralSample>().or(self.get::<SegmentSample>().map(|segment| &segment.map))
    }
}

/// What is the same for the parts of a process at all steps.
#[derive(Debug)]
pub struct PartKind {
    /// The bytes of one.
    pub size: usize,
    /// What is told of its series.
    pub series: fn() -> Vec<Series>,
    /// Its series over some samples.
    pub columns: fn(&[Sample]) -> Vec<Column>,
    read: fn(Value) -> serde_json::Result<Box<dyn Erased>>,
}

impl PartKind {
    /// That of a type.
    pub const fn of<P: Part>() -> Self {
        Self {
            size: size_of::<P>(),
            series: || describe(P::PROCESS, &P::quantities()),
            columns: |samples| {
                let parts: Vec<Option<&P>> = samples.iter().map(Sample::get).collect();
                columns(P::PROCESS, &P::quantities(), &parts)
            },
            read: |value| Ok(Box::new(serde_json::from_value::<P>(value)?)),
        }
    }
}

/// The parts of a sample, by the names of their processes.
#[derive(Debug, Default)]
struct Parts(Vec<Box<dyn Erased>>);

impl Parts {
    fn insert(&mut self, part: Box<dyn Erased>) {
        match self.0.binary_search_by(|other| other.process().cmp(part.process())) {
            Ok(place) => self.0[place] = part,
            Err(place) => self.0.insert(place, part),
        }
    }
}

/// A part of any type.
trait Erased: Any + Debug + Send + Sync {
    fn process(&self) -> &'static str;
    fn copy(&self) -> Box<dyn Erased>;
    fn is(&self, other: &dyn Erased) -> bool;
    fn written(&self) -> serde_json::Result<Value>;
}

impl<P: Part> Erased for P {
    fn process(&self) -> &'static str {
        P::PROCESS
    }

    fn copy(&self) -> Box<dyn Erased> {
        Box::new(self.clone())
    }

    fn is(&self, other: &dyn Erased) -> bool {
        (other as &dyn Any).downcast_ref::<P>() == Some(self)
    }

    fn written(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

impl Clone for Parts {
    fn clone(&self) -> Self {
        Self(self.0.iter().map(|part| part.copy()).collect())
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| a.is(&**b))
    }
}

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let written = self.0.iter().map(|part| Ok((part.process(), part.written()?)));
        let written: serde_json::Result<Vec<_>> = written.collect();
        serializer.collect_map(written.map_err(S::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parts = Self::default();
        for (name, value) in Map::deserialize(deserializer)? {
            let kind = super::find(&name)
                .ok_or_else(|| D::Error::custom(format!("there is no process `{name}`")))?;
            parts.insert((kind.part.read)(value).map_err(D::Error::custom)?);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{FlowSample, MapSample};

    fn flow(loss: f64) -> FlowSample {
        FlowSample { loss, sharpness: 2.0, error: 0.0, path: 1.0, euler_error: 0.5, to_central_flow: None }
    }

    fn sample() -> Sample {
        let descent =
            DiscreteSample { loss: 1.0, gradient_square: 1.0, step_length: 1.0, edge_step: 1.0, shift: None };
        Sample::new(3, descent)
    }

    #[test]
    fn parts_are_found_by_their_type_and_replaced_as_a_whole() {
        let mut sample = sample();
        assert_eq!(sample.get::<FlowSample>(), None);
        sample.set(flow(1.0));
        sample.set(flow(2.0));
        assert_eq!((sample.get(), sample.parts.0.len()), (Some(&flow(2.0)), 1));
        sample.get_mut::<FlowSample>().expect("set").loss = 3.0;
        assert_eq!((sample.get(), sample.get::<MapSample>()), (Some(&flow(3.0)), None));
        let other = sample.clone();
        sample.remove::<FlowSample>();
        assert_eq!(sample.get::<FlowSample>(), None);
        assert_ne!(sample, other);
    }

    #[test]
    fn samples_survive_json_and_unknown_processes_are_refused() {
        let mut sample = sample();
        sample.set(flow(0.1));
        let text = serde_json::to_string(&sample).expect("serialisable");
        assert_eq!(serde_json::from_str::<Sample>(&text).expect("readable"), sample);
        let unknown = text.replace("gradient_flow", "gradient_glow");
        let error = serde_json::from_str::<Sample>(&unknown).expect_err("unknown").to_string();
        assert!(error.contains("there is no process `gradient_glow`"), "{error}");
    }
}
