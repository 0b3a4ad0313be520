//! A line chart as SVG, its title above and its legend below as text of the page, which a narrow screen can wrap.

use std::fmt::Write;

use super::axis::{Axis, Scale};
use super::escape::escaped;
use super::thin::thinned;
use crate::report::number;

/// A line chart over the steps.
pub struct Figure {
    /// What it shows.
    pub title: String,
    /// What else there is to say about it; may be empty.
    pub note: String,
    /// How the values are laid out.
    pub scale: Scale,
    /// The lines, from back to front.
    pub lines: Vec<Line>,
    /// A horizontal line and its name.
    pub reference: Option<(f64, String)>,
    /// The axis ends here at the latest; if a line goes beyond, the figure says so.
    pub ceiling: Option<f64>,
}

/// One line of a chart.
pub struct Line {
    /// Its name in the legend; a line without a name belongs to the one before.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Step and value; what is not finite leaves a gap.
    pub points: Vec<(f64, f64)>,
}

/// Colours by what a line stands for; the style says which they are in light and dark mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Gradient descent.
    Descent,
    /// Gradient flow.
    GradientFlow,
    /// The central flow.
    CentralFlow,
    /// A prediction about time averages.
    Prediction,
    /// One of a sequence, by its index.
    Sequence(usize),
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// A thin line.
    Thin,
    /// A thick line.
    Thick,
    /// A dashed line.
    Dashed,
    /// A broad line that others are seen through.
    Broad,
}

/// Colours of sequences in the style.
pub const SEQUENCE: usize = 6;

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 54.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 40.0;
const PLOT: (f64, f64) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
const TICKS: usize = 6;

impl Figure {
    /// True if there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| !line.shown(self.scale))
    }

    /// The figure as HTML.
    pub fn html(&self) -> String {
        format!(
            "<figure>\n<h3>{}</h3>\n{}{}<figcaption>{}</figcaption>\n</figure>\n",
            escaped(&self.title),
            self.svg(),
            self.legend(),
            escaped(&[self.note.as_str(), &self.overflow()].join(" "))
        )
    }

    fn svg(&self) -> String {
        let (x, y) = self.axes();
        let (width, height) = PLOT;
        let mut out = String::new();
        let _ = writeln!(
            out,
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
            escaped(&self.title)
        );
        draw_ticks(&mut out, &x, &y);
        // An inner SVG shows nothing beyond its edges.
        let _ = writeln!(out, "<svg x=\"{LEFT}\" y=\"{TOP}\" width=\"{width}\" height=\"{height}\">");
        if let Some((value, _)) = &self.reference {
            let level = down(&y, *value);
            let _ = writeln!(out, "<path class=\"reference\" d=\"M0,{level:.1}H{width}\"/>");
        }
        for line in self.lines.iter().filter(|line| line.shown(self.scale)) {
            let _ = writeln!(out, "<path class=\"{}\" d=\"{}\"/>", line.class(), self.path(line, &x, &y));
        }
        out + "</svg>\n</svg>\n"
    }

    /// All figures of a run show all of its steps, also those at which their lines have gaps.
    fn axes(&self) -> (Axis, Axis) {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let ceiling = self.ceiling.unwrap_or(f64::INFINITY);
        let finite = points().map(|&(_, y)| y).filter(|y| y.is_finite()).map(|y| y.min(ceiling));
        let values = finite.chain(self.reference.iter().map(|&(y, _)| y));
        (Axis::tight(Scale::Linear, points().map(|&(x, _)| x)), Axis::roomy(self.scale, values))
    }

    /// The path through the points; the pen is lifted where there is no value.
    fn path(&self, line: &Line, x: &Axis, y: &Axis) -> String {
        let drawable: Vec<(f64, f64)> = line
            .points
            .iter()
            .map(|&(step, value)| (step, if self.scale.shows(value) { value } else { f64::NAN }))
            .collect();
        let mut path = String::new();
        for stretch in thinned(&drawable).split(|(_, value)| value.is_nan()).filter(|s| !s.is_empty()) {
            for (i, &(step, value)) in stretch.iter().enumerate() {
                let (across, down) = (PLOT.0 * x.position(step), down(y, value));
                let _ = write!(path, "{}{across:.1},{down:.1}", if i == 0 { 'M' } else { 'L' });
            }
            if stretch.len() == 1 {
                path += "h0"; // the round cap makes a dot of it
            }
        }
        path
    }

    fn legend(&self) -> String {
        let mut out = "<ul class=\"legend\">\n".to_string();
        let mut entry = |class: &str, name: &str| {
            let _ = writeln!(
                out,
                "<li><svg width=\"30\" height=\"13\" aria-hidden=\"true\"><path class=\"{class}\" d=\"M2,6.5H28\"/></svg> {}</li>",
                escaped(name)
            );
        };
        for line in self.lines.iter().filter(|line| !line.name.is_empty() && line.shown(self.scale)) {
            entry(&line.class(), &line.name);
        }
        if let Some((_, name)) = &self.reference {
            entry("reference", name);
        }
        out + "</ul>\n"
    }

    /// Says so if a line leaves the figure.
    fn overflow(&self) -> String {
        let Some(ceiling) = self.ceiling else { return String::new() };
        let values = self.lines.iter().flat_map(|line| &line.points).map(|&(_, value)| value);
        let highest = values.filter(|value| value.is_finite()).fold(f64::NEG_INFINITY, f64::max);
        if highest <= ceiling {
            return String::new();
        }
        format!("The axis ends at {ceiling}; values go up to {}.", number(Some(highest), 3))
    }
}

impl Line {
    fn shown(&self, scale: Scale) -> bool {
        self.points.iter().any(|&(_, value)| scale.shows(value))
    }

    fn class(&self) -> String {
        let colour = match self.colour {
            Colour::Descent => "descent".to_string(),
            Colour::GradientFlow => "gradient-flow".to_string(),
            Colour::CentralFlow => "central-flow".to_string(),
            Colour::Prediction => "prediction".to_string(),
            Colour::Sequence(index) => format!("sequence-{}", index % SEQUENCE),
        };
        let stroke = match self.stroke {
            Stroke::Thin => "thin",
            Stroke::Thick => "thick",
            Stroke::Dashed => "dashed",
            Stroke::Broad => "broad",
        };
        format!("line {colour} {stroke}")
    }
}

/// The distance from the top of the plot; far beyond it, where nothing is seen, it no longer grows.
fn down(y: &Axis, value: f64) -> f64 {
    PLOT.1 * (1.0 - y.position(value).clamp(-1.0, 2.0))
}

fn draw_ticks(out: &mut String, x: &Axis, y: &Axis) {
    let (right, bottom) = (LEFT + PLOT.0, TOP + PLOT.1);
    for (value, label) in y.ticks(TICKS) {
        let at = TOP + down(y, value);
        let _ = writeln!(out, "<path class=\"grid\" d=\"M{LEFT},{at:.1}H{right}\"/>");
        let _ = writeln!(out, "<text class=\"at-left\" x=\"{:.1}\" y=\"{at:.1}\">{label}</text>", LEFT - 6.0);
    }
    for (value, label) in x.ticks(TICKS) {
        let at = LEFT + PLOT.0 * x.position(value);
        let _ = writeln!(out, "<path class=\"grid\" d=\"M{at:.1},{TOP}V{bottom}\"/>");
        let _ =
            writeln!(out, "<text class=\"below\" x=\"{at:.1}\" y=\"{:.1}\">{label}</text>", bottom + 15.0);
    }
    let _ = writeln!(out, "<path class=\"frame\" d=\"M{LEFT},{TOP}V{bottom}H{right}\"/>");
    let middle = LEFT + PLOT.0 / 2.0;
    let _ = writeln!(out, "<text class=\"below\" x=\"{middle}\" y=\"{}\">step t</text>", HEIGHT - 6.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::well_formed;

    fn figure(values: &[f64]) -> Figure {
        let points = values.iter().enumerate().map(|(i, &value)| (i as f64, value)).collect();
        let line = Line { name: "a < b".into(), colour: Colour::Descent, stroke: Stroke::Thin, points };
        Figure {
            title: "L & M".into(),
            note: String::new(),
            scale: Scale::Linear,
            lines: vec![line],
            reference: None,
            ceiling: None,
        }
    }

    /// The paths of lines in the plot.
    fn paths(html: &str) -> Vec<&str> {
        let parts = html.split("<path class=\"line descent thin\" d=\"").skip(1);
        parts.filter_map(|part| part.split('"').next()).filter(|path| *path != "M2,6.5H28").collect()
    }

    #[test]
    fn a_line_goes_from_corner_to_corner_within_its_margin() {
        let html = figure(&[0.0, 1.0]).html();
        well_formed(&html);
        assert_eq!(paths(&html), ["M0.0,204.1L392.0,7.9"]);
        assert!(html.contains("L &amp; M") && html.contains("a &lt; b"), "{html}");
    }

    #[test]
    fn what_is_not_finite_leaves_a_gap() {
        let html = figure(&[0.0, 1.0, f64::NAN, 1.0, f64::INFINITY, 0.0, 0.5]).html();
        well_formed(&html);
        let path = paths(&html)[0];
        assert_eq!(
            (path.matches('M').count(), path.matches('L').count(), path.matches("h0").count()),
            (3, 2, 1)
        );
        assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
    }

    #[test]
    fn what_is_not_positive_is_a_gap_on_a_logarithmic_scale() {
        let figure = Figure { scale: Scale::Log, ..figure(&[1.0, 0.0, 10.0, 100.0]) };
        assert_eq!(paths(&figure.html())[0].matches('M').count(), 2);
    }

    #[test]
    fn constants_and_nothing_can_be_drawn() {
        for values in [&[2.0; 5][..], &[0.0; 5], &[1.0], &[f64::NAN; 3], &[]] {
            for scale in [Scale::Linear, Scale::Log] {
                let figure = Figure { scale, ..figure(values) };
                let html = figure.html();
                well_formed(&html);
                assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
                assert_eq!(figure.is_empty(), paths(&html).is_empty());
            }
        }
    }

    #[test]
    fn beyond_the_ceiling_lines_leave_the_axis_and_the_figure_says_so() {
        let low = Figure { ceiling: Some(4.0), ..figure(&[1.0, 3.0]) };
        assert!(!low.html().contains("The axis ends"));
        let high = Figure { ceiling: Some(4.0), ..figure(&[1.0, 1e300]) };
        assert!(high.html().contains("The axis ends at 4; values go up to 1.00e300."), "{}", high.html());
        assert_eq!(paths(&high.html()), ["M0.0,204.1L392.0,-212.0"]);
    }

    #[test]
    fn the_reference_has_a_place_on_the_axis_and_in_the_legend() {
        let figure = Figure { reference: Some((2.0, "the edge".into())), ..figure(&[0.0, 1.0]) };
        let html = figure.html();
        assert!(html.contains("<path class=\"reference\" d=\"M0,7.9H392\"/>"), "{html}");
        assert!(html.contains("</svg> the edge</li>"), "{html}");
    }
}
