//! The documents and annotations that stand beside the project on the machines it is developed on.

use std::path::PathBuf;

use super::common;

/// The documents of a folder of `../shared`; none where it is not there, and it says so.
pub fn documents(folder: &str) -> Option<Vec<PathBuf>> {
    let path = format!("../shared/{folder}");
    if !common::project(&path).is_dir() {
        println!("{path} is not here: nothing was tested on it");
        return None;
    }
    Some(common::documents(&path))
}
