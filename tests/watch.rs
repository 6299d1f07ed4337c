//! Folders that are watched, as a user has it: files are put there, changed and removed.
#![cfg(unix)]

#[path = "common/server.rs"]
mod server;

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use server::{Server, Start};

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

/// Whatever a server finds in a folder is asked for again and again, but not beyond this.
const PATIENCE: Duration = Duration::from_secs(120);

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Titles of current versions, each with the last day of its task.
fn due(server: &Server) -> Vec<String> {
    server.rows(
        "PREFIX gm: <https://w3id.org/gangmu/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/>
         SELECT DISTINCT ?title ?day { ?work gm:currentVersion ?version ; dcterms:title ?title .
           ?task a gm:Task ; gm:inVersion ?version ; gm:deadline/gm:date ?day } ORDER BY ?title",
    )
}

#[test]
fn a_server_follows_a_folder_and_shows_what_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let [folder, report] = ["folder", "report"].map(|name| dir.path().join(name));
    fs::create_dir(&folder).unwrap();
    let file = |name: &str| folder.join(name);
    let school = document("学校建设", "教育局");
    fs::write(file("a.txt"), &school).unwrap();
    let settings = format!("[serve]\nwatch = [{folder:?}]\n");
    let flags = ["--report", report.to_str().unwrap()];
    let documents = None;
    let (settings, flags) = (settings.as_str(), flags.as_slice());
    let start = Start { documents, settings, flags, writes: false, ..Start::default() };
    let mut server = Start { log: Stdio::piped(), ..start }.start();

    eventually("a new file", || due(&server) == ["青澜市学校建设工作方案,2026-12-31"]);
    fs::write(file("a.txt"), school.replace("2026", "2027")).unwrap();
    eventually("a changed file", || due(&server) == ["青澜市学校建设工作方案,2027-12-31"]);
    fs::write(file("b.txt"), document("水利建设", "水利局")).unwrap();
    eventually("one more file", || due(&server).len() == 2);
    let shown = |path: &str| server.page(path).contains("青澜市水利建设工作方案");
    let search = format!("/search?q={}", server::encode("水利建设"));
    eventually("the pages have it", || shown("/documents") && shown(&search));
    fs::remove_file(file("b.txt")).unwrap();
    eventually("a removed file", || due(&server).len() == 1);
    eventually("no page has it", || !shown("/documents") && !shown(&search));
    fs::write(file("c.docx"), "no such thing").unwrap();
    let told = || fs::read_to_string(&report).unwrap();
    eventually("a file that cannot be read", || told().contains("\"outcome\":\"failed\""));

    // Nobody else may write, over HTTP or on the disk.
    let post = |token| {
        let headers = [("content-type", "text/plain"), ("content-disposition", "filename=d.txt")];
        server.request("POST", "/documents", &headers, b"d", token).status
    };
    assert_eq!((post(""), post(server::TOKEN)), (403, 403));
    let store = server.dir.path().join("store");
    let ingest = gangmu(&["ingest", "--store"]).arg(&store).arg(file("a.txt")).output().unwrap();
    assert_eq!(ingest.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ingest.stderr).contains("is in use by another process"));

    // It ends with the server, which leaves a whole store.
    server.ask_to_stop();
    assert!(server.ended().success());
    let log = server.log();
    assert!(log.contains("c.docx") && log.contains("not taken in"), "{log}");
    let outcomes = told();
    let outcomes: Vec<_> = outcomes
        .lines()
        .map(|line| line.split("\"outcome\":\"").nth(1).unwrap().split('"').next().unwrap())
        .collect();
    assert_eq!(outcomes, ["new", "new version", "new", "removed", "failed"]);
    let kept = canonical(&store);
    assert_eq!(kept.matches("#currentVersion>").count(), 1);
}

#[test]
fn a_report_without_anything_watched_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut serve = gangmu(&["serve", "--report", "report", "--store"]);
    let refused = serve.arg(dir.path().join("store")).current_dir(dir.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("serve.watch"));
    assert!(fs::read_dir(dir.path()).unwrap().next().is_none());
}

#[cfg(target_os = "linux")]
#[test]
fn a_look_that_fails_does_not_end_the_server() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.txt"), document("学校建设", "教育局")).unwrap();
    // The report stands on a disk that is full.
    let flags = ["--watch", dir.path().to_str().unwrap(), "--report", "/dev/full"];
    let start = Start { documents: None, flags: &flags, writes: false, ..Start::default() };
    let mut server = Start { log: Stdio::piped(), ..start }.start();
    eventually("the file is in", || due(&server).len() == 1);
    server.ask_to_stop();
    assert!(server.ended().success());
    let log = server.log();
    assert!(log.contains("the report /dev/full cannot be written"), "{log}");
}
