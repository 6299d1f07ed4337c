//! Settings hold for all that is run, and each says where it is from.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;

use super::server::samples;
use super::{canonical, gangmu};

#[test]
fn one_file_is_enough_for_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let (file, store) = (dir.path().join("gangmu.toml"), dir.path().join("store"));
    let names = samples().join("names.toml");
    let text = format!(
        "names = {names:?}\n[store]\naddress = {store:?}\nbase_iri = 'https://data.example.cn/'\n"
    );
    fs::write(&file, text).unwrap();
    let run = |args: &[&str]| gangmu().env("GANGMU_CONFIG", &file).args(args).assert();
    run(&["ingest", "--quiet"]).code(2);
    let mut ingest = gangmu();
    ingest.arg("ingest").arg(samples()).arg("--config").arg(&file).assert().success();
    run(&["index"]).success();
    run(&[
        "query",
        "--text",
        "ASK { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?g), 'https://data.example.cn/')) }",
    ])
    .success()
    .stdout("true\n");
    // The names of the file were used.
    run(&[
        "query",
        "--text",
        "ASK { ?a <http://www.w3.org/2004/02/skos/core#prefLabel> '青澜市教育局' }",
    ])
    .success()
    .stdout("true\n");
    assert!(canonical(&store).contains("<https://data.example.cn/"));
    // A flag goes before the file, and without either there is no store.
    run(&["index", "--store", "gone"]).code(1).stderr(contains("gone is not there"));
    let bare = gangmu().args(["index"]).assert();
    bare.code(2).stderr(contains("name it with --store DIR, or with the setting store.address"));
}

#[test]
fn what_is_in_force_is_shown_with_where_it_is_from() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("gangmu.toml");
    fs::write(&file, "[limits]\nbody = 3\nrunning = 3\n").unwrap();
    let mut config = gangmu();
    config.arg("config").arg("--config").arg(&file).args(["--set", "limits.query_timeout=10"]);
    config.env("GANGMU_LIMITS__RUNNING", "7").env("GANGMU_ADMIN_TOKEN", "secret");
    let output = config.assert().success().get_output().stdout.clone();
    let shown = String::from_utf8(output).unwrap();
    for line in [
        format!("limits.body = 3  # {}", file.display()),
        "limits.running = 7  # environment variable GANGMU_LIMITS__RUNNING".to_owned(),
        "limits.query_timeout = 10  # --set".to_owned(),
        "limits.queue = 2.0  # default".to_owned(),
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    assert!(
        shown
            .contains("sha256 is 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b")
    );
    // What is shown is a settings file that gives the same.
    fs::write(&file, &shown).unwrap();
    let again = gangmu().arg("config").arg("--config").arg(&file).assert().success();
    let again = String::from_utf8(again.get_output().stdout.clone()).unwrap();
    let values = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split("  # ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(values(&again), values(&shown));
}

#[test]
fn a_setting_that_is_not_known_ends_every_command_with_its_name_and_place() {
    let dir = tempfile::tempdir().unwrap();
    let said = predicate::str::starts_with(
        "gangmu: environment variable GANGMU_LIMITS__BODDY: there is no setting limits.boddy; those of limits are ",
    );
    for command in [vec!["config"], vec!["index", "--store", "x"], vec!["show", "x"]] {
        let run = gangmu()
            .current_dir(dir.path())
            .env("GANGMU_LIMITS__BODDY", "1")
            .args(command)
            .assert();
        run.code(1).stderr(said.clone());
    }
    gangmu().args(["config", "--set", "limits.body=much"]).assert().code(1).stderr(contains(
        "gangmu: --set: limits.body is \"much\": write it as TOML does, such as 64",
    ));
}
