//! What `deploy/` gives to those who install the program is right.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use predicates::str::contains;

use super::gangmu;

const UNIT: &str = include_str!("../../deploy/gangmu.service");

#[test]
fn the_unit_is_one_that_systemd_takes_and_lets_little_be_done() {
    let dir = tempfile::tempdir().unwrap();
    let unit = dir.path().join("gangmu.service");
    // The program must be there to be started.
    assert!(UNIT.contains("ExecStart=/usr/local/bin/gangmu serve"));
    fs::write(&unit, UNIT.replace("/usr/local/bin/gangmu", env!("CARGO_BIN_EXE_gangmu"))).unwrap();
    for args in [vec!["verify", "--man=no"], vec!["security", "--offline=yes", "--threshold=20"]] {
        let Ok(output) = Command::new("systemd-analyze").args(&args).arg(&unit).output() else {
            println!("systemd-analyze is not here: the unit was not checked");
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{args:?}: {said}{}",
            String::from_utf8_lossy(&output.stdout)
        );
        assert_eq!(said, "", "{args:?}");
    }
}

#[test]
fn the_settings_of_the_service_are_settings() {
    let config = gangmu().args(["config", "--config", "deploy/gangmu.toml"]).assert().success();
    config
        .stdout(contains("store.address = \"/var/lib/gangmu/store\"  # deploy/gangmu.toml"))
        .stdout(contains("log.level = \"info\"  # deploy/gangmu.toml"));
    // What is commented out there is right, too.
    let text = include_str!("../../deploy/gangmu.toml");
    let is_setting = |line: &str| line.starts_with("# [[") || line.contains(" = ");
    let all: Vec<_> = text
        .lines()
        .map(|line| if is_setting(line) { line.trim_start_matches("# ") } else { line })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("all.toml");
    fs::write(&file, all.join("\n")).unwrap();
    let config = gangmu().arg("config").arg("--config").arg(&file).assert().success();
    config
        .stdout(contains("base_iri = \"https://gangmu.example.cn/\""))
        .stdout(contains("role = \"editor\""));
    // Answers under way are not cut off by the service manager.
    let stop = UNIT.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).unwrap();
    let settings = gangmu::config::Config::default();
    assert!(stop.parse::<u64>().unwrap() >= settings.limits.query_timeout.as_secs() + 10);
}

#[test]
fn the_service_manager_is_told_when_the_server_can_be_asked() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(300))).unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_gangmu"))
        .args(["serve", "--bind", "127.0.0.1:0", "--store"])
        .arg(dir.path().join("store"))
        .env("NOTIFY_SOCKET", &socket)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = [0; 64];
    let length = manager.recv(&mut said).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(&said[..length], b"READY=1\n");
}
