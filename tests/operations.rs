//! What those who run the program do with it: settings, backups, migration, looking for faults.

#[path = "operations/backup.rs"]
mod backup;
#[path = "operations/deploy.rs"]
mod deploy;
#[path = "operations/doctor.rs"]
mod doctor;
#[path = "operations/migration.rs"]
mod migration;
#[path = "common/server.rs"]
mod server;
#[path = "operations/settings.rs"]
mod settings;

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// The program, with nothing of the environment that it takes settings from.
fn gangmu() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gangmu"));
    for (name, _) in std::env::vars() {
        if name.starts_with("GANGMU_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
}

/// Makes a store of the samples at `dir`.
fn ingest(dir: &Path) {
    let mut ingest = gangmu();
    ingest.args(["ingest", "--quiet", "--names"]).arg(server::samples().join("names.toml"));
    ingest.arg("--store").args([dir, &server::samples()]).assert().success();
}

/// What a store says, in the one form that this has.
fn canonical(dir: &Path) -> String {
    let mut export = gangmu();
    export.args(["export", "--canonical", "--store"]).arg(dir);
    String::from_utf8(export.assert().success().get_output().stdout.clone()).unwrap()
}

/// All files below a directory, with what is in them; but for the database's own log of its doings.
fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = walkdir::WalkDir::new(dir)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| {
            path.is_file() && !path.file_name().unwrap().to_string_lossy().starts_with("LOG")
        })
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}
