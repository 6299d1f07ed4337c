//! The pages: how long each takes, beside a static file in the same run, and how large it is over the wire.
//!
//! `make bench-pages` runs it on the samples, `make bench-pages DOCS=…` on other documents. Pages and the style sheet are
//! asked for by turns over one connection that is kept, compressed as a browser has them; what else the machine does
//! meanwhile falls on all of them.
//!
//! Environment: `GANGMU` another binary of ours, `ROUNDS` how often each page is asked for.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use ureq::Agent;

/// What is as fast as it can be.
const STATIC: &str = "/style.css";
const PAGES: [&str; 11] = [
    "/",
    "/documents",
    "/agencies",
    "/tasks",
    "/targets",
    "/matrix",
    "/policies",
    "/search?q=%E5%85%BB%E8%80%81",
    "/sparql",
    "/en/tasks",
    "/page/ontology",
];
/// Lists whose first things are asked for too, and what the addresses of those begin with.
const LISTS: [(&str, &str); 3] =
    [("/documents", "/page/work/"), ("/agencies", "/page/agency/"), ("/policies", "/policy/")];

/// A server; it ends with the benchmark.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let gangmu = env::var_os("GANGMU").unwrap_or_else(|| env!("CARGO_BIN_EXE_gangmu").into());
    let rounds = env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    // Cargo adds `--bench`.
    let documents = env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let documents = documents.map_or(project.join("seeds/samples"), PathBuf::from);

    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = dir.path().join("store");
    let mut ingest = Command::new(&gangmu);
    ingest.args(["ingest", "--quiet", "--store"]).arg(&store).arg(&documents);
    let names = documents.join("names.toml");
    if names.is_file() {
        ingest.arg("--names").arg(names);
    }
    // Documents that cannot be read are named; the others are served.
    let _ = ingest.status().expect("our binary runs");
    let mut serve = Command::new(&gangmu);
    serve.args(["serve", "--bind", "127.0.0.1:0", "--store"]).arg(&store);
    let mut server = Server(serve.stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut line = String::new();
    let out = server.0.stdout.take().expect("it is piped");
    BufReader::new(out).read_line(&mut line).expect("it says where it is");
    let address = line.split_whitespace().next().expect("an address").trim_end_matches('/');

    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let ask = |path: &str, encoding: &str| {
        let request = agent.get(format!("{address}{path}"));
        let request = request.header("Accept", "text/html").header("Accept-Encoding", encoding);
        let mut response = request.call().expect("it answers");
        let body = response.body_mut().read_to_vec().expect("a whole answer");
        (response.status().as_u16(), body)
    };
    let mut pages: Vec<String> = PAGES.map(str::to_owned).into();
    for (list, begins) in LISTS {
        let (_, html) = ask(list, "identity");
        let html = String::from_utf8_lossy(&html);
        let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        pages.extend(links.filter(|link| link.starts_with(begins)).take(1).map(str::to_owned));
    }
    pages.push(STATIC.to_owned());

    let mut times: Vec<Vec<f64>> = vec![Vec::new(); pages.len()];
    let mut sizes = vec![0; pages.len()];
    for round in 0..=rounds {
        for (at, page) in pages.iter().enumerate() {
            let begun = Instant::now();
            let (status, body) = ask(page, "br");
            assert_eq!(status, 200, "{page}");
            sizes[at] = body.len();
            // The first round fills what is kept.
            if round > 0 {
                times[at].push(begun.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
    let part = |times: &mut [f64], part: f64| {
        times.sort_by(f64::total_cmp);
        times[((times.len() - 1) as f64 * part) as usize]
    };
    let still = part(times.last_mut().expect("the static file"), 0.95);
    println!("| page | kB over the wire | p50 ms | p95 ms | times the static file |");
    println!("|---|--:|--:|--:|--:|");
    for ((page, times), size) in pages.iter().zip(&mut times).zip(&sizes) {
        let (p50, p95) = (part(times, 0.5), part(times, 0.95));
        let size = *size as f64 / 1000.0;
        println!("| {page} | {size:.1} | {p50:.2} | {p95:.2} | {:.1} |", p95 / still);
    }
}
