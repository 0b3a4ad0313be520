//! How the page looks, in light and in dark mode.

/// The style sheet.
pub const STYLE: &str = "\
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c1c1c; --faint: #6a6a6a; --rule: #dcdcdc;
  --good: #17703a; --bad: #b3261e; --open: #8a5a00;
  --descent: #2a78c2; --gradient-flow: #c8372d; --prediction: #e08a00;
  --sequence-0: #2a78c2; --sequence-1: #d0700a; --sequence-2: #2c8a45;
  --sequence-3: #b0359a; --sequence-4: #7a5cc8; --sequence-5: #7d6a3a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --ink: #e8e8e8; --faint: #a0a4a8; --rule: #3a3d41;
    --good: #6cd08f; --bad: #ff8a80; --open: #f0c060;
    --descent: #6db3f2; --gradient-flow: #ff7a6e; --prediction: #ffb647;
    --sequence-0: #6db3f2; --sequence-1: #ffa552; --sequence-2: #74d18d;
    --sequence-3: #f08be0; --sequence-4: #b6a2ff; --sequence-5: #cbb67c;
  }
}
body {
  margin: 0 auto; padding: 1rem; max-width: 90rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.45 system-ui, sans-serif;
}
h1 { font-size: 1.5rem; }
h2 { font-size: 1.25rem; margin-top: 2.5rem; border-top: 1px solid var(--rule); padding-top: 1rem; }
h3 { font-size: 1rem; margin: 0 0 0.25rem; }
a { color: var(--descent); }
.summary { font-size: 1.15rem; font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.open { color: var(--open); }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; }
figcaption { font-size: 0.85rem; color: var(--faint); }
.chart { display: block; width: 100%; height: auto; }
.chart text { font-size: 12px; fill: var(--faint); }
.chart .at-left { text-anchor: end; dominant-baseline: central; }
.chart .below { text-anchor: middle; }
.grid { stroke: var(--rule); fill: none; stroke-width: 0.7; }
.frame { stroke: var(--faint); fill: none; }
.reference { stroke: var(--faint); fill: none; stroke-width: 1.2; stroke-dasharray: 2 3; }
.line { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.thin { stroke-width: 1.1; }
.thick { stroke-width: 2.2; }
.dashed { stroke-width: 1.8; stroke-dasharray: 6 4; stroke-linecap: butt; }
.broad { stroke-width: 5; stroke-opacity: 0.35; }
.descent { stroke: var(--descent); }
.gradient-flow { stroke: var(--gradient-flow); }
.central-flow { stroke: var(--ink); }
.prediction { stroke: var(--prediction); }
.sequence-0 { stroke: var(--sequence-0); }
.sequence-1 { stroke: var(--sequence-1); }
.sequence-2 { stroke: var(--sequence-2); }
.sequence-3 { stroke: var(--sequence-3); }
.sequence-4 { stroke: var(--sequence-4); }
.sequence-5 { stroke: var(--sequence-5); }
.legend { list-style: none; margin: 0.25rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; font-size: 0.85rem; }
.legend svg { vertical-align: middle; }
table { border-collapse: collapse; margin-top: 1.5rem; font-size: 0.875rem; width: 100%; }
th, td { padding: 0.35rem 0.6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th:nth-child(n+3):nth-child(-n+7), td:nth-child(n+3):nth-child(-n+7) { text-align: right; font-variant-numeric: tabular-nums; }
td:nth-child(n+8) { white-space: nowrap; font-weight: 600; }
summary { color: var(--faint); cursor: pointer; }
details p { margin: 0.3rem 0; }
@media (max-width: 60rem) {
  thead { display: none; }
  table, tbody, tr, td { display: block; }
  tr { padding: 0.6rem 0; border-bottom: 1px solid var(--rule); }
  td, td:nth-child(n+3):nth-child(-n+7) { border: 0; padding: 0.1rem 0; text-align: left; }
  td:first-child { font-weight: 600; overflow-wrap: anywhere; }
  td:nth-child(n+3) { display: inline-block; margin-right: 1.2rem; }
  td:nth-child(n+3)::before { content: attr(data-name) \": \"; color: var(--faint); font-weight: 400; }
}
";

#[cfg(test)]
mod tests {
    use super::STYLE;
    use crate::report::html::figure::SEQUENCE;

    #[test]
    fn every_colour_of_a_sequence_is_there() {
        for index in 0..SEQUENCE {
            assert_eq!(STYLE.matches(&format!("--sequence-{index}: ")).count(), 2);
            assert!(STYLE.contains(&format!(".sequence-{index} {{ stroke: ")));
        }
    }
}
