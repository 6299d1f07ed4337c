//! SPARQL servers of other makers, each with a database of its own that ends with the test.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server.
pub struct Engine {
    child: Child,
    pub dir: TempDir,
    /// Where queries go to.
    pub address: String,
    /// What a client of ours is told of it besides.
    pub environment: Vec<(&'static str, String)>,
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Engine {
    /// `oxigraph serve`, as `.ci/clients` installs it; with what further arguments say.
    pub fn oxigraph(further: &[&str]) -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/oxigraph");
        if !program.exists() {
            return missing("oxigraph (.ci/clients installs it)");
        }
        let (dir, port) = (tempfile::tempdir().unwrap(), free());
        let mut serve = Command::new(program);
        serve.args(["serve", "--bind", &format!("127.0.0.1:{port}"), "--location"]);
        serve.arg(dir.path().join("data")).args(further);
        let address = format!("http://127.0.0.1:{port}/query");
        Some(Self::start(serve, dir, address))
    }

    /// Virtuoso 7, with a user who may update (Digest authentication).
    pub fn virtuoso() -> Option<Self> {
        let program = "virtuoso-t";
        if Command::new(program).arg("-?").output().is_err() {
            return missing("virtuoso-t (package virtuoso-opensource-7)");
        }
        let (dir, sql, http) = (tempfile::tempdir().unwrap(), free(), free());
        let settings = include_str!("virtuoso.ini")
            .replace("SQL_PORT", &sql.to_string())
            .replace("HTTP_PORT", &http.to_string());
        std::fs::write(dir.path().join("virtuoso.ini"), settings).unwrap();
        let mut serve = Command::new(program);
        serve.args(["-f", "-c", "virtuoso.ini"]).current_dir(dir.path());
        let address = format!("http://127.0.0.1:{http}/sparql");
        let mut engine = Self::start(serve, dir, address);
        let grants = "DB.DBA.USER_CREATE ('gangmu', 'a-password');
            grant SPARQL_UPDATE to \"gangmu\";
            DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('gangmu', 7);\n";
        let file = engine.dir.path().join("grants.sql");
        std::fs::write(&file, grants).unwrap();
        let mut grant = Command::new("isql-vt");
        let granted = grant.args([&sql.to_string(), "dba", "dba"]).arg(file).output().unwrap();
        let told = String::from_utf8_lossy(&granted.stderr);
        assert!(granted.status.success() && !told.contains("Error"), "{told}");
        engine.environment = vec![
            ("GANGMU_STORE__UPDATE", format!("http://127.0.0.1:{http}/sparql-auth")),
            ("GANGMU_STORE__USER", "gangmu".to_owned()),
            ("GANGMU_STORE__PASSWORD", "a-password".to_owned()),
        ];
        Some(engine)
    }

    fn start(mut serve: Command, dir: TempDir, address: String) -> Self {
        let child = serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut engine = Self { child, dir, address, environment: Vec::new() };
        let begun = Instant::now();
        while ureq::get(format!("{}?query=ASK%7B%7D", engine.address)).call().is_err() {
            assert!(engine.child.try_wait().unwrap().is_none(), "{} has ended", engine.address);
            assert!(begun.elapsed() < Duration::from_secs(120), "{} is silent", engine.address);
            thread::sleep(Duration::from_millis(100));
        }
        engine
    }

    /// Our program, told of this server where it reads its environment.
    pub fn gangmu(&self) -> Command {
        let mut gangmu = Command::new(env!("CARGO_BIN_EXE_gangmu"));
        gangmu.env_remove("RUST_LOG").env("XDG_CACHE_HOME", self.dir.path().join("cache"));
        gangmu.envs(self.environment.iter().map(|(name, value)| (*name, value)));
        gangmu
    }

    pub fn index(&self) -> PathBuf {
        self.dir.path().join("index")
    }
}

fn missing(program: &str) -> Option<Engine> {
    assert!(std::env::var_os("CI").is_none(), "there is no {program}");
    eprintln!("skipped, since there is no {program}");
    None
}

/// A port that nobody listens at.
fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
