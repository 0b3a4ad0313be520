//! The figures of a run, those of the talk.

use super::axis::Scale;
use super::figure::{Colour, Figure, Line, Stroke};
use super::smooth::{smoothed, width};
use crate::experiment::Record;
use crate::optimizer::EDGE;
use crate::prediction::window::RESTART;
use crate::process::{
    CentralSample, FlowSample, MapSample, MidpointSample, OutputsSample, Sample, SegmentSample,
};

/// Eigenvectors of Sigma whose oscillations are drawn: as many as the eye can tell apart.
const OSCILLATIONS: usize = 4;

/// All figures for which the run has data.
pub fn figures(record: &Record) -> Vec<Figure> {
    let all = [
        loss(record),
        eigenvalues(record),
        oscillations(record),
        distances(record),
        gradient(record),
        outputs(record),
    ];
    all.into_iter().filter(|figure| !figure.is_empty()).collect()
}

/// The central flow from `w_0`, and in segments the central map, once it has settled.
fn theory(sample: &Sample) -> Option<&CentralSample> {
    let segment = sample.get::<SegmentSample>().filter(|segment| sample.step >= segment.start + RESTART);
    segment.map(|segment| &segment.map).or(sample.get::<CentralSample>())
}

/// `L` along all processes and `L(w(t)) + tr(Sigma) / eta`.
fn loss(record: &Record) -> Figure {
    let averaged =
        |s: &Sample| theory(s).map(|c| c.loss + c.trace() / (record.amplification.powi(2) * c.edge_step));
    let lines = vec![
        line("gradient descent", Colour::Descent, Stroke::Thin, series(record, |s| Some(s.discrete.loss))),
        line(
            "gradient flow",
            Colour::GradientFlow,
            Stroke::Dashed,
            series(record, |s| Some(s.get::<FlowSample>()?.loss)),
        ),
        line(
            "predicted time average: L(w(t)) + tr(Sigma) / eta",
            Colour::Prediction,
            Stroke::Thick,
            series(record, averaged),
        ),
        line("central flow", Colour::CentralFlow, Stroke::Thick, series(record, |s| Some(theory(s)?.loss))),
    ];
    figure("Training loss", "", fitting(&lines), lines)
}

/// `eta lambda_i` along all processes.
fn eigenvalues(record: &Record) -> Figure {
    let midpoints = |s: &Sample, i: usize| s.get::<MidpointSample>()?.eigenvalues.get(i).copied();
    let central = |s: &Sample, i: usize| theory(s)?.eigenvalues.get(i).copied();
    let mut lines = vec![line(
        "gradient flow, the largest",
        Colour::GradientFlow,
        Stroke::Dashed,
        series(record, |s| Some(s.get::<FlowSample>()?.sharpness)),
    )];
    let name = |name: &'static str, i: usize| if i == 0 { name } else { "" };
    lines.extend(
        all_of(record, central)
            .into_iter()
            .enumerate()
            .map(|(i, points)| line(name("central flow", i), Colour::CentralFlow, Stroke::Thick, points)),
    );
    lines.extend(all_of(record, midpoints).into_iter().enumerate().map(|(i, points)| {
        line(name("gradient descent, at its midpoints", i), Colour::Descent, Stroke::Thin, points)
    }));
    let reference = Some((EDGE, "the edge of stability".to_string()));
    let note = "Of the Hessian, the largest: those that are tracked.";
    let figure = figure("Effective eigenvalues, eta lambda", note, Scale::Linear, lines);
    Figure { reference, ceiling: Some(2.0 * EDGE), ..figure }
}

/// Eigenvalues of Sigma and the oscillations that they predict.
fn oscillations(record: &Record) -> Figure {
    let sigma = |s: &Sample, i: usize| theory(s)?.sigma.get(i).copied();
    let square = |s: &Sample, i: usize| Some(theory(s)?.oscillation.get(i)?.powi(2));
    let (predicted, measured) = (all_of(record, sigma), all_of(record, square));
    let mut note = format!(
        "Measured is the square of the displacement from the midpoint along each eigenvector of Sigma, smoothed by a \
         Gaussian of {} steps.",
        width(record.steps)
    );
    if predicted.len() > OSCILLATIONS {
        note += &format!(" The largest {OSCILLATIONS} of up to {} are shown.", predicted.len());
    }
    let pairs = predicted.into_iter().zip(measured).take(OSCILLATIONS).enumerate();
    let lines = pairs.flat_map(|(i, (predicted, measured))| {
        let named = |what: &str| format!("{what}, eigenvector {}", i + 1);
        [
            line(named("predicted"), Colour::Sequence(i), Stroke::Broad, predicted),
            line(named("measured"), Colour::Sequence(i), Stroke::Thin, smooth(record, &measured)),
        ]
    });
    figure("Variance of the oscillations", &note, Scale::Linear, lines.collect())
}

/// Distances of gradient descent to the flows, from the start and in segments.
fn distances(record: &Record) -> Figure {
    let lines = vec![
        line(
            "to gradient flow",
            Colour::GradientFlow,
            Stroke::Dashed,
            series(record, |s| s.get::<MidpointSample>()?.to_gradient_flow),
        ),
        line(
            "to the central flow",
            Colour::CentralFlow,
            Stroke::Thick,
            series(record, |s| s.get::<MidpointSample>()?.to_central_flow),
        ),
        line(
            "to the central map",
            Colour::Prediction,
            Stroke::Thin,
            series(record, |s| s.get::<MapSample>()?.to_midpoint),
        ),
        line(
            "in segments, to the central map started anew",
            Colour::Sequence(0),
            Stroke::Thin,
            series(record, |s| Some(s.get::<SegmentSample>()?.to_map).filter(|&distance| distance > 0.0)),
        ),
        line(
            "in segments, to gradient flow started anew",
            Colour::Sequence(1),
            Stroke::Thin,
            series(record, |s| s.get::<SegmentSample>()?.to_gradient_flow.filter(|&distance| distance > 0.0)),
        ),
    ];
    let note = "From the midpoints of gradient descent. The central map is the central flow with one Euler substep a step.";
    figure("Distance from gradient descent", note, Scale::Log, lines)
}

/// `|grad L|^2`: measured, predicted, and without the oscillations.
fn gradient(record: &Record) -> Figure {
    let predicted = |s: &Sample| theory(s).map(|c| c.gradient_square + c.gradient_variance);
    let lines = vec![
        line(
            "gradient descent, smoothed",
            Colour::Descent,
            Stroke::Thin,
            smooth(record, &series(record, |s| Some(s.discrete.gradient_square))),
        ),
        line(
            "predicted time average: |grad L(w(t))|^2 + tr(H Sigma H)",
            Colour::Prediction,
            Stroke::Thick,
            series(record, predicted),
        ),
        line(
            "central flow alone: |grad L(w(t))|^2",
            Colour::CentralFlow,
            Stroke::Thick,
            series(record, |s| Some(theory(s)?.gradient_square)),
        ),
    ];
    let width = width(record.steps);
    let note = format!("Smoothed by a Gaussian of {width} steps, which smears the fall of the first steps.");
    figure("Squared gradient norm", &note, fitting(&lines), lines)
}

/// The first outputs, and `f(w(t)) + 1/2 <H_f, Sigma>` of each.
fn outputs(record: &Record) -> Figure {
    let measured =
        all_of(record, |s: &Sample, i: usize| s.get::<OutputsSample>()?.of_descent.get(i).copied());
    let average = all_of(record, |s: &Sample, i: usize| {
        let settled = s.get::<SegmentSample>().is_some_and(|segment| s.step >= segment.start + RESTART);
        s.get::<OutputsSample>().filter(|_| settled)?.average.get(i).copied()
    });
    let name = |name: &'static str, i: usize| if i == 0 { name } else { "" };
    let mut lines = vec![];
    for (i, points) in measured.into_iter().enumerate() {
        lines.push(line(name("gradient descent", i), Colour::Descent, Stroke::Thin, points));
    }
    for (i, points) in average.into_iter().enumerate() {
        let what = "predicted time average: f(w(t)) + <H_f, Sigma> / 2";
        lines.push(line(name(what, i), Colour::Prediction, Stroke::Thick, points));
    }
    let note = "The first ones, for the first example. The prediction is there while a segment is.";
    figure("Outputs", note, Scale::Linear, lines)
}

fn figure(title: &str, note: &str, scale: Scale, lines: Vec<Line>) -> Figure {
    Figure { title: title.into(), note: note.into(), scale, lines, reference: None, ceiling: None }
}

fn line(name: impl Into<String>, colour: Colour, stroke: Stroke, points: Vec<(f64, f64)>) -> Line {
    Line { name: name.into(), colour, stroke, points }
}

fn fitting(lines: &[Line]) -> Scale {
    Scale::fitting(lines.iter().flat_map(|line| &line.points).map(|&(_, value)| value))
}

/// Step and value, NaN where there is none.
fn series(record: &Record, value: impl Fn(&Sample) -> Option<f64>) -> Vec<(f64, f64)> {
    record.samples.iter().map(|s| (s.step as f64, value(s).unwrap_or(f64::NAN))).collect()
}

/// The series of the first, the second and so on, as many as there are.
fn all_of(record: &Record, value: impl Fn(&Sample, usize) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let there = |i: &usize| record.samples.iter().any(|s| value(s, *i).is_some());
    (0..).take_while(there).map(|i| series(record, |s| value(s, i))).collect()
}

fn smooth(record: &Record, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let (steps, values): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    steps.into_iter().zip(smoothed(&values, width(record.steps))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Unwatched;

    /// The predicted loss is above the central flow's by tr(Sigma)/eta, which is more than the whole error of the theory: on
    /// average over the last steps the measured loss is nearer to it than to the same with half or twice as much.
    #[test]
    fn the_predicted_loss_is_the_mean_of_the_measured_one() {
        let text = "description = ''\n[[experiment]]\nname = 'a'\nseeds = [3]\nlearning_rate = 0.5\nsteps = 1200\n\
                    predictions = ['central_flow_descends']\n\
                    objective.valley = { curvature = 3.0, slope = 0.02, directions = 2 }\n";
        let suite = crate::suite::parse("a.toml", text).unwrap_or_else(|error| panic!("{error}"));
        let case = suite.cases().remove(0);
        let record = case.run(&Unwatched).expect("it can be run");
        let figures = figures(&record);
        let loss = figures.iter().find(|figure| figure.title == "Training loss").expect("drawn");
        let points = |name: &str| {
            let line = loss.lines.iter().find(|line| line.name.starts_with(name)).expect(name);
            line.points[line.points.len() - 600..].iter().map(|&(_, value)| value).collect::<Vec<f64>>()
        };
        let [measured, predicted, flow] =
            ["gradient descent", "predicted time average", "central flow"].map(points);
        // A segment that has just started has no prediction yet.
        let drawn: Vec<usize> = (0..600).filter(|&i| predicted[i].is_finite()).collect();
        assert!(drawn.len() > 500, "{} of 600 steps have a prediction", drawn.len());
        let mean = |values: &[f64]| drawn.iter().map(|&i| values[i]).sum::<f64>() / drawn.len() as f64;
        let (measured, predicted, flow) = (mean(&measured), mean(&predicted), mean(&flow));
        let share = (measured - flow) / (predicted - flow);
        assert!((0.75..1.25).contains(&share), "{share} of the term is measured");
    }
}
