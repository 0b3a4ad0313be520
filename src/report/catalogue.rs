//! The page of all series, `docs/series.md`.

use std::fmt::Write;

use crate::process::series::{self, Series};

/// The page, as Markdown.
pub fn catalogue() -> String {
    let mut page = INTRODUCTION.to_string();
    for (process, what, all) in series::catalogue() {
        let _ = write!(page, "\n## {process}\n\n{what}\n\n| series | unit | meaning |\n|---|---|---|\n");
        page.extend(all.iter().map(row));
    }
    page
}

const INTRODUCTION: &str = "\
# Series

What `centralflow run` writes, one row a step: a column `step`, and these, each called `process.quantity`. Those with `.i` have
a column an eigenvalue, from 1. Units are those of the loss L and of the weights w. With
another rule than gradient descent eta in an effective eigenvalue stands for the step h with the edge of stability at 2/h, and where a
rule has a step of its own for each weight (RMSProp, Adam), eigenvalues, distances and Sigma are in natural coordinates, each weight over the
root of its step h, in which the step is 1. A process that has no value at a step has
an empty cell (null in JSON). This page is made by `centralflow list --series`.
";

fn row(series: &Series) -> String {
    let Series { process, quantity, is_list, unit, meaning } = series;
    let index = if *is_list { ".i" } else { "" };
    // A bar would end the cell.
    format!("| `{process}.{quantity}{index}` | {unit} | {} |\n", meaning.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_current() {
        let there = include_str!("../../docs/series.md");
        assert!(there == catalogue(), "docs/series.md is not what `centralflow list --series` prints");
    }

    #[test]
    fn every_series_has_a_row_of_three_cells() {
        let page = catalogue();
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
        let all: usize = series::catalogue().iter().map(|(_, _, series)| series.len()).sum();
        assert_eq!(rows.len(), all);
        for row in rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 4, "{row}");
        }
    }
}
