//! Digests what decides how a document is read, so that a store can tell which program read it (`src/knowledge/digest.rs`).
//!
//! Has the islands embedded anew when `web/` was built anew. Without a profile for release they are read from the folder
//! as the program runs, so there nothing is to be compiled for them.

use std::path::Path;

use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// The stages from bytes to quads, and the libraries that they use. The tables of `seeds/` are digested by the program.
const READING: [&str; 9] = [
    "Cargo.lock",
    "src/extract",
    "src/knowledge",
    "src/model",
    "src/outline",
    "src/pipeline.rs",
    "src/rdf",
    "src/read",
    "src/resolve",
];

fn main() {
    // Not with our prefix: cargo hands it on to what it runs, where GANGMU_ begins a setting.
    println!("cargo:rustc-env=READING_DIGEST={}", reading());
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // A folder that is not there would count as changed each time. Where it cannot be made, that is all that happens.
        let _ = std::fs::create_dir_all("web/dist");
        println!("cargo:rerun-if-changed=web/dist");
    }
}

/// A digest of these files by name and content, wherever they lie.
fn reading() -> String {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let mut digest = Sha256::new();
    for name in READING {
        println!("cargo:rerun-if-changed={name}");
        for entry in WalkDir::new(Path::new(&root).join(name)).sort_by_file_name() {
            let entry = entry.unwrap_or_else(|error| panic!("{name}: {error}"));
            if entry.file_type().is_file() {
                let text = std::fs::read(entry.path()).unwrap_or_else(|e| panic!("{name}: {e}"));
                let path = entry.path().strip_prefix(&root).unwrap_or(entry.path());
                let path = path.to_string_lossy().replace('\\', "/");
                // With lengths, so that what ends one file cannot begin the next.
                for part in [path.as_bytes(), &text] {
                    digest.update(part.len().to_be_bytes());
                    digest.update(part);
                }
            }
        }
    }
    hex::encode(digest.finalize())
}
