//! The part of the page that one run has.

use std::fmt::Write;

use super::escape::escaped;
use super::figures::figures;
use super::verdicts::verdicts;
use crate::experiment::Record;
use crate::suite::{Case, VerdictRow};

/// What was run, its figures and its verdicts.
pub fn section(case: &Case, record: &Record, rows: &[VerdictRow]) -> String {
    let Case { suite, spec, seed, .. } = case;
    let mut out = format!("<section id=\"{}\">\n", anchor(suite, &spec.name, *seed));
    let _ = writeln!(out, "<h2>{}, seed {seed}</h2>", escaped(&format!("{suite}: {}", spec.name)));
    let what = format!(
        "{}; {} parameters; {}, eta = {}, {} of {} steps",
        spec.objective.description(),
        record.dim,
        spec.settings.optimizer.description(),
        record.learning_rate,
        record.samples.len(),
        record.steps
    );
    let _ = writeln!(out, "<p>{}</p>", escaped(&what));
    if let Some(stopped) = record.stopped() {
        let _ = writeln!(out, "<p class=\"open\">{}</p>", escaped(&stopped));
    }
    out.push_str("<div class=\"figures\">\n");
    out.extend(figures(record).iter().map(|figure| figure.html()));
    out + "</div>\n" + &verdicts(rows) + "</section>\n"
}

/// The name by which a run's section is linked.
pub fn anchor(suite: &str, experiment: &str, seed: u64) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    format!("{suite}-{experiment}-seed{seed}").chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Unwatched;
    use crate::report::html::well_formed;

    const FIGURES: [&str; 6] = [
        "Training loss",
        "Effective eigenvalues, eta lambda",
        "Variance of the oscillations",
        "Distance from gradient descent",
        "Squared gradient norm",
        "Outputs",
    ];

    fn run(objective: &str, steps: usize) -> (Case, Record) {
        let text = format!(
            "description = ''\n[[experiment]]\nname = 'a'\nseeds = [3]\nlearning_rate = 0.5\nsteps = {steps}\n\
             predictions = ['central_flow_descends', 'sigma_complementary']\nobjective.{objective}\n"
        );
        let suite = crate::suite::parse("b & c.toml", &text).unwrap_or_else(|error| panic!("{error}"));
        let case = Case { all_processes: true, ..suite.cases().remove(0) };
        let record = case.run(&Unwatched).expect("it can be run");
        (case, record)
    }

    fn titles(html: &str) -> Vec<&str> {
        html.split("<h3>").skip(1).filter_map(|part| part.split("</h3>").next()).collect()
    }

    #[test]
    fn a_run_at_the_edge_has_all_figures() {
        let (case, record) = run("valley = { curvature = 3.0, slope = 0.02, directions = 2 }", 250);
        let html = section(&case, &record, &case.judge(&record));
        well_formed(&html);
        assert_eq!(titles(&html), FIGURES);
        assert!(html.contains("<h2>b &amp; c: a, seed 3</h2>"), "{html}");
        assert!(html.contains("predicted, eigenvector 2</li>"), "{html}");
        assert!(!html.contains("NaN"), "{html}");
    }

    #[test]
    fn a_run_below_the_edge_has_no_oscillations() {
        let (case, record) = run("quadratic = { spectrum = [1.0, 0.5] }", 20);
        let html = section(&case, &record, &[]);
        well_formed(&html);
        assert_eq!(titles(&html), [FIGURES[0], FIGURES[1], FIGURES[3], FIGURES[4], FIGURES[5]]);
    }

    #[test]
    fn a_run_without_samples_has_no_figures() {
        let (case, mut record) = run("quadratic = { spectrum = [1.0] }", 2);
        record.samples.clear();
        let html = section(&case, &record, &[]);
        well_formed(&html);
        assert!(titles(&html).is_empty());
    }

    #[test]
    fn a_link_has_no_special_characters() {
        assert_eq!(anchor("my \"suite\"", "a.b", 3), "my--suite--a-b-seed3");
    }
}
