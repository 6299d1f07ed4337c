//! A served store, for the tests of the endpoint.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use ureq::http::{Method, Request, Response};
use ureq::{Agent, Body};

/// The token of the role admin that a server which may be written to knows.
pub const TOKEN: &str = "gm_of_the_tests";

/// A server over a store of its own; both end with the test.
pub struct Served {
    child: Child,
    /// `http://host:port`
    pub address: String,
    _dir: TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub location: String,
    pub body: String,
}

impl Served {
    /// An empty store that the holder of [`TOKEN`] may write to.
    pub fn to_write() -> Self {
        Self::start(&["--names", "seeds/samples/names.toml"], "", &[("GANGMU_ADMIN_TOKEN", TOKEN)])
    }

    /// An empty store, served with these arguments, settings and environment.
    pub fn start(arguments: &[&str], settings: &str, environment: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("gangmu.toml");
        std::fs::write(&config, settings).unwrap();
        let mut serve = Command::new(env!("CARGO_BIN_EXE_gangmu"));
        serve
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .args(["serve", "--bind", "127.0.0.1:0", "--config"])
            .arg(&config)
            .arg("--store")
            .arg(dir.path().join("store"))
            .args(arguments)
            .env_remove("GANGMU_ADMIN_TOKEN")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped());
        let mut child = serve.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        Self { child, address, _dir: dir }
    }

    /// One request, by the holder of the token if it is not empty.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        token: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let agent: Agent =
            Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let response = match method {
            "GET" | "HEAD" | "DELETE" => agent.run(request.body(()).unwrap()),
            _ => agent.run(request.body(body).unwrap()),
        };
        Answer::of(response.unwrap())
    }

    /// One request by the holder of the token.
    pub fn write(&self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        self.send(method, path, &[("content-type", kind)], body.as_bytes(), TOKEN)
    }

    /// What anybody gets.
    pub fn get(&self, path: &str, accept: &str) -> Answer {
        self.send("GET", path, &[("accept", accept)], &[], "")
    }
}

impl Answer {
    fn of(mut response: Response<Body>) -> Self {
        let header = |name: &str| {
            let value = response.headers().get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        };
        let (kind, location) = (header("content-type"), header("location"));
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string().unwrap();
        Self { status, kind, location, body }
    }
}
