//! The optimizer that an experiment names: `optimizer.heavy_ball = { momentum = 0.5 }`.

use std::collections::BTreeMap;

use toml::Spanned;

use super::did_you_mean;
use crate::optimizer::{self, Kind, Optimizer, Parameter};
use crate::source::{Parsed, Source};

/// Kinds by their names, each with its parameters.
pub(super) type RawOptimizer = BTreeMap<String, Spanned<BTreeMap<String, Spanned<f64>>>>;

/// The one that is named; gradient descent where the file has none.
pub(super) fn chosen(source: &Source, raw: Option<&Spanned<RawOptimizer>>) -> Parsed<Optimizer> {
    let Some(raw) = raw else { return Ok(Optimizer::gradient_descent()) };
    let [(name, parameters)] = raw.get_ref().iter().collect::<Vec<_>>()[..] else {
        let message = format!("optimizer must be exactly one rule: accepted is one of {}", names());
        return Err(source.refuse(raw.span(), message));
    };
    let kind = optimizer::find(name).ok_or_else(|| {
        let meant = did_you_mean(name, optimizer::registry().iter().map(|kind| kind.name));
        let message = format!("optimizer: there is no rule \"{name}\".{meant} Accepted are {}", names());
        source.refuse(raw.span(), message)
    })?;
    if let Some((unknown, value)) = parameters
        .get_ref()
        .iter()
        .find(|(key, _)| kind.parameters.iter().all(|known| known.name != key.as_str()))
    {
        let message = format!(
            "optimizer.{name}: there is no parameter {unknown}: accepted are {}",
            parameters_of(kind)
        );
        return Err(source.refuse(value.span(), message));
    }
    let value = |parameter: &Parameter| {
        let Some(value) = parameters.get_ref().get(parameter.name) else {
            let message =
                format!("optimizer.{name} has no {}: accepted are {}", parameter.name, parameter.accepted);
            return Err(source.refuse(parameters.span(), message));
        };
        let accepts = |&x: &f64| {
            if (parameter.accepts)(x) { Ok(()) } else { Err(format!("accepted are {}", parameter.accepted)) }
        };
        source.check(parameter.name, value, accepts).copied()
    };
    let values = kind.parameters.iter().map(value).collect::<Parsed<Vec<f64>>>()?;
    Ok(Optimizer::new(kind, values).expect("each value was checked"))
}

fn names() -> String {
    optimizer::registry().iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ")
}

fn parameters_of(kind: &Kind) -> String {
    let names: Vec<&str> = kind.parameters.iter().map(|parameter| parameter.name).collect();
    if names.is_empty() { "none".to_string() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use crate::optimizer;
    use crate::suite::parse;

    /// What comes of an experiment with these lines: the optimizer, or the refusal.
    fn read(lines: &str) -> Result<String, String> {
        let text = format!(
            "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = 'central_flow'\n\
             learning_rate = 0.1\nsteps = 4\nobjective.quadratic.spectrum = [1.0]\n{lines}\n"
        );
        let suite = parse("my.toml", &text).map_err(|error| error.to_string())?;
        Ok(suite.experiments[0].spec.settings.optimizer.to_string())
    }

    #[test]
    fn every_kind_can_be_named() {
        assert_eq!(read(""), Ok("gradient_descent".to_string()));
        for kind in optimizer::registry() {
            let parameters: Vec<String> =
                kind.parameters.iter().map(|p| format!("{} = 0.5", p.name)).collect();
            let found = read(&format!("optimizer.{} = {{ {} }}", kind.name, parameters.join(", ")));
            assert!(found.is_ok_and(|found| found.starts_with(kind.name)));
        }
        assert_eq!(read("optimizer.heavy_ball.momentum = 0.25"), Ok("heavy_ball, momentum 0.25".to_string()));
    }

    #[test]
    fn what_is_no_optimizer_is_refused() {
        let accepted = "numbers from 0 up to, but not including, 1";
        for (lines, message) in [
            (
                "optimizer.heavy_bal = {}",
                "there is no rule \"heavy_bal\". Did you mean heavy_ball? Accepted are gradient_descent, heavy_ball",
            ),
            (
                "optimizer = {}",
                "optimizer must be exactly one rule: accepted is one of gradient_descent, heavy_ball",
            ),
            (
                "optimizer.heavy_ball = {}",
                &format!("optimizer.heavy_ball has no momentum: accepted are {accepted}"),
            ),
            ("optimizer.heavy_ball.momentum = 1.0", &format!("momentum = 1.0: accepted are {accepted}")),
            ("optimizer.heavy_ball.momentum = nan", &format!("momentum = nan: accepted are {accepted}")),
            ("optimizer.heavy_ball = { beta = 0.5 }", "there is no parameter beta: accepted are momentum"),
            (
                "optimizer.gradient_descent.momentum = 0.5",
                "there is no parameter momentum: accepted are none",
            ),
        ] {
            let refusal = read(lines).expect_err(lines);
            assert!(
                refusal.starts_with("my.toml, line 9: ") && refusal.contains(message),
                "{lines}: {refusal}"
            );
        }
    }

    #[test]
    fn claims_about_gradient_descent_are_refused_for_other_rules() {
        let text = "description = ''\n[[experiment]]\nname = 'a'\nseeds = [0]\npredictions = ['keeps_pace', 'euler_term']\n\
                    learning_rate = 0.1\nsteps = 4\nobjective.quadratic.spectrum = [1.0]\noptimizer.heavy_ball.momentum = 0.5\n";
        let refusal = parse("my.toml", text).err().expect("refused").to_string();
        let expected = "my.toml, line 5: predictions: euler_term is about gradient_descent: accepted with heavy_ball are all \
                        of central_flow, certificates";
        assert_eq!(refusal, expected);
    }
}
