//! A backup is one state of the store, whatever is written meanwhile, and comes back as it was or not at all.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use predicates::str::contains;

use super::server::{Server, Start, TOKEN, encode};
use super::{canonical, files, gangmu, ingest};

/// Documents that are sent while backups are made.
const DOCUMENTS: usize = 16;
/// Items of each, so that a transaction takes a while.
const ITEMS: usize = 20;
/// Documents that are in before the next backup is begun.
const EVERY: usize = 3;

fn document(number: usize) -> String {
    let mut text = format!("青澜市第{number}号试点工作方案\n\n一、重点任务\n");
    for item in 1..=ITEMS {
        writeln!(text, "{item}.推进第{number}批第{item}项试点。2026年底前建成站点{item}个。（市教育局牵头，市财政局配合）")
            .unwrap();
    }
    text
}

fn back_up(from: &[&str], to: &Path) -> assert_cmd::assert::Assert {
    gangmu().arg("backup").args(from).arg(to).assert()
}

fn restore(file: &Path, store: &Path) -> assert_cmd::assert::Assert {
    gangmu().arg("restore").arg(file).arg("--store").arg(store).assert()
}

/// Lines of the canonical form that name a version as the current one.
fn versions(canonical: &str) -> usize {
    canonical.lines().filter(|line| line.contains("#currentVersion>")).count()
}

#[test]
fn what_is_backed_up_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (store, backups) = (dir.path().join("store"), dir.path().join("backups"));
    fs::create_dir(&backups).unwrap();
    ingest(&store);
    let before = files(&store);
    back_up(&["--store", store.to_str().unwrap()], &backups).success();
    assert_eq!(files(&store), before, "the store is only read");
    let file = fs::read_dir(&backups).unwrap().next().unwrap().unwrap().path();
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("gangmu-2") && name.ends_with("Z.nq.zst"), "{name}");
    let again = dir.path().join("not yet/there");
    restore(&file, &again).success().stdout(contains("quads in"));
    assert_eq!(canonical(&again), canonical(&store));
    let search = "ASK { SERVICE <https://w3id.org/gangmu/ontology#search> { ?t <https://w3id.org/gangmu/ontology#matches> '青澜' } }";
    let mut query = gangmu();
    query.args(["query", "--text", search, "--store"]).arg(&again);
    // No word of an index that had to be built.
    query.assert().success().stdout("true\n").stderr("");
    assert!(!again.with_file_name("there.restoring").exists());
    // Nothing is put in the place of anything.
    restore(&file, &again).code(1).stderr(contains("is not empty"));
    back_up(&["--store", store.to_str().unwrap()], &file)
        .code(1)
        .stderr(contains("is there already"));
    // It is what the program says it is.
    let text = zstd::decode_all(&*fs::read(&file).unwrap()).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut quads: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    quads.sort_unstable();
    assert!(quads.join("\n") == canonical(&store).trim_end());
}

#[test]
fn a_backup_that_is_damaged_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let (store, file) = (dir.path().join("store"), dir.path().join("backup.nq.zst"));
    ingest(&store);
    back_up(&["--store", store.to_str().unwrap()], &file).success();
    let whole = fs::read(&file).unwrap();
    let text = String::from_utf8(zstd::decode_all(&*whole).unwrap()).unwrap();
    let packed = |text: String| zstd::encode_all(text.as_bytes(), 3).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let broken = dir.path().join("broken.nq.zst");
    let target = dir.path().join("new");
    for (bytes, reason) in [
        (whole[..whole.len() * 2 / 3].to_vec(), "not whole"),
        (flipped, "not what was written"),
        (packed(text.replacen("青澜", "青岚", 1)), "not what was written"),
        (packed(text.replacen(" .\n", "\n", 1)), "not what was written"),
        (packed(text.replacen("\"store_format\":2", "\"store_format\":99", 1)), "newer version"),
        (b"<a> <b> <c> .".to_vec(), "not a backup"),
    ] {
        fs::write(&broken, bytes).unwrap();
        restore(&broken, &target).code(1).stderr(contains(reason));
        let mut left: Vec<_> = names(dir.path());
        left.sort();
        assert_eq!(left, ["backup.nq.zst", "broken.nq.zst", "store"], "{reason}");
    }
    restore(&dir.path().join("gone"), &target).code(1).stderr(contains("gone: it cannot be read"));
    // An empty directory is a place for it.
    fs::create_dir(&target).unwrap();
    restore(&file, &target).success();
}

#[test]
fn a_backup_of_a_store_that_is_written_is_one_of_its_states() {
    let server = Server::empty();
    let token = server.dir.path().join("token");
    fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let file = |n: usize| server.dir.path().join(format!("{n}.nq.zst"));
    let (mut backups, in_store) = (0, AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            for n in 0..DOCUMENTS {
                let path = format!("/documents?name={}", encode(&format!("{n:02}.txt")));
                let sent = server.write("POST", &path, "text/plain", &document(n));
                assert_eq!(sent.status, 201, "{}", sent.body);
                in_store.fetch_add(1, Ordering::SeqCst);
            }
        });
        while !sending.is_finished() {
            if in_store.load(Ordering::SeqCst) < backups * EVERY {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            let from = ["--server", &server.address, "--token-file", token.to_str().unwrap()];
            back_up(&from, &file(backups)).success();
            backups += 1;
        }
    });
    let documents = server.dir.path().join("documents");
    fs::create_dir(&documents).unwrap();
    let mut between = 0;
    // What was there after so many documents.
    let reference = server.dir.path().join("reference");
    let mut known = 0;
    for backup in 0..backups {
        let restored = server.dir.path().join(format!("restored-{backup}"));
        restore(&file(backup), &restored).success();
        let canonical = canonical(&restored);
        let count = versions(&canonical);
        assert!(count >= known, "states come in their order");
        between += usize::from(0 < count && count < DOCUMENTS);
        let new: Vec<PathBuf> =
            (known..count).map(|n| documents.join(format!("{n:02}.txt"))).collect();
        for (n, path) in (known..count).zip(&new) {
            fs::write(path, document(n)).unwrap();
        }
        if !new.is_empty() {
            gangmu()
                .args(["ingest", "--quiet", "--store"])
                .arg(&reference)
                .args(new)
                .assert()
                .success();
        }
        known = count;
        if count > 0 {
            assert!(canonical == super::canonical(&reference), "state {count} of backup {backup}");
        }
        fs::remove_dir_all(restored).unwrap();
    }
    assert!(between > 0, "no backup of {backups} was made while documents came");
}

#[test]
fn a_server_gives_backups_to_those_who_may_have_all() {
    let server = Server::with(
        "[[access.tokens]]\nname = 'editor'\nrole = 'editor'\nsha256 = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'\n",
    );
    let get = |token| server.request("HEAD", "/backup", &[], &[], token).status;
    assert_eq!((get(""), get("secret"), get(TOKEN)), (401, 403, 200));
    let file = server.dir.path().join("backup");
    let from = ["--server", &server.address];
    let mut backup = gangmu();
    backup.arg("backup").args(from).arg(&file).env("GANGMU_ADMIN_TOKEN", "wrong");
    backup.assert().code(1).stderr(contains("401 Unauthorized: 需要令牌 A token is needed"));
    back_up(&from, &file).code(1).stderr(contains("--token-file FILE, or GANGMU_ADMIN_TOKEN"));
    assert!(!file.exists());
    // The command line is told the way round the server's lock.
    let store = server.dir.path().join("store");
    back_up(&["--store", store.to_str().unwrap()], &file).code(1).stderr(contains("--server URL"));
    assert_eq!(names(server.dir.path()).len(), 2, "the store and the settings");
}

#[test]
fn a_server_that_only_reads_is_no_hindrance() {
    let server = Start { writes: false, ..Start::default() }.start();
    let store = server.dir.path().join("store");
    let file = server.dir.path().join("backup");
    back_up(&["--store", store.to_str().unwrap()], &file).success();
}

#[test]
fn a_killed_restoring_leaves_no_store_and_can_be_taken_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let (store, file) = (dir.path().join("store"), dir.path().join("backup.nq.zst"));
    ingest(&store);
    back_up(&["--store", store.to_str().unwrap()], &file).success();
    let (target, draft) = (dir.path().join("new"), dir.path().join("new.restoring"));
    for sign in ["lock", "quads/CURRENT", "store.json", "search/meta.json"] {
        let mut restoring = Command::new(env!("CARGO_BIN_EXE_gangmu"))
            .arg("restore")
            .args([&file, &PathBuf::from("--store"), &target])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !draft.join(sign).exists() && restoring.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        restoring.kill().unwrap();
        assert!(!restoring.wait().unwrap().success(), "{sign}: it ended before it was killed");
        assert!(draft.exists() && !target.exists(), "{sign}");
        let mut query = gangmu();
        query.args(["query", "--text", "ASK {}", "--store"]).arg(&target);
        query.assert().code(1).stderr(contains("is not there"));
    }
    restore(&file, &target).success();
    assert!(!draft.exists());
    assert_eq!(canonical(&target), canonical(&store));
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
