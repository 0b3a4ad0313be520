//! Reported eigenpairs are eigenpairs, their residuals are what was reported, and none is missing.

use crate::experiment::certificate::EigenpairCertificate;
use crate::experiment::{Probe, Record};
use crate::prediction::{Finding, Judgement, Prediction, Values};
use crate::process::{Kind, certified};

/// The effective eigenvalues above the threshold, at some steps of every process, by a judge that shares no code with the solver.
pub struct EigenpairsCertified;

impl Prediction for EigenpairsCertified {
    fn name(&self) -> &'static str {
        "eigenpairs_certified"
    }

    fn statement(&self) -> &'static str {
        "the eigenpairs of every process are orthonormal, have the residuals that were reported, and none above its threshold is missing"
    }

    fn processes(&self) -> &'static [&'static Kind] {
        certified()
    }

    fn probes(&self) -> Vec<Probe> {
        vec![Probe::Eigenpairs]
    }

    fn judge(&self, record: &Record) -> Finding {
        let control = "WRONG: none is missing without the first";
        let certificates = &record.probes.eigenpairs;
        let tolerance = record.eigen_tolerance;
        let claim = certificates.iter().map(|c| worst(c, tolerance));
        let dropped =
            certificates.iter().filter_map(|c| c.dropped).map(|missed| (missed / tolerance, "missed"));
        Finding { claim: judge(self.statement(), claim), control: judge(control, dropped) }
    }
}

/// The largest entry of `|U' U - I|`: with it, k vectors change a projection by k times as much, still next to nothing beside
/// any residual that is asked for.
const ORTHOGONALITY: f64 = 1e-10;

/// How far a recomputed residual may be from the reported one: both contain rounding of the products, some 1e-14 of the largest
/// eigenvalue in magnitude, which may be a hundred times the largest.
const AGREEMENT: f64 = 1e-12;

/// The certificate's worst finding over what it may be, and what it is.
fn worst(certificate: &EigenpairCertificate, tolerance: f64) -> (f64, &'static str) {
    [
        (certificate.residual / (tolerance + AGREEMENT), "residual"),
        ((certificate.residual - certificate.reported).abs() / AGREEMENT, "reported residual"),
        (certificate.orthogonality / ORTHOGONALITY, "orthogonality"),
        (certificate.missed / tolerance, "missed eigenvalue"),
    ]
    .into_iter()
    .max_by(|a, b| a.0.total_cmp(&b.0))
    .expect("four of them")
}

fn judge(statement: &str, found: impl Iterator<Item = (f64, &'static str)>) -> Judgement {
    let Some((worst, what)) = found.max_by(|a, b| a.0.total_cmp(&b.0)) else {
        return Judgement::not_reached(statement, "no eigenpairs were certified");
    };
    let values =
        Values { predicted: 0.0, measured: worst, discrepancy: worst, tolerance: 1.0, numerical_error: 0.0 };
    let reason = format!(
        "in units of what is allowed, the worst ({what}): residuals up to the run's tolerance and within {AGREEMENT:e} of the reported \
         ones, orthonormal to {ORTHOGONALITY:e}, no eigenvalue missed by more than the tolerance; 40 Lanczos steps in the complement look for it"
    );
    Judgement::new(statement, values, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::Outcome;

    const TOLERANCE: f64 = 1e-5;

    fn verdict(change: impl Fn(&mut EigenpairCertificate)) -> Outcome {
        let mut certificate = EigenpairCertificate {
            step: 3,
            process: "midpoints".to_string(),
            count: 2,
            residual: 0.9 * TOLERANCE,
            reported: 0.9 * TOLERANCE,
            orthogonality: 1e-15,
            missed: 0.0,
            dropped: None,
        };
        change(&mut certificate);
        judge("claim", [worst(&certificate, TOLERANCE)].into_iter()).verdict
    }

    #[test]
    fn each_finding_decides() {
        assert_eq!(verdict(|_| {}), Outcome::Holds);
        assert_eq!(
            verdict(|c| (c.residual, c.reported) = (1.05 * TOLERANCE, 1.05 * TOLERANCE)),
            Outcome::Violated
        );
        assert_eq!(verdict(|c| c.reported *= 0.9), Outcome::Violated);
        assert_eq!(verdict(|c| c.orthogonality = 1e-9), Outcome::Violated);
        assert_eq!(verdict(|c| c.missed = 1.05 * TOLERANCE), Outcome::Violated);
        assert_eq!(verdict(|c| c.residual = f64::NAN), Outcome::Unresolved);
        assert_eq!(judge("claim", [].into_iter()).verdict, Outcome::NotReached);
    }
}
