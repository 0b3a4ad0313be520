//! Verdicts for programs.

use crate::suite::Verification;

/// The verification as JSON: `verdicts`, `failures`, `stops`, `interrupted`, `finished_cases` and `cases`. What is not
/// finite is null.
pub fn json(verification: &Verification) -> serde_json::Result<String> {
    serde_json::to_string_pretty(verification).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::report::table::tests::sample;

    #[test]
    fn the_shape_is_as_documented() {
        let text = super::json(&sample()).expect("it serialises");
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        let row = &value["verdicts"][0];
        let judgement = [
            "statement",
            "predicted",
            "measured",
            "discrepancy",
            "tolerance",
            "numerical_error",
            "statistics",
            "truncation",
            "resolution",
            "reason",
            "verdict",
        ];
        for key in ["suite", "experiment", "seed", "prediction"].iter().chain(&judgement) {
            assert!(row.get(key).is_some(), "{key} is missing in {row}");
        }
        let control = row["control"].as_object().expect("an object");
        assert_eq!(control.len(), judgement.len());
        assert!(judgement.iter().all(|key| control.contains_key(*key)));
        assert_eq!(row["verdict"], json!("holds"));
        assert_eq!(control["verdict"], json!("violated"));
        assert_eq!(
            (&value["interrupted"], &value["failures"][0]["message"]),
            (&json!(false), &json!("too large"))
        );
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let mut verification = sample();
        verification.verdicts[0].finding.claim.predicted = Some(f64::NAN);
        verification.verdicts[0].finding.claim.measured = Some(f64::INFINITY);
        let text = super::json(&verification).expect("it serialises");
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        assert!(value["verdicts"][0]["predicted"].is_null() && value["verdicts"][0]["measured"].is_null());
        assert!(value["verdicts"][1]["measured"].is_null());
    }
}
