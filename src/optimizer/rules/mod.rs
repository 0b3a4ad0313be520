//! Update rules, one a file.

mod adam;
mod ema_momentum;
mod gradient_descent;
mod heavy_ball;
mod nesterov;
mod rmsprop;
mod scalar_rmsprop;

pub use adam::{Adam, AdamEntry};
pub use ema_momentum::EmaMomentumEntry;
pub use gradient_descent::{GradientDescent, GradientDescentEntry};
pub use heavy_ball::HeavyBallEntry;
pub use nesterov::NesterovEntry;
pub use rmsprop::{Rmsprop, RmspropEntry, Roots};
pub use scalar_rmsprop::{ScalarRmsprop, ScalarRmspropEntry};

use super::Entry;
use crate::source::Kind;

/// All kinds of rules; a new file gets its lines here.
pub fn kinds() -> Vec<&'static Kind<dyn Entry>> {
    vec![
        &gradient_descent::KIND,
        &heavy_ball::KIND,
        &nesterov::KIND,
        &ema_momentum::KIND,
        &scalar_rmsprop::KIND,
        &rmsprop::KIND,
        &adam::KIND,
    ]
}
