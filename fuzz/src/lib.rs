//! What the fuzz targets share: the tables, the checks of `tests/common/sound.rs`, and the format.

use std::sync::LazyLock;

use gangmu::knowledge::Knowledge;

#[path = "../../tests/common/sound.rs"]
pub mod sound;

/// The tables that come with the program.
pub static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::embedded);

/// The names under which an input is read: the format follows from the name and the content.
pub const NAMES: [&str; 2] = ["a.txt", "a.html"];
