//! Folders that are watched, as a user has it: files are put there, changed and removed.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

fn gangmu(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gangmu"));
    command.args(arguments).env_remove("GANGMU_NAMES").env_remove("RUST_LOG");
    command
}

fn document(title: &str, bureau: &str) -> String {
    format!(
        "青澜市{title}工作方案\n一、重点任务\n1.推进{title}。2026年底前完成。（市{bureau}牵头）\n"
    )
}

struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watching {
    fn start(store: &Path, folder: &Path, report: &Path) -> Self {
        let mut watch = gangmu(&["ingest", "--watch", "--store"]);
        watch.arg(store).arg(folder).arg("--report").arg(report);
        let mut child = watch.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Waits for what is said next, of one file.
    fn says(&mut self, outcome: &str, name: &str) {
        let line = self.lines.next().unwrap().unwrap();
        assert!(line.starts_with(outcome) && line.ends_with(name), "{outcome} {name}: {line}");
    }

    fn end(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn canonical(store: &Path) -> String {
    let export = gangmu(&["export", "--canonical", "--store"]).arg(store).output().unwrap();
    assert!(export.status.success());
    String::from_utf8(export.stdout).unwrap()
}

/// The graph of files taken in in this order.
fn ingested(files: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path: PathBuf = dir.path().join(name);
        fs::write(&path, text).unwrap();
        let mut ingest = gangmu(&["ingest", "--quiet", "--store"]);
        assert!(ingest.arg(dir.path().join("store")).arg(path).status().unwrap().success());
    }
    canonical(&dir.path().join("store"))
}

#[test]
fn the_store_follows_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let [folder, store, report] = ["folder", "store", "report"].map(|name| dir.path().join(name));
    let file = |name: &str| folder.join(name);
    fs::create_dir_all(file("below")).unwrap();
    let (school, water) = (document("学校建设", "教育局"), document("水利建设", "水利局"));
    fs::write(file("a.txt"), &school).unwrap();
    let mut watching = Watching::start(&store, &folder, &report);
    watching.says("new", "a.txt");
    fs::write(file("below/b.txt"), &water).unwrap();
    watching.says("new", "b.txt");
    // Another text of the work; then a text of another work, which the file has in its place.
    let revised = school.replace("2026", "2027");
    fs::write(file("a.txt"), &revised).unwrap();
    watching.says("new version", "a.txt");
    fs::write(file("c.txt"), document("审计整改", "审计局")).unwrap();
    watching.says("new", "c.txt");
    let trade = document("商贸流通", "商务局");
    fs::write(file("c.txt"), &trade).unwrap();
    watching.says("new", "c.txt");
    fs::remove_file(file("below/b.txt")).unwrap();
    watching.says("removed", "b.txt");
    watching.end();
    assert!(
        canonical(&store)
            == ingested(&[("a.txt", &school), ("a.txt", &revised), ("c.txt", &trade)])
    );
    let report = fs::read_to_string(report).unwrap();
    assert!(report.lines().last().unwrap().contains("\"outcome\":\"removed\""), "{report}");

    // Watching again reads nothing again, and goes on.
    let report = dir.path().join("again");
    let mut watching = Watching::start(&store, &folder, &report);
    watching.says("unchanged", "a.txt");
    watching.says("unchanged", "c.txt");
    fs::remove_file(file("a.txt")).unwrap();
    watching.says("removed", "a.txt");
    watching.end();
    assert!(canonical(&store) == ingested(&[("c.txt", &trade)]));
}

#[test]
fn a_folder_that_is_not_there_for_a_while_takes_nothing_away() {
    let dir = tempfile::tempdir().unwrap();
    let [folder, store, report] = ["folder", "store", "report"].map(|name| dir.path().join(name));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("a.txt"), document("学校建设", "教育局")).unwrap();
    fs::write(folder.join("b.txt"), document("水利建设", "水利局")).unwrap();
    let mut watching = Watching::start(&store, &folder, &report);
    watching.says("new", "a.txt");
    watching.says("new", "b.txt");
    let away = dir.path().join("away");
    fs::rename(&folder, &away).unwrap();
    // A look at least passes without it.
    std::thread::sleep(std::time::Duration::from_secs(3));
    fs::rename(&away, &folder).unwrap();
    fs::remove_file(folder.join("b.txt")).unwrap();
    watching.says("removed", "b.txt");
    watching.end();
    assert_eq!(canonical(&store).matches("#currentVersion>").count(), 1);
}
