//! How a suite file names an objective, and how the objective is built from that.

use serde::{Deserialize, Serialize};

use super::{Crossing, Landscape, Leaving, MatrixValley, Network, Objective};
use crate::data::{Dataset, digits, gaussian};
use crate::model::mlp::{Activation, Mlp};
use crate::numeric::random::Stream;

/// An objective as written in a suite file: exactly one of the variants' names is the key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ObjectiveSpec {
    /// A network trained on data.
    Network(NetworkSpec),
    /// `L(x) = 1/2 sum_i lambda_i x_i^2` in a seeded random orthonormal basis.
    Quadratic {
        /// The eigenvalues lambda_i of the Hessian.
        spectrum: Vec<f64>,
    },
    /// `L(x, y) = 1/2 (curvature + y) |x|^2 - slope y`, nearly: see [`Landscape::Valley`].
    Valley {
        /// The sharpness at y = 0.
        curvature: f64,
        /// The slope along the valley, the force of progressive sharpening.
        slope: f64,
        /// The number of sharp directions: that many critical eigenvalues.
        directions: usize,
    },
    /// A valley whose curvature is a matrix: a Sigma of full rank that is not diagonal, known exactly.
    MatrixValley(MatrixValley),
    /// Two eigenvalues that change places near the edge or at it.
    Crossing(Crossing),
    /// A valley whose sharpness comes to the edge and leaves it again.
    Leaving(Leaving),
}

/// A fully connected network, its data and its loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// The data set.
    pub data: DataName,
    /// The number of examples used, chosen by the seed.
    pub examples: usize,
    /// The widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// The pointwise function after each hidden layer.
    pub activation: Activation,
    /// The loss.
    pub loss: Loss,
}

/// The data sets there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataName {
    /// The UCI optical digits, 1,797 images of 8 x 8 pixels.
    Digits,
    /// Seeded normal inputs with 3,072 features and 4 classes, for benchmarks.
    Gaussian,
}

/// The losses there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// `1/2 mean_n sum_out (f - y)^2` with one-hot targets y.
    Mse,
    /// `mean_n (log sum_out exp f - f_label)`.
    CrossEntropy,
}

/// Why an objective cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// More examples than the data set has, or none.
    #[error("examples = {asked}, but the data set has {available}: accepted are 1 to {available}")]
    Examples {
        /// What was asked for.
        asked: usize,
        /// What there is.
        available: usize,
    },
    /// An empty spectrum, no sharp direction or a layer of width zero.
    #[error("{0}")]
    Empty(&'static str),
    /// A landscape whose parameters do not make what its name says.
    #[error("{0}")]
    Shape(&'static str),
}

/// The keys of an objective whose values are arrays, where there is such an objective; at all others an array is a sweep.
pub fn lists(objective: &str) -> Option<&'static [&'static str]> {
    Some(match objective {
        "network" => &["hidden"],
        "quadratic" => &["spectrum"],
        "matrix_valley" => &["curvature", "slope"],
        "crossing" => &["curvature"],
        "valley" | "leaving" => &[],
        _ => return None,
    })
}

impl DataName {
    /// The number of examples the data set can give.
    pub fn available(self) -> usize {
        match self {
            DataName::Digits => digits::EXAMPLES,
            DataName::Gaussian => gaussian::MOST_EXAMPLES,
        }
    }

    /// The numbers of features and of targets of an example.
    pub(super) fn widths(self) -> (usize, usize) {
        match self {
            DataName::Digits => (digits::FEATURES, digits::CLASSES),
            DataName::Gaussian => (gaussian::FEATURES, gaussian::CLASSES),
        }
    }
}

impl ObjectiveSpec {
    /// Builds the objective; everything random in it comes from `seed`.
    pub fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        match self {
            ObjectiveSpec::Network(network) => network.build(seed),
            ObjectiveSpec::Quadratic { spectrum } if spectrum.is_empty() => {
                Err(BuildError::Empty("spectrum is empty: accepted is at least one eigenvalue"))
            }
            ObjectiveSpec::Quadratic { spectrum } => Ok(Box::new(Landscape::quadratic(spectrum, seed))),
            ObjectiveSpec::Valley { directions: 0, .. } => {
                Err(BuildError::Empty("directions = 0: accepted is at least 1"))
            }
            &ObjectiveSpec::Valley { curvature, slope, directions } => {
                Ok(Box::new(Landscape::valley(curvature, slope, directions, seed)))
            }
            ObjectiveSpec::MatrixValley(valley) if !valley.is_well_formed() => {
                Err(BuildError::Shape(MatrixValley::ACCEPTED))
            }
            ObjectiveSpec::MatrixValley(valley) => Ok(Box::new(valley.build(seed))),
            ObjectiveSpec::Crossing(crossing) if !crossing.is_well_formed() => {
                Err(BuildError::Shape(Crossing::ACCEPTED))
            }
            ObjectiveSpec::Crossing(crossing) => Ok(Box::new(crossing.build(seed))),
            ObjectiveSpec::Leaving(leaving) if !leaving.is_well_formed() => {
                Err(BuildError::Shape(Leaving::ACCEPTED))
            }
            ObjectiveSpec::Leaving(leaving) => Ok(Box::new(leaving.build(seed))),
        }
    }
}

impl NetworkSpec {
    fn build(&self, seed: u64) -> Result<Box<dyn Objective>, BuildError> {
        let (asked, available) = (self.examples, self.data.available());
        if asked == 0 || asked > available {
            return Err(BuildError::Examples { asked, available });
        }
        if self.hidden.contains(&0) {
            return Err(BuildError::Empty("hidden has a layer of width 0: accepted is at least 1"));
        }
        Ok(Box::new(Network::new(&self.architecture(), &self.examples(seed), self.loss, seed)))
    }

    /// The network, between the widths of the data.
    pub(super) fn architecture(&self) -> Mlp {
        let (inputs, outputs) = self.data.widths();
        Mlp { inputs, hidden: self.hidden.clone(), outputs, activation: self.activation }
    }

    /// The examples that `seed` chooses.
    fn examples(&self, seed: u64) -> Dataset {
        match self.data {
            DataName::Digits => digits::digits()
                .select(&Stream::new(seed, "examples").choose(digits::EXAMPLES, self.examples)),
            DataName::Gaussian => {
                gaussian::gaussian(self.examples, gaussian::FEATURES, gaussian::CLASSES, seed)
            }
        }
    }
}

#[cfg(test)]
mod tests;
