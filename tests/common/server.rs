//! A server of one's own for the tests that speak HTTP.
#![allow(dead_code, reason = "every test uses a part of it")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, Weak};

use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

/// The base IRI of a store that `samples` makes.
pub const BASE: &str = "http://127.0.0.1:8080/";
/// The token of role admin that all servers know.
pub const TOKEN: &str = "a-token-for-tests";

/// A server over a store; it ends with the test.
pub struct Server {
    child: Child,
    pub address: String,
    pub dir: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a server is started with.
pub struct Start<'a> {
    pub documents: Option<PathBuf>,
    pub base: &'a str,
    pub settings: &'a str,
    pub args: &'a [&'a str],
    /// What is said to `serve` itself.
    pub flags: &'a [&'a str],
    pub log: Stdio,
    /// Whether the server knows [`TOKEN`], so that its holder may write.
    pub writes: bool,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self {
            documents: Some(samples()),
            base: BASE,
            settings: "",
            args: &[],
            flags: &[],
            log: Stdio::inherit(),
            writes: true,
        }
    }
}

impl Start<'_> {
    pub fn start(self) -> Server {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("store");
        if let Some(documents) = self.documents {
            let mut ingest = Command::new(env!("CARGO_BIN_EXE_gangmu"));
            ingest.args(["ingest", "--quiet", "--base-iri", self.base, "--names"]);
            ingest.arg(documents.join("names.toml")).arg("--store").args([&store, &documents]);
            assert!(ingest.status().unwrap().success());
        }
        let config = dir.path().join("gangmu.toml");
        std::fs::write(&config, self.settings).unwrap();
        let mut serve = Command::new(env!("CARGO_BIN_EXE_gangmu"));
        serve.env_remove("GANGMU_ADMIN_TOKEN");
        if self.writes {
            serve.env("GANGMU_ADMIN_TOKEN", TOKEN);
        }
        let mut child = serve
            .args(self.args)
            .args(["serve", "--bind", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--store")
            .arg(store)
            .args(self.flags)
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(self.log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        Server { child, address, dir }
    }
}

impl Server {
    /// With these lines of settings.
    pub fn with(settings: &str) -> Self {
        Start { settings, ..Start::default() }.start()
    }

    pub fn get(&self, path: &str, accept: &str) -> Response<Body> {
        self.send("GET", path, &[("Accept", accept)])
    }

    /// A request without a body; redirections are not followed.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let uri: Uri = format!("{}{path}", self.address).parse().unwrap();
        let request = ureq::http::Request::builder().method(method).uri(uri);
        let request = headers.iter().fold(request, |r, (name, value)| r.header(*name, *value));
        agent().run(request.body(()).unwrap()).unwrap()
    }

    /// An empty store that the holder of [`TOKEN`] may write to.
    pub fn empty() -> Self {
        Start { documents: None, ..Start::default() }.start()
    }

    /// A request with a body, by the holder of the token if it is not empty.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        token: &str,
    ) -> Answer {
        let uri: Uri = format!("{}{path}", self.address).parse().unwrap();
        let request = ureq::http::Request::builder().method(method).uri(uri);
        let bearer = format!("Bearer {token}");
        let token = (!token.is_empty()).then_some(("authorization", bearer.as_str()));
        let headers = headers.iter().copied().chain(token);
        let request = headers.fold(request, |r, (name, value)| r.header(name, value));
        let response = match method {
            "GET" | "HEAD" | "DELETE" => agent().run(request.body(()).unwrap()),
            _ => agent().run(request.body(body).unwrap()),
        };
        Answer::of(method, response.unwrap())
    }

    /// A request by the holder of [`TOKEN`].
    pub fn write(&self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        self.request(method, path, &[("content-type", kind)], body.as_bytes(), TOKEN)
    }

    /// What anybody gets.
    pub fn read(&self, path: &str, accept: &str) -> Answer {
        self.request("GET", path, &[("accept", accept)], &[], "")
    }

    /// The page that an address or an IRI's path leads to.
    pub fn page(&self, path: &str) -> String {
        let mut response = self.get(path, "text/html");
        if response.status() == 303 {
            let place = header(&response, "location");
            response = self.get(place.split('#').next().unwrap(), "text/html");
        }
        assert_eq!(response.status(), 200, "{path}");
        response.body_mut().read_to_string().unwrap()
    }

    /// The rows of a query, as CSV without the head.
    pub fn rows(&self, query: &str) -> Vec<String> {
        self.rows_below("", query)
    }

    pub fn rows_below(&self, root: &str, query: &str) -> Vec<String> {
        let path = format!("{root}/sparql?query={}", encode(query));
        let csv = self.get(&path, "text/csv").body_mut().read_to_string().unwrap();
        csv.lines().skip(1).map(str::to_owned).collect()
    }

    /// The most memory that it has had so far, in megabytes, where the system tells.
    pub fn peak(&self) -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(peak.trim().trim_end_matches(" kB").parse::<usize>().ok()? >> 10)
    }

    /// Asks the server to stop, as a service manager does.
    pub fn ask_to_stop(&self) {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// Waits until the process has ended.
    pub fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// What it has logged, once it has ended.
    pub fn log(&mut self) -> String {
        std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap()
    }
}

/// What came back, whole.
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub location: String,
    pub body: String,
}

impl Answer {
    fn of(method: &str, mut response: Response<Body>) -> Self {
        // The answer to HEAD may name an encoding, though there is nothing to decode.
        let body = match method {
            "HEAD" => String::new(),
            _ => response.body_mut().read_to_string().unwrap(),
        };
        Self {
            body,
            status: response.status().as_u16(),
            kind: header(&response, "content-type"),
            location: header(&response, "location"),
        }
    }
}

pub fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .allow_non_standard_methods(true)
        .build()
        .into()
}

/// The value of a header; nothing where it is not there.
pub fn header(response: &Response<Body>, name: &str) -> String {
    let values = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap());
    values.collect::<Vec<_>>().join(", ")
}

/// For the query part of an address.
pub fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The path of an IRI of the store as a browser would send it.
pub fn path_of(iri: &str) -> String {
    let path = iri.trim().strip_prefix(BASE.trim_end_matches('/')).unwrap();
    let ascii = |c: char| if c.is_ascii() { c.to_string() } else { encode(&c.to_string()) };
    path.chars().map(ascii).collect()
}

pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/samples")
}

/// The server that the tests which run at the same time share; it ends with the last of them.
pub fn server() -> Arc<Server> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap();
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(Start::default().start());
        *shared = Arc::downgrade(&server);
        server
    })
}
