//! The JSON API as a client has it, over the samples.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};

use serde_json::Value;
use ureq::Agent;

/// A server over a store of the samples; it ends with the last test that uses it.
struct Server {
    child: Child,
    address: String,
    _dir: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was answered: status, type, body, and the `Link` header.
struct Answer {
    status: u16,
    kind: String,
    body: Value,
    link: String,
}

impl Server {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("store");
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/samples");
        let mut ingest = Command::new(env!("CARGO_BIN_EXE_gangmu"));
        ingest.args(["ingest", "--quiet", "--names"]).arg(samples.join("names.toml"));
        assert!(ingest.arg("--store").args([&store, &samples]).status().unwrap().success());
        let mut child = Command::new(env!("CARGO_BIN_EXE_gangmu"))
            .args(["serve", "--bind", "127.0.0.1:0", "--store"])
            .arg(&store)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        Self { child, address, _dir: dir }
    }

    /// What is at an address below the API; characters beyond ASCII may stand in it as they are.
    fn at(&self, path: &str) -> Answer {
        let ascii = |c: char| if c.is_ascii() { c.to_string() } else { encode(&c.to_string()) };
        let path: String = path.chars().map(ascii).collect();
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent.get(format!("{}{path}", self.address)).call().unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (kind, link) = (header("content-type"), header("link"));
        let text = response.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status: response.status().as_u16(), kind, body, link }
    }

    /// The page at an address.
    fn page(&self, path: &str) -> Value {
        let answer = self.at(path);
        assert_eq!((answer.status, &*answer.kind), (200, "application/json"), "{}", answer.body);
        answer.body
    }

    fn items(&self, path: &str) -> Vec<Value> {
        self.page(path)["items"].as_array().unwrap().clone()
    }
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn server() -> Arc<Server> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(Server::start());
        *shared = Arc::downgrade(&server);
        server
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no string"))
}

#[test]
fn pages_follow_each_other_without_gaps() {
    let server = server();
    let lists = [
        "tasks?",
        "tasks?sort=-due&",
        "agencies?",
        "documents?",
        "policies?",
        "targets?",
        "names?q=市&",
    ];
    for list in lists {
        let all = server.page(&format!("/api/v1/{list}limit=100"));
        let all: Vec<&str> =
            all["items"].as_array().unwrap().iter().map(|i| text(&i["id"])).collect();
        let (mut seen, mut path) = (Vec::new(), format!("/api/v1/{list}limit=25"));
        while seen.len() < all.len() {
            let answer = server.at(&path);
            let items = answer.body["items"].as_array().unwrap();
            assert!(!items.is_empty() && items.len() <= 25, "{path}");
            seen.extend(items.iter().map(|item| text(&item["id"]).to_owned()));
            match answer.body["next"].as_str() {
                Some(next) => {
                    assert_eq!(answer.link, format!("<{next}>; rel=\"next\""));
                    path = next.to_owned();
                }
                None => break,
            }
        }
        seen.truncate(all.len());
        assert_eq!(seen, all, "{list}");
    }
}

#[test]
fn things_are_found_by_the_begin_of_their_names() {
    let server = server();
    let labels = |path: &str| -> Vec<String> {
        server.items(path).iter().map(|item| text(&item["label"]).to_owned()).collect()
    };
    let agencies = labels("/api/v1/names?q=青澜市民&type=Agency");
    assert_eq!(agencies[0], "青澜市民政局");
    assert!(agencies.iter().all(|name| name.starts_with("青澜市民")), "{agencies:?}");
    // In the middle too, but later; and as it is typed without Chinese letters.
    let bureaus = labels("/api/v1/names?q=民政局&limit=100");
    assert!(bureaus.contains(&"青澜市民政局".to_owned()), "{bureaus:?}");
    let typed = labels("/api/v1/names?q=qlsmzj");
    assert!(typed.contains(&"青澜市民政局".to_owned()), "{typed:?}");
    for (kind, q) in [("Document", "老龄"), ("Policy", "老龄"), ("Jurisdiction", "青澜")] {
        let found = server.items(&format!("/api/v1/names?type={kind}&q={q}"));
        assert!(!found.is_empty(), "{kind}");
        assert!(found.iter().all(|item| text(&item["label"]).contains(q)), "{kind}: {found:?}");
    }
    assert!(labels("/api/v1/names?q=没有这样的名称").is_empty());
}

#[test]
fn an_empty_answer_has_a_reason() {
    let server = server();
    let why = |query: &str| {
        let query = format!("PREFIX gm: <https://w3id.org/gangmu/ontology#> {query}");
        server.at(&format!("/api/v1/why-empty?query={}", encode(&query)))
    };
    let reasons =
        why("SELECT * { ?task gm:leadAgency ?agency ; gm:never ?it }").body["reasons"].clone();
    assert_eq!(reasons.as_array().unwrap().len(), 1);
    assert_eq!(reasons[0]["type"], "alone");
    assert_eq!(reasons[0]["pattern"], "?task gm:never ?it .");
    let found = why("SELECT * { ?task gm:leadAgency ?agency }").body;
    assert!(found["reasons"].as_array().unwrap().is_empty(), "there is an answer");
    assert_eq!(why("SELECT oops").status, 400);
    // The filled-in questions of the library too.
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/led-and-supported.rq");
    let nobody = std::fs::read_to_string(file).unwrap().replace("青澜市财政局", "没有这个局");
    let reasons = why(&nobody).body["reasons"].clone();
    assert_eq!(reasons[0]["type"], "together");
    let pattern = text(&reasons[0]["pattern"]);
    assert!(pattern.contains("skos:altLabel") && pattern.contains("?supportName"), "{pattern}");
}

#[test]
fn a_task_says_who_and_where_it_says_so() {
    let server = server();
    let led = server.items("/api/v1/tasks?agency=青澜市民政局&role=lead&limit=100");
    assert!(!led.is_empty());
    for task in &led {
        let parts = task["responsibilities"].as_array().unwrap();
        let lead = parts.iter().find(|part| {
            part["role"]["code"] == "lead" && part["agency"]["name"] == "青澜市民政局"
        });
        let lead = lead.unwrap_or_else(|| panic!("{task}"));
        let evidence = &lead["evidence"];
        let quote: Vec<char> = text(&evidence["quote"]).chars().collect();
        let span = evidence["end"].as_u64().unwrap() - evidence["start"].as_u64().unwrap();
        assert_eq!(quote.len() as u64, span);
        assert_eq!(evidence["version"], task["document"]["version"]);
        assert!(lead["confidence"].as_f64().unwrap() > 0.0);
    }
    let one = server.page(text(&led[0]["self"]));
    assert_eq!(
        (&one["id"], &one["responsibilities"]),
        (&led[0]["id"], &led[0]["responsibilities"])
    );
    assert_eq!(one["@context"], "/api/v1/context.jsonld");
}

#[test]
fn filters_hold_and_orders_are_kept() {
    let server = server();
    let due = server.items("/api/v1/tasks?due_after=2024-06-01&due_before=2024-12-31&sort=due");
    assert!(!due.is_empty());
    let days = |task: &Value| {
        let own = task["deadlines"].as_array().unwrap().clone();
        let targets = task["targets"].as_array().unwrap().iter();
        let of_targets = targets.flat_map(|t| t["deadlines"].as_array().unwrap().clone());
        let dates =
            own.into_iter().chain(of_targets).filter_map(|d| d["date"].as_str().map(str::to_owned));
        dates.collect::<Vec<_>>()
    };
    for task in &due {
        assert!(days(task).iter().any(|day| ("2024-06-01"..="2024-12-31").contains(&&**day)));
    }
    let drafts = server.items("/api/v1/documents?tier=draft");
    assert!(!drafts.is_empty() && drafts.iter().all(|document| document["draft"] == true));
    let year = server.items("/api/v1/tasks?year=2024&genre=division-plan");
    assert!(!year.is_empty());
    for task in &year {
        assert_eq!(task["document"]["year"], "2024");
        assert_eq!(task["document"]["genre"]["code"], "division-plan");
    }
    let places = server.items("/api/v1/agencies?place=990100&sort=name");
    assert!(places.iter().all(|agency| agency["jurisdiction"]["code"] == "990100"));
    let names: Vec<&str> = places.iter().map(|agency| text(&agency["name"])).collect();
    assert!(!names.is_empty() && names.is_sorted());
    let targets = server.items("/api/v1/targets?indicator=覆盖率");
    assert!(targets.iter().all(|target| text(&target["indicator"]).contains("覆盖率")));
    let words = server.items("/api/v1/tasks?q=养老&limit=100");
    assert!(!words.is_empty());
    let only_cited = server.items("/api/v1/policies?has_text=false");
    assert!(!only_cited.is_empty() && only_cited.iter().all(|policy| policy["document"].is_null()));
    let cited = server.page(text(&only_cited[0]["self"]));
    let quotes = cited["citedBy"].as_array().unwrap();
    assert!(!quotes.is_empty() && quotes.iter().all(|c| !text(&c["evidence"]["quote"]).is_empty()));
}

#[test]
fn search_gives_marks_and_pages() {
    let server = server();
    let found = server.page("/api/v1/search?q=养老&limit=5");
    assert!(found["total"].as_u64().unwrap() > 5);
    let scores: Vec<f64> =
        found["items"].as_array().unwrap().iter().map(|i| i["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    for hit in found["items"].as_array().unwrap() {
        let points: Vec<char> = text(&hit["snippet"]["text"]).chars().collect();
        let mark = &hit["snippet"]["marks"][0];
        let (start, end) = (mark[0].as_u64().unwrap() as usize, mark[1].as_u64().unwrap() as usize);
        assert_eq!(points[start..end].iter().collect::<String>(), "养老");
    }
    let agency = server.items("/api/v1/search?q=jyj&type=Agency");
    assert!(agency.iter().any(|hit| hit["label"] == "青澜市教育局"), "{agency:?}");
}

#[test]
fn what_is_wrong_is_named() {
    let server = server();
    for (path, status, named) in [
        ("/api/v1/tasks?limit=0", 400, "limit"),
        ("/api/v1/tasks?limit=101", 400, "limit"),
        ("/api/v1/tasks?sort=colour", 400, "sort"),
        ("/api/v1/tasks?due_before=soon", 400, "due_before"),
        ("/api/v1/tasks?colour=red", 400, "colour"),
        ("/api/v1/tasks?year=2024&year=2025", 400, "year"),
        ("/api/v1/tasks?role=boss", 400, "role"),
        ("/api/v1/tasks?cursor=00", 400, "cursor"),
        ("/api/v1/tasks?q=-养老", 400, "q"),
        ("/api/v1/search", 400, "q"),
        ("/api/v1/search?q=OR", 400, "q"),
        ("/api/v1/search?q=a&type=Policy", 400, "type"),
        ("/api/v1/tasks/none", 404, "none"),
        ("/api/v1/tasks/a%20b%3C%3E", 404, ""),
        ("/api/v1/documents/%FF", 400, ""),
        ("/api/v1/agencies/", 404, ""),
        ("/api/v2", 404, ""),
    ] {
        let answer = server.at(path);
        assert_eq!((answer.status, &*answer.kind), (status, "application/problem+json"), "{path}");
        assert_eq!(answer.body["status"], status, "{path}");
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(named), "{path}: {detail}");
    }
    let cursor = server.page("/api/v1/tasks?limit=1&sort=due")["next"].clone();
    let other = text(&cursor).replace("sort=due", "sort=-due");
    assert_eq!(server.at(&other).status, 400, "a cursor of another order");
}

#[test]
fn the_answers_are_linked_data() {
    use oxigraph::io::{JsonLdProfileSet, RdfFormat, RdfParser};
    let server = server();
    let context = server.at("/api/v1/context.jsonld");
    assert_eq!((context.status, &*context.kind), (200, "application/ld+json"));
    let lists = ["tasks?", "targets?", "documents?", "agencies?", "policies?", "names?q=市&"];
    for list in lists {
        let mut page = server.page(&format!("/api/v1/{list}limit=100"));
        page["@context"] = context.body["@context"].clone();
        let json = page.to_string();
        let format = RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() };
        let quads: Vec<_> = RdfParser::from_format(format)
            .with_base_iri("http://127.0.0.1:8080/")
            .unwrap()
            .for_slice(&json)
            .map(|quad| quad.unwrap_or_else(|error| panic!("{list}: {error}")))
            .collect();
        assert!(quads.len() > 20, "{list}");
        // Whatever an answer says, the store says.
        let mut asked = 0;
        for quad in quads.iter().filter(|quad| !quad.subject.is_blank_node()).step_by(7).take(60) {
            let ask = format!("ASK {{ {} {} {} }}", quad.subject, quad.predicate, quad.object);
            let answer = server.at(&format!("/sparql?query={}", encode(&ask)));
            assert_eq!(answer.body["boolean"], true, "{list}: {ask}");
            asked += 1;
        }
        assert!(asked > 3, "{list}");
    }
}

#[test]
fn the_description_and_the_pages_for_people() {
    let server = server();
    let api = server.page("/api/openapi.json");
    assert_eq!(api["openapi"], "3.1.0");
    for path in
        ["agencies", "tasks", "documents", "policies", "targets", "search", "names", "why-empty"]
    {
        assert!(api["paths"][format!("/api/v1/{path}")]["get"].is_object(), "{path}");
    }
    let page = server.at("/api").body;
    assert!(
        text(&page).contains("name=\"due_before\"")
            && text(&page).contains("<option>lead</option>")
    );
    let found = server.at("/search?q=养老").body;
    assert!(text(&found).contains("<mark>养老</mark>"), "{found}");
    assert!(text(&server.at("/search?q=OR").body).contains("请写出要找的词语"));
    assert!(text(&server.at("/search?q=%3Cb%3E没有").body).contains("没有找到"));
}

/// A client that knows nothing but the description finds no answer outside it.
#[test]
fn schemathesis_finds_nothing() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/schemathesis");
    if !program.is_file() {
        let why = "schemathesis is not installed: run `make clients` (needs python3 with venv)";
        assert!(std::env::var_os("CI").is_none(), "{why}");
        eprintln!("{why}");
        return;
    }
    let server = server();
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
    let dir = tempfile::tempdir().unwrap();
    let run = Command::new(program)
        .current_dir(&dir)
        .args(["run", &format!("{}/api/openapi.json", server.address), "--checks", checks])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "15"])
        .args(["--generation-deterministic", "--no-color"])
        // Most random texts are no segment of an address, and are passed over.
        .args(["--suppress-health-check", "filter_too_much"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
}
