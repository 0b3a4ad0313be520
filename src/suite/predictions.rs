//! The predictions that an experiment names, one by one or a whole group.

use std::fmt;
use std::ops::Range;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use toml::Spanned;

use super::sweep::Swept;
use crate::experiment::Settings;
use crate::prediction::{self, Group, Prediction};
use crate::source::{Parsed, Refusal, Source, did_you_mean};

/// A name, or an array of them.
pub(super) enum RawPredictions {
    One(String),
    Several(Vec<Spanned<String>>),
}

/// The predictions of those names in their order, each once; all must be about this update rule, and those that compare runs about what
/// is swept.
pub(super) fn chosen(
    source: &Source,
    raw: &Spanned<RawPredictions>,
    settings: &Settings,
    swept: &[Swept],
) -> Parsed<Vec<&'static dyn Prediction>> {
    let names = names(raw);
    if names.is_empty() {
        let message = format!("predictions = []: accepted are one or more of {}", known());
        return Err(source.refuse(raw.span(), message));
    }
    let mut chosen: Vec<Chosen> = vec![];
    for (name, span) in names {
        about(name, settings).map_err(|message| source.refuse(span.clone(), message))?;
        for new in named(name).ok_or_else(|| unknown(source, name, span.clone()))? {
            compares(new.prediction, swept).map_err(|message| source.refuse(span.clone(), message))?;
            match chosen.iter().find(|other| other.prediction.name() == new.prediction.name()) {
                None => chosen.push(new),
                Some(Chosen { group: Some(_), .. }) if new.group.is_some() => {}
                Some(other) => return Err(source.refuse(span, twice(&new, other))),
            }
        }
    }
    Ok(chosen.into_iter().map(|chosen| chosen.prediction).collect())
}

/// Whether the predictions that a name stands for are about this kind of rule, or why they are not.
fn about(name: &str, settings: &Settings) -> Result<(), String> {
    let fits = |group: &&Group| group.about.fits(settings);
    let of = |group: &&Group| group.name == name || group.predictions.iter().any(|one| one.name() == name);
    match prediction::groups().iter().find(of).filter(|group| !fits(group)) {
        None => Ok(()),
        Some(group) => {
            let fitting: Vec<&str> =
                prediction::groups().iter().filter(fits).map(|group| group.name).collect();
            let about = group.about;
            let changing =
                settings.schedule.iter().map(|schedule| format!(" and schedule {}", schedule.kind()));
            let decay =
                if settings.decoupled_weight_decay > 0.0 { " and decoupled_weight_decay" } else { "" };
            let rule = settings.optimizer.kind().to_string() + &changing.collect::<String>() + decay;
            Err(format!(
                "predictions: {name} is about {about}: accepted with {rule} are all of {}",
                fitting.join(", ")
            ))
        }
    }
}

/// Whether the runs that a prediction compares are there, or what is missing.
fn compares(prediction: &dyn Prediction, swept: &[Swept]) -> Result<(), String> {
    let Some(over) = prediction.comparison().map(|claim| claim.over()) else { return Ok(()) };
    if swept.iter().any(|swept| swept.key == over && swept.value.is_some()) {
        return Ok(());
    }
    let name = prediction.name();
    Err(format!(
        "predictions: {name} compares the runs of a sweep: accepted with {over} = [...], an array of numbers"
    ))
}

/// A prediction, and the group by which it was named.
struct Chosen {
    prediction: &'static dyn Prediction,
    group: Option<&'static Group>,
}

/// What a name stands for, if anything.
fn named(name: &str) -> Option<Vec<Chosen>> {
    let of = |group: &'static Group| {
        group.predictions.iter().map(|&prediction| Chosen { prediction, group: Some(group) }).collect()
    };
    let one = || prediction::find(name).map(|prediction| vec![Chosen { prediction, group: None }]);
    prediction::find_group(name).map(of).or_else(one)
}

fn twice(new: &Chosen, other: &Chosen) -> String {
    let (name, group) = (new.prediction.name(), new.group.or(other.group));
    let how = group.map(|group| format!(", by itself and as one of \"{}\"", group.name)).unwrap_or_default();
    format!("predictions: \"{name}\" twice{how}: accepted is each name once")
}

fn unknown(source: &Source, name: &str, span: Range<usize>) -> Refusal {
    let predictions = prediction::registry().iter().map(|prediction| prediction.name());
    let meant = did_you_mean(name, predictions.chain(prediction::groups().iter().map(|group| group.name)));
    let known = known();
    let message =
        format!("predictions: there is no prediction or group \"{name}\".{meant} Accepted are {known}");
    source.refuse(span, message)
}

/// The names of all predictions and groups.
fn known() -> String {
    let predictions: Vec<&str> = prediction::registry().iter().map(|prediction| prediction.name()).collect();
    let groups: Vec<&str> = prediction::groups().iter().map(|group| group.name).collect();
    format!("{}, and groups of these: {}", predictions.join(", "), groups.join(", "))
}

fn names(raw: &Spanned<RawPredictions>) -> Vec<(&str, Range<usize>)> {
    match raw.get_ref() {
        RawPredictions::One(name) => vec![(name, raw.span())],
        RawPredictions::Several(names) => {
            names.iter().map(|name| (name.get_ref().as_str(), name.span())).collect()
        }
    }
}

impl<'de> Deserialize<'de> for RawPredictions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = RawPredictions;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a name or an array of names")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<RawPredictions, E> {
                Ok(RawPredictions::One(name.to_string()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<RawPredictions, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(names)).map(RawPredictions::Several)
            }
        }
        deserializer.deserialize_any(Names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::About;
    use crate::suite::parse;

    /// The names of what `predictions = ...` stands for, or the refusal.
    fn read(written: &str) -> Result<Vec<&'static str>, String> {
        let text = format!(
            "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = {written}\n\
             learning_rate = 0.1\nsteps = 4\nobjective.quadratic.spectrum = [1.0]\n"
        );
        let suite = parse("my.toml", &text).map_err(|error| error.to_string())?;
        Ok(suite.experiments[0].predictions.iter().map(|prediction| prediction.name()).collect())
    }

    fn of(group: &str) -> Vec<&'static str> {
        let group = prediction::find_group(group).expect("there is such a group");
        group.predictions.iter().map(|prediction| prediction.name()).collect()
    }

    #[test]
    fn a_group_stands_for_all_its_predictions() {
        let some = |group: &&Group| matches!(group.about, About::Every | About::Kind(_));
        for group in prediction::groups().iter().filter(some) {
            let name = group.name;
            assert_eq!(read(&format!("'{name}'")), Ok(of(name)));
            assert_eq!(read(&format!("['{name}', '{name}']")), Ok(of(name)), "twice the same group");
        }
        assert_eq!(read("'quadratic_modes'"), Ok(vec!["quadratic_modes"]));
        let mixed = read("['eigenpairs_certified', 'gradient_descent', 'sigma_holds_the_edge']");
        let parts = [vec!["eigenpairs_certified"], of("gradient_descent"), vec!["sigma_holds_the_edge"]];
        assert_eq!(mixed, Ok(parts.concat()));
        let all = read("['gradient_descent', 'central_flow', 'certificates']").expect("all groups");
        assert_eq!(all, [of("gradient_descent"), of("central_flow"), of("certificates")].concat());
    }

    #[test]
    fn a_prediction_beside_its_group_is_refused() {
        let expected = "my.toml, line 6: predictions: \"keeps_pace\" twice, by itself and as one of \
                        \"central_flow\": accepted is each name once";
        for twice in ["['keeps_pace',\n'central_flow']", "['central_flow',\n'keeps_pace']"] {
            assert_eq!(read(twice), Err(expected.to_string()));
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_groups_among_what_is_accepted() {
        let message = read("'gradient_decent'").expect_err("no such group");
        let start = "my.toml, line 5: predictions: there is no prediction or group \"gradient_decent\". \
                     Did you mean gradient_descent? Accepted are quadratic_modes, ";
        let end = ", eigenpairs_certified, and groups of these: gradient_descent, central_flow, adaptive, stationary, \
                   weight_decay, observables, sweeps, certificates";
        assert!(message.starts_with(start) && message.ends_with(end), "{message}");
        for (written, expected) in [
            ("3", "line 5: invalid type: integer `3`, expected a name or an array of names"),
            ("[3]", "line 5: invalid type: integer `3`, expected a string"),
            ("''", "line 5: predictions: there is no prediction or group \"\". Accepted"),
        ] {
            let message = read(written).expect_err("refused");
            assert!(message.contains(expected), "{expected:?} in {message:?}");
        }
    }

    #[test]
    fn claims_about_a_state_are_refused_for_rules_without_one() {
        let read = |optimizer: &str| {
            let text = format!(
                "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = ['adaptive', 'keeps_pace']\n\
                 learning_rate = 0.1\nsteps = 4\nobjective.quadratic.spectrum = [1.0]\noptimizer.{optimizer}\n"
            );
            parse("my.toml", &text).map(|_| ()).map_err(|error| error.to_string())
        };
        for optimizer in
            ["scalar_rmsprop.beta2 = 0.9", "rmsprop.beta2 = 0.9", "adam = { beta1 = 0.0, beta2 = 0.9 }"]
        {
            assert_eq!(read(optimizer), Ok(()), "{optimizer}");
        }
        let refusal = read("nesterov.momentum = 0.5").expect_err("refused");
        let expected = "my.toml, line 5: predictions: adaptive is about rules whose preconditioner has a state: accepted with \
                        nesterov are all of central_flow, observables, sweeps, certificates";
        assert_eq!(refusal, expected);
    }

    #[test]
    fn claims_that_compare_runs_are_refused_without_a_sweep() {
        let read = |rates: &str, rule: &str| {
            let text = format!(
                "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = 'sweeps'\n\
                 learning_rate = {rates}\nsteps = 4\nobjective.quadratic.spectrum = [1.0]\noptimizer.{rule}\n"
            );
            parse("my.toml", &text).map(|_| ()).map_err(|error| error.to_string())
        };
        let (scalar, each) = ("scalar_rmsprop.beta2 = 0.9", "rmsprop.beta2 = 0.9");
        assert_eq!(read("[0.1, 0.2]", scalar), Ok(()));
        let missing = "my.toml, line 5: predictions: flatter_at_equal_loss compares the runs of a sweep: accepted with learning_rate = \
                       [...], an array of numbers";
        assert_eq!(read("0.1", scalar), Err(missing.into()));
        let refusal = read("[0.1, 0.2]", each).expect_err("no largest sharpness");
        assert!(
            refusal.contains("sweeps is about rules whose step is the same for all weights"),
            "{refusal}"
        );
    }

    #[test]
    fn claims_about_gradient_descent_are_refused_for_other_rules() {
        let text = "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = ['keeps_pace', 'euler_term']\n\
                    learning_rate = 0.1\nsteps = 4\nobjective.quadratic.spectrum = [1.0]\noptimizer.heavy_ball.momentum = 0.5\n";
        let refusal = parse("my.toml", text).err().expect("refused").to_string();
        let expected = "my.toml, line 5: predictions: euler_term is about gradient_descent with a constant learning rate and no decay beside the step: accepted \
                        with heavy_ball are all \
                        of central_flow, observables, sweeps, certificates";
        assert_eq!(refusal, expected);
    }

    #[test]
    fn claims_about_decay_are_refused_without_and_claims_about_plain_steps_with_it() {
        let read = |predictions: &str, decay: &str| {
            let text = format!(
                "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = ['{predictions}']\n\
                 learning_rate = 0.1\nsteps = 4\nobjective.quadratic.spectrum = [1.0]\n{decay}\n"
            );
            parse("my.toml", &text).map(|_| ()).map_err(|error| error.to_string())
        };
        for decay in ["weight_decay = 0.1", "decoupled_weight_decay = 0.1"] {
            assert_eq!(read("weight_decay", decay), Ok(()));
        }
        let refusal = read("plateau_below_the_edge", "weight_decay = 0.0").expect_err("refused");
        let expected = "my.toml, line 5: predictions: plateau_below_the_edge is about runs with weight_decay or decoupled_weight_decay: \
                        accepted with gradient_descent are all of gradient_descent, central_flow, observables, sweeps, certificates";
        assert_eq!(refusal, expected);
        assert_eq!(read("steps_by_the_gradient", "weight_decay = 0.1"), Ok(()));
        let refusal = read("steps_by_the_gradient", "decoupled_weight_decay = 0.1").expect_err("refused");
        let expected = "my.toml, line 5: predictions: steps_by_the_gradient is about gradient_descent with a constant learning rate and no decay \
                        beside the step: accepted with gradient_descent and decoupled_weight_decay are all of central_flow, weight_decay, \
                        observables, sweeps, certificates";
        assert_eq!(refusal, expected);
    }
}
