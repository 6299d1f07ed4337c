//! The endpoint beside `oxigraph serve`: the same triples, the same machine, the same questions, in turn.
//!
//! `make bench` runs it on the samples, `make bench DOCS=…` on other documents. Every question of `queries/` is asked
//! as it stands, with JSON rows as the answer, over 1 and 16 connections that are kept. Three servers take turns: ours with
//! its cache of answers, ours without, and `oxigraph serve-read-only --union-default-graph` on our export. Before anything
//! is measured their answers are compared.
//!
//! Environment: `GANGMU` another binary of ours, `OXIGRAPH` another of theirs, `SECONDS` how long each measurement takes.

use std::collections::BTreeSet;
use std::env;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const CONNECTIONS: [usize; 2] = [1, 16];

/// Rounds that each measurement is made in, by turns: what else the machine does meanwhile falls on all servers.
const ROUNDS: u32 = 5;

fn main() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = |name: &str, default: PathBuf| env::var_os(name).map_or(default, PathBuf::from);
    let ours = path("GANGMU", env!("CARGO_BIN_EXE_gangmu").into());
    let theirs = path("OXIGRAPH", project.join("target/venv/bin/oxigraph"));
    let seconds = env::var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2.0);
    let time = Duration::from_secs_f64(seconds);
    // Cargo adds `--bench`.
    let documents = env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let documents = documents.map_or(project.join("seeds/samples"), PathBuf::from);

    let dir = tempfile::tempdir().expect("a temporary directory");
    let servers = start(dir.path(), &ours, &theirs, &documents);
    println!("| question | connections | server | answers/s | p50 ms | p99 ms |");
    println!("|---|--:|---|--:|--:|--:|");
    let mut worse = Vec::new();
    for (name, query) in questions(&project.join("queries")) {
        compare(&name, &query, &servers);
        for connections in CONNECTIONS {
            let mut rounds: Vec<Vec<Figures>> = servers.iter().map(|_| Vec::new()).collect();
            for _ in 0..ROUNDS {
                for (server, figures) in servers.iter().zip(&mut rounds) {
                    figures.push(server.load(&query, connections, time / ROUNDS));
                }
            }
            let figures: Vec<Figures> = rounds.into_iter().map(middle).collect();
            for (server, figures) in servers.iter().zip(&figures) {
                let Figures { rate, p50, p99 } = figures;
                let name = format!("{name} | {connections} | {}", server.name);
                println!("| {name} | {rate:.0} | {p50:.2} | {p99:.2} |");
            }
            if let [cached, plain, other] = figures.as_slice() {
                let ratio = (plain.rate / other.rate, cached.rate / other.rate);
                worse.push((
                    ratio.0,
                    format!("{name} at {connections}: {:.2}, cached {:.2}", ratio.0, ratio.1),
                ));
            }
        }
    }
    worse.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    println!("\nAnswers a second of ours for each of theirs, the least first:");
    for (_, line) in worse {
        println!("{line}");
    }
}

/// A server; it ends with the benchmark.
struct Server {
    name: &'static str,
    address: String,
    path: &'static str,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(dir: &Path, ours: &Path, theirs: &Path, documents: &Path) -> Vec<Server> {
    let store = dir.join("store");
    let mut ingest = Command::new(ours);
    ingest.args(["ingest", "--quiet", "--store"]).arg(&store).arg(documents);
    let names = documents.join("names.toml");
    if names.is_file() {
        ingest.arg("--names").arg(names);
    }
    // Documents that cannot be read are named; the others are asked about.
    let _ = ingest.status().expect("our binary runs");
    let triples = dir.join("triples.nq");
    let export = Command::new(ours)
        .args(["export", "--format", "nq", "--store"])
        .arg(&store)
        .stdout(File::create(&triples).unwrap())
        .status();
    assert!(export.unwrap().success());

    let gangmu = |name, settings: &str| {
        let config = dir.join(format!("{}.toml", name));
        std::fs::write(&config, settings).unwrap();
        let address = free();
        let mut serve = Command::new(ours);
        serve.args(["--quiet", "serve", "--bind", &address, "--config"]).arg(config);
        serve.arg("--store").arg(&store);
        Server::new(name, address, "/sparql", serve)
    };
    // Sixteen ask at once, which is no reason to refuse any of them.
    let queue = "[limits]\nqueue = 60.0\n";
    let no_cache = format!("{queue}[cache]\nmemory = 0\n");
    let mut servers = vec![gangmu("gangmu", queue), gangmu("gangmu, no cache", &no_cache)];
    if !theirs.exists() {
        eprintln!("{} is not there (.ci/clients installs it): ours only", theirs.display());
        return servers;
    }
    let location = dir.join("theirs");
    let mut load = Command::new(theirs);
    load.args(["load", "--location"]).arg(&location).arg("--file").arg(&triples);
    assert!(load.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    let address = free();
    let mut serve = Command::new(theirs);
    serve.args(["serve-read-only", "--union-default-graph", "--bind", &address, "--location"]);
    serve.arg(location);
    servers.push(Server::new("oxigraph", address, "/query", serve));
    servers
}

/// An address nobody listens at.
fn free() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The questions, by name.
fn questions(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).expect("the questions can be read");
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rq"))
        .map(read)
        .collect()
}

/// All servers must answer alike before it means anything which is faster.
fn compare(name: &str, query: &str, servers: &[Server]) {
    let answers = servers.iter().map(|server| {
        let (_, body) = Connection::open(server).ask(&server.request(query));
        let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON rows");
        let rows = answer["results"]["bindings"].as_array().expect("rows").clone();
        rows.iter().map(in_order).collect::<BTreeSet<_>>()
    });
    let answers: Vec<_> = answers.collect();
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "{name}: the servers' answers differ"
    );
}

/// A row, with the parts of what GROUP_CONCAT puts together in one order: SPARQL leaves it open.
fn in_order(row: &serde_json::Value) -> String {
    let row = row.to_string();
    let mut parts: Vec<_> = row.split(['、', '"']).collect();
    parts.sort_unstable();
    parts.join("、")
}

/// What a measurement gives: answers a second, milliseconds.
struct Figures {
    rate: f64,
    p50: f64,
    p99: f64,
}

impl Server {
    fn new(name: &'static str, address: String, path: &'static str, mut serve: Command) -> Self {
        let child = serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let server = Self { name, address, path, child };
        let begun = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{name} does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    fn request(&self, query: &str) -> Vec<u8> {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nAccept: application/sparql-results+json\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n",
            self.path,
            self.address,
            query.len()
        );
        [head.as_bytes(), query.as_bytes()].concat()
    }

    /// Asks over so many connections at once, after a while of warming up.
    fn load(&self, query: &str, connections: usize, time: Duration) -> Figures {
        let request = self.request(query);
        let warm = Instant::now() + time / 4;
        let end = warm + time;
        let asked: Vec<Vec<f64>> = thread::scope(|scope| {
            let ask = || {
                let mut connection = Connection::open(self);
                let mut times = Vec::new();
                loop {
                    let begun = Instant::now();
                    if begun >= end {
                        return times;
                    }
                    let (status, _) = connection.ask(&request);
                    assert_eq!(status, 200, "{}", self.name);
                    if begun >= warm {
                        times.push(begun.elapsed().as_secs_f64() * 1000.0);
                    }
                }
            };
            let threads: Vec<_> = (0..connections).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut times = asked.concat();
        times.sort_by(f64::total_cmp);
        let at = |part: f64| {
            times.get((times.len() as f64 * part) as usize).copied().unwrap_or(f64::NAN)
        };
        Figures { rate: times.len() as f64 / time.as_secs_f64(), p50: at(0.5), p99: at(0.99) }
    }
}

/// The round with the rate in the middle.
fn middle(mut rounds: Vec<Figures>) -> Figures {
    rounds.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    rounds.swap_remove(rounds.len() / 2)
}

/// HTTP/1.1 and no more, so that the client costs less than what it measures.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(server: &Server) -> Self {
        let stream = TcpStream::connect(&server.address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::with_capacity(1 << 16, stream))
    }

    /// The status and the body of the answer.
    fn ask(&mut self, request: &[u8]) -> (u16, Vec<u8>) {
        self.0.get_mut().write_all(request).unwrap();
        let status = self.line().split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
        let mut length = None;
        loop {
            let line = self.line().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok();
            }
        }
        let mut body = Vec::new();
        match length {
            Some(length) => self.read(length, &mut body),
            None => loop {
                let size = usize::from_str_radix(&self.line(), 16).unwrap();
                self.read(size, &mut body);
                self.line();
                if size == 0 {
                    break;
                }
            },
        }
        (status, body)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn read(&mut self, length: usize, body: &mut Vec<u8>) {
        let start = body.len();
        body.resize(start + length, 0);
        self.0.read_exact(&mut body[start..]).unwrap();
    }
}
