//! A digest of what the program knows and of its own code, so that a store can tell with which knowledge a document was
//! read.

use sha2::{Digest, Sha256};

/// All tables that decide how a document is read.
const SEEDS: [&str; 12] = [
    include_str!("../../seeds/agencies.toml"),
    include_str!("../../seeds/citations.toml"),
    include_str!("../../seeds/confidence.toml"),
    include_str!("../../seeds/deadlines.toml"),
    include_str!("../../seeds/debris.toml"),
    include_str!("../../seeds/divisions.csv"),
    include_str!("../../seeds/divisions.toml"),
    include_str!("../../seeds/names.toml"),
    include_str!("../../seeds/outline.toml"),
    include_str!("../../seeds/prose.toml"),
    include_str!("../../seeds/roles.toml"),
    include_str!("../../seeds/targets.toml"),
];

/// A digest of the code that reads: a program may be changed without another version number. See `build.rs`.
const READING: &str = env!("READING_DIGEST");

/// The digest of the code, of the tables and of the user's own names, as hexadecimal digits.
pub(super) fn digest(names: &str) -> String {
    let tables = [READING].into_iter().chain(SEEDS).chain([names]);
    let digest = tables.fold(Sha256::new(), |digest, table| {
        // With its length, so that what ends one table cannot begin the next.
        digest.chain_update(table.len().to_be_bytes()).chain_update(table)
    });
    hex::encode(&digest.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_table_counts() {
        let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds"));
        let paths = entries.unwrap().map(|entry| entry.unwrap().path());
        let tables = paths.filter(|path| {
            path.extension().is_some_and(|ending| ending == "toml" || ending == "csv")
        });
        let tables: BTreeSet<_> =
            tables.map(|path| std::fs::read_to_string(path).unwrap()).collect();
        assert_eq!(tables, SEEDS.into_iter().map(str::to_owned).collect());
    }

    #[test]
    fn other_names_are_other_knowledge() {
        assert_eq!(digest(""), digest(""));
        assert_ne!(digest(""), digest("[[division]]"));
        assert_eq!(digest("").len(), 16);
    }
}
