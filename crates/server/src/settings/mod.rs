//! Settings: their shape, and the layers they come from.

mod layers;
mod sections;

pub use layers::{Faults, load};
pub use sections::*;

/// The folder of what the program makes for itself: generated secrets, states of imports.
pub const DATA_FOLDER: &str = "data";
