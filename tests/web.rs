//! The pages and the endpoint as a client has them, over the samples.

#[path = "web/lists.rs"]
mod lists;
#[path = "common/server.rs"]
mod server;

#[path = "web/add.rs"]
mod add;
#[path = "web/document.rs"]
mod document;
#[path = "web/vocabulary.rs"]
mod vocabulary;

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Reader, Xlsx};
use oxigraph::io::{RdfFormat, RdfParser};
use server::{Start, agent, encode, header, path_of, server};

const GM: &str = "PREFIX gm: <https://w3id.org/gangmu/ontology#>\n";
const CITED_ONLY: &str =
    "SELECT DISTINCT ?w { ?c gm:cited ?w FILTER NOT EXISTS { ?w gm:currentVersion ?v } }";

#[test]
fn the_list_of_documents_can_be_searched_and_filtered() {
    let server = server();
    let all = server.page("/documents");
    let rows = server.rows(&format!("{GM}SELECT (COUNT(*) AS ?n) {{ ?w gm:currentVersion ?v }}"));
    assert!(all.contains(&format!("共 {} 份", rows[0])), "{all}");
    assert!(server.page("/en/documents").contains(&format!("{} documents", rows[0])));
    let found = server.page(&format!("/documents?q={}", encode("青澜市 2024")));
    assert!(found.contains("青澜市") && !found.contains("href=\"/page/work/望湖区"));
    let news = server.page("/documents?genre=news");
    assert!(news.contains("aria-current=\"true\"><span>新闻</span>"), "{news}");
    let rows = server.rows(&format!(
        "{GM}SELECT (COUNT(*) AS ?n) {{ ?w gm:currentVersion ?v ; gm:genre <https://w3id.org/gangmu/genre/news> }}"
    ));
    assert!(news.contains(&format!("符合条件的 {} 份", rows[0])), "{news}");
    assert!(server.page("/documents?q=%00%3Cscript%3E").contains("&#60;script&#62;"));
}

#[test]
fn every_document_and_agency_has_a_page_at_its_iri() {
    let server = server();
    let mut iris = server.rows(&format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v }}"));
    iris.extend(server.rows(&format!("{GM}SELECT ?v {{ ?v a gm:Version }}")));
    iris.extend(server.rows(&format!("{GM}{CITED_ONLY}")));
    iris.extend(server.rows(&format!("{GM}SELECT DISTINCT ?a {{ ?a a gm:Agency }}")));
    assert!(iris.len() > 50, "{iris:?}");
    for iri in iris {
        let page = server.page(&path_of(iri.trim_matches('"')));
        assert!(page.contains("</html>"), "{iri}");
    }
}

#[test]
fn a_document_shows_its_tasks_in_its_text() {
    let server = server();
    let query = format!(
        "{GM}SELECT ?w {{ ?w gm:currentVersion ?v ; gm:genre <https://w3id.org/gangmu/genre/division-plan> }}"
    );
    let page = server.page(&path_of(&server.rows(&query)[0]));
    for part in ["牵头", "class=\"m lead\"", "class=\"e\" id=\"span/", "id=\"task/", "目录"] {
        assert!(page.contains(part), "{part}");
    }
    let claims = format!(
        "{GM}SELECT (COUNT(*) AS ?n) {{ ?w gm:currentVersion ?v ; gm:genre <https://w3id.org/gangmu/genre/division-plan> .
         ?t gm:inVersion ?v . ?r a gm:Responsibility ; gm:ofTask ?t }}"
    );
    let claims = &server.rows(&claims)[0];
    assert!(page.contains(&format!("<b>{claims}</b> 责任")), "{claims}");
    let draft = format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v ; gm:tier gm:draft }}");
    assert!(server.page(&path_of(&server.rows(&draft)[0])).contains("class=\"banner\">征求意见稿"));
}

#[test]
fn an_agency_shows_its_tasks_by_role() {
    let server = server();
    let query = format!(
        "{GM}SELECT ?a {{ ?t gm:leadAgency ?a . ?u gm:supportAgency ?a }} GROUP BY ?a ORDER BY DESC(COUNT(*))"
    );
    let page = server.page(&path_of(&server.rows(&query)[0]));
    assert!(page.contains("id=\"lead\"") && page.contains("id=\"support\""));
    assert!(server.page("/agencies").contains("/page/agency/"));
}

#[test]
fn other_iris_lead_somewhere() {
    let server = server();
    let see = |iri: &str| {
        let response = server.get(&path_of(iri), "text/html");
        let location = response.headers().get("location").map(|l| l.to_str().unwrap().to_owned());
        (response.status().as_u16(), location.unwrap_or_default())
    };
    let task = &server.rows(&format!("{GM}SELECT ?t {{ ?t a gm:Task }} LIMIT 1"))[0];
    let (status, location) = see(task);
    assert!(status == 303 && location.contains("#task/"), "{status} {location}");
    let claim = &server.rows(&format!("{GM}SELECT ?r {{ ?r a gm:Responsibility }} LIMIT 1"))[0];
    assert_eq!(see(claim).0, 303);
    let place = &server.rows(&format!("{GM}SELECT ?p {{ ?p a gm:Jurisdiction }} LIMIT 1"))[0];
    assert!(see(place).1.contains("?place="));
    for nothing in ["/nothing", "/work/nothing", "/agency/nothing", "/version/x", "/%FF", "/a%20b"]
    {
        let mut response = server.get(nothing, "text/html");
        assert_eq!(response.status(), 404, "{nothing}");
        assert!(response.body_mut().read_to_string().unwrap().contains("没有这一页"));
    }
}

#[test]
fn the_endpoint_speaks_the_protocol() {
    let server = server();
    let ask = "ASK {}";
    let by_get = format!("/sparql?query={}", encode(ask));
    for (accept, kind) in [
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.9", "text/tab-separated-values"),
    ] {
        let response = server.get(&by_get, accept);
        assert_eq!(response.status(), 200);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(kind), "{accept}");
    }
    let construct = encode("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3");
    for kind in [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/n-quads",
        "application/trig",
    ] {
        let response = server.get(&format!("/sparql?query={construct}"), kind);
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &kind.parse().unwrap())
        );
    }
    let post = |kind: &str, body: &str| {
        let uri = format!("{}/sparql", server.address);
        let mut response = agent().post(uri).header("Content-Type", kind).send(body).unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    };
    assert!(post("application/sparql-query; charset=utf-8", ask).1.contains("true"));
    let form = "application/x-www-form-urlencoded";
    assert!(post(form, &format!("query={}", encode(ask))).1.contains("true"));
    assert_eq!(post("text/plain", ask).0, 415);
    assert_eq!(post(form, "update=CLEAR%20ALL").0, 401);
    assert_eq!(post("application/sparql-update", "CLEAR ALL").0, 401);
    assert_eq!(post("application/sparql-query", "CLEAR ALL").0, 400);
    assert_eq!(post("application/sparql-query", "SELECT oops").0, 400);
    assert_eq!(
        server.get("/sparql", "*/*").headers()["content-type"],
        "text/turtle; charset=utf-8"
    );
    assert_eq!(server.get("/sparql", "application/sparql-results+json").status(), 400);
    assert_eq!(server.get(&format!("{by_get}&query=ASK%20%7B%7D"), "*/*").status(), 400);
    assert_eq!(server.get(&by_get, "image/png").status(), 406);
    assert!(server.page("/sparql").contains("<textarea"));
}

#[test]
fn the_default_graph_is_the_union_unless_a_dataset_is_named() {
    let server = server();
    let count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
    let all: usize = server.rows(count)[0].parse().unwrap();
    assert!(all > 1000);
    let graph = encode("http://127.0.0.1:8080/graph/jurisdictions");
    let path = format!("/sparql?query={}&default-graph-uri={graph}", encode(count));
    let part = server.get(&path, "text/csv").body_mut().read_to_string().unwrap();
    let part: usize = part.lines().nth(1).unwrap().parse().unwrap();
    assert!(0 < part && part < all);
}

#[test]
fn an_empty_store_is_made_and_served() {
    let server = Start { documents: None, ..Start::default() }.start();
    assert!(server.page("/").contains("库里还没有文件"));
    assert!(server.page("/agencies").contains("没有符合条件的机构"));
    assert!(server.page("/en/agencies").contains("No agency matches"));
    assert_eq!(server.get("/healthz", "*/*").status(), 200);
}

#[test]
fn a_base_iri_with_a_path_moves_all_pages_below_it() {
    let server = Start { base: "http://127.0.0.1:8080/data/", ..Start::default() }.start();
    assert!(server.page("/data/").contains("href=\"/data/style.css?"));
    assert!(server.page("/data/documents").contains("href=\"/data/page/work/"));
    assert!(server.page("/data/en/").contains("href=\"/data/en/documents\""));
    assert!(server.page("/data/en/documents").contains("href=\"/data/en/page/work/"));
    let work =
        &server.rows_below("/data", &format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v }}"))[0];
    assert!(server.page(&path_of(work)).contains("目录"));
    assert_eq!(server.get("/", "text/html").status(), 307);
}

/// The addresses of pages of every kind.
fn kinds_of_pages(server: &server::Server) -> Vec<String> {
    let first = |query: &str| {
        let iri = server.rows(&format!("{GM}{query} LIMIT 1"));
        format!("page{}", path_of(iri[0].trim_matches('"')))
    };
    let mut paths: Vec<String> =
        ["", "documents", "agencies", "search?q=%E5%B1%80", "api", "sparql"]
            .iter()
            .chain(&["vocabulary", "add", "page/ontology/shapes"])
            .chain(&["tasks", "targets", "targets?indicator=%E7%8E%87", "policies"])
            .chain(&["matrix", "matrix?place=990100"])
            .map(|path| (*path).to_owned())
            .collect();
    paths.push(first("SELECT ?w { ?w gm:currentVersion ?v }"));
    paths.push(first(CITED_ONLY));
    paths.push(first("SELECT ?a { ?t gm:leadAgency ?a }"));
    let policy = first("SELECT ?p { ?d gm:implements ?p . ?p a gm:Policy }");
    paths.push(policy.replacen("page", "policy", 1));
    paths
}

#[test]
fn every_page_is_there_in_two_languages_that_lead_to_each_other() {
    let server = server();
    for path in kinds_of_pages(&server) {
        let (chinese, english) = (format!("/{path}"), format!("/en/{path}"));
        for (address, lang, other) in [(&chinese, "zh-CN", &english), (&english, "en", &chinese)] {
            let page = server.page(address);
            assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{address}");
            let switch = format!("class=\"switch\" href=\"{other}\"");
            assert!(page.contains(&switch), "{address}: {switch}");
        }
    }
    for (path, lang) in [("/nothing", "zh-CN"), ("/en/nothing", "en"), ("/en/page/work/x", "en")] {
        let mut response = server.get(path, "text/html");
        assert_eq!(response.status(), 404, "{path}");
        let page = response.body_mut().read_to_string().unwrap();
        assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{path}: {page}");
    }
    // An address that begins with two slashes is none of ours: the switch must not lead to another host.
    let mut response = server.get("/en//other.test/", "text/html");
    let page = response.body_mut().read_to_string().unwrap();
    assert!(!page.contains("href=\"//"), "{page}");
}

#[test]
fn pages_run_no_script_but_ours_and_load_nothing_from_elsewhere() {
    let server = server();
    for path in kinds_of_pages(&server) {
        let path = format!("/{path}");
        let mut response = server.get(&path, "text/html");
        let policy = header(&response, "content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
        let page = response.body_mut().read_to_string().unwrap();
        // What the policy forbids is not there to be missed.
        assert!(!page.contains(" style=\"") && !page.contains("<style"), "{path}");
        for script in page.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(" src=") || tag.contains("application/json"), "{path}: {tag}");
        }
        for loaded in page.split(" src=\"").skip(1) {
            assert!(loaded.starts_with('/') || loaded.starts_with("data:"), "{path}");
        }
    }
}

#[test]
fn a_list_is_taken_away_whole_in_every_form() {
    let server = server();
    let works = server.rows(&format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v }}")).len();
    let bearers =
        "SELECT DISTINCT ?a { ?c gm:agency ?a ; gm:ofTask/gm:inVersion/^gm:currentVersion ?w }";
    let bearers = server.rows(&format!("{GM}{bearers}")).len();
    for (list, rows) in [("documents", works), ("agencies", bearers)] {
        let page = server.page(&format!("/{list}"));
        for end in ["csv", "xlsx", "json", "ttl"] {
            assert!(page.contains(&format!("href=\"/{list}.{end}\"")), "{list} {end}");
        }
        let csv = server.read(&format!("/{list}.csv"), "*/*");
        assert!(
            csv.kind.starts_with("text/csv") && csv.body.starts_with('\u{feff}'),
            "{}",
            csv.kind
        );
        let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), rows, "{list}");
        assert!(records.iter().all(|record| record[1].starts_with("http")), "{list}");
        let json: serde_json::Value =
            serde_json::from_str(&server.read(&format!("/en/{list}.json"), "*/*").body).unwrap();
        assert_eq!(json["total"], rows, "{list}");
        assert_eq!(json["items"].as_array().unwrap().len(), rows, "{list}");
        let turtle = server.read(&format!("/{list}.ttl"), "*/*").body;
        let things: BTreeSet<String> = RdfParser::from_format(RdfFormat::Turtle)
            .for_slice(&turtle)
            .map(|quad| quad.unwrap().subject.to_string())
            .collect();
        assert_eq!(things.len(), rows, "{list}");
        let xlsx = server.get(&format!("/{list}.xlsx"), "*/*").body_mut().read_to_vec().unwrap();
        let mut workbook = Xlsx::new(Cursor::new(xlsx)).unwrap();
        let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(sheet.rows().count(), rows + 1, "{list}");
    }
    // The same question has the same answer.
    let question = format!("q={}", encode("教育"));
    let page = server.page(&format!("/agencies?page=1&{question}"));
    assert!(page.contains(&format!("href=\"/agencies.csv?{question}\"")), "{page}");
    let csv = server.read(&format!("/agencies.csv?{question}"), "*/*").body;
    let lines = csv.lines().skip(1);
    assert!(lines.clone().count() > 0 && lines.clone().all(|line| line.contains("教育")), "{csv}");
}

#[test]
fn the_workbench_without_scripts() {
    let server = server();
    let page = server.page("/sparql?question=led-and-supported&leadName=%E9%9D%92%E6%BE%9C%E5%B8%82%E5%8C%BB%E7%96%97%E4%BF%9D%E9%9A%9C%E5%B1%80%22");
    // What was filled in is a value of the query, whatever stands in it.
    assert!(page.contains("(&#34;青澜市医疗保障局\\&#34;&#34; &#34;青澜市财政局&#34;)"), "{page}");
    assert!(page.contains("<option value=\"青澜市民政局\">"));
    let wrong = server.page("/en/sparql?question=deadline-calendar&until=tomorrow");
    assert!(wrong.contains("The value of “Until” cannot be"), "{wrong}");
    let ask = |query: &str| server.get(&format!("/sparql?query={}", encode(query)), "text/html");
    let body = |query: &str| ask(query).body_mut().read_to_string().unwrap();
    let rows = body(&format!("{GM}SELECT ?t {{ ?t a gm:Task }} ORDER BY ?t"));
    let count = server.rows(&format!("{GM}SELECT ?t {{ ?t a gm:Task }}")).len();
    assert!(rows.contains(&format!("共 {count} 行，结果完整")), "{count}");
    let all = body("SELECT * { ?s ?p ?o }");
    assert!(all.contains("这里只显示前 500 行"), "what is cut says so");
    let empty = body(&format!("{GM}SELECT * {{ ?t gm:never ?o }}"));
    assert!(empty.contains("没有一行符合查询") && empty.contains("?t gm:never ?o ."), "{empty}");
    assert!(body("ASK { ?s ?p ?o }").contains("是"));
    let mut refused = ask("SELECT oops");
    assert_eq!(refused.status(), 400);
    assert!(refused.body_mut().read_to_string().unwrap().contains("查询或更新有误"));
    // A program gets what it always did, and a browser that can show it too.
    let kind =
        |accept: &str| header(&server.get("/sparql?query=ASK%20%7B%7D", accept), "content-type");
    for accept in ["*/*", "application/json", "application/json, text/html;q=0.5"] {
        assert!(kind(accept).contains("json"), "{accept}");
    }
    assert!(kind("text/html,application/xml;q=0.9,*/*;q=0.8").starts_with("text/html"));
}

#[test]
fn answers_are_files_too() {
    let server = server();
    let rows = encode(&format!(
        "{GM}SELECT ?task ?order {{ ?task gm:order ?order }} ORDER BY ?order LIMIT 3"
    ));
    for (end, kind, begins) in [
        ("csv", "text/csv", "task,order"),
        ("tsv", "text/tab-separated-values", "?task\t?order"),
        ("json", "application/sparql-results+json", "{\"head\""),
        ("xml", "application/sparql-results+xml", "<?xml"),
    ] {
        let answer = server.read(&format!("/sparql.{end}?query={rows}"), "*/*");
        assert_eq!(answer.status, 200, "{end}");
        assert!(answer.kind.starts_with(kind), "{end}: {}", answer.kind);
        assert!(answer.body.starts_with(begins), "{end}: {}", answer.body);
    }
    let mut workbook = server.get(&format!("/sparql.xlsx?query={rows}"), "*/*");
    assert!(header(&workbook, "content-disposition").contains("answer.xlsx"));
    let bytes = workbook.body_mut().read_to_vec().unwrap();
    let mut workbook = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let sheet = calamine::Reader::worksheet_range(&mut workbook, "结果").unwrap();
    assert_eq!(sheet.height(), 4);
    assert!(calamine::DataType::is_float(sheet.get((1, 1)).unwrap()), "{sheet:?}");
    let graph = encode(&format!("{GM}CONSTRUCT {{ ?t a gm:Task }} WHERE {{ ?t a gm:Task }}"));
    assert!(server.read(&format!("/sparql.ttl?query={graph}"), "*/*").body.contains("gm:Task"));
    for (end, query) in [("csv", &graph), ("xlsx", &graph), ("ttl", &rows)] {
        assert_eq!(
            server.read(&format!("/sparql.{end}?query={query}"), "*/*").status,
            406,
            "{end}"
        );
    }
    let form = "application/x-www-form-urlencoded";
    let by_form = server.request(
        "POST",
        "/sparql.csv",
        &[("content-type", form)],
        format!("query={rows}").as_bytes(),
        "",
    );
    assert!(by_form.body.starts_with("task,order"), "{}", by_form.body);
    assert_eq!(server.read("/sparql.csv", "*/*").status, 400);
}

/// The addresses that links on a page have.
fn links(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.map(|link| link.replace("&#38;", "&")).collect()
}

/// The number in `共 N 项`, or of those that are left of them.
fn told(page: &str, before: &str, after: &str) -> usize {
    let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("no {before}: {page}"));
    rest.split(after).next().unwrap().trim().parse().unwrap()
}

#[test]
fn an_agency_is_found_by_its_initials_and_its_duties_are_narrowed_down() {
    let server = server();
    // By initials to the page of the agency.
    let found = server.page("/search?q=qlsmzj");
    let name = encode("青澜市民政局");
    let agency = links(&found).into_iter().find(|link| link.ends_with("青澜市民政局")).unwrap();
    let list = server.page("/agencies?q=qlsmzj");
    assert!(links(&list).contains(&agency), "{list}");
    let agency = agency.replace("青澜市民政局", &name);
    // What it leads, and what of it is due in one year.
    let page = server.page(&format!("{agency}?role=lead"));
    let all = told(&page, "共 ", " 项");
    let leads = format!(
        "{GM}SELECT DISTINCT ?t {{ ?a <http://www.w3.org/2004/02/skos/core#prefLabel> '青澜市民政局' . ?t gm:leadAgency ?a ; gm:inVersion/^gm:currentVersion ?w }}"
    );
    assert_eq!(server.rows(&leads).len(), all);
    let year = links(&page).into_iter().find(|link| link.ends_with("due=2025")).unwrap();
    assert!(year.contains("role=lead"), "{year}");
    let narrowed = server.page(&format!("{agency}{year}"));
    let left = told(&narrowed, "符合条件的 ", " 项");
    assert!(0 < left && left < all, "{left} of {all}");
    assert!(narrowed.contains("<mark>") && narrowed.contains("2025-12-31"));
    let sayless = server.page(&format!("{agency}?role=lead&due=none"));
    let sayless = told(&sayless, "符合条件的 ", " 项");
    assert!(sayless > 0 && sayless + left <= all);
    // What is taken away and printed is what is shown.
    let question = year.trim_start_matches('?');
    let json = server.read(&format!("{agency}.json?{question}"), "*/*").body;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["total"], left);
    let rows = json["items"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["due"].as_str().is_some_and(|d| d.starts_with("2025"))));
    let paper = server.page(&format!("{agency}?{question}&view=ledger"));
    assert_eq!(paper.matches("<tr>").count(), left + 1);
    // The same as a calendar.
    let feed = server.read(&format!("{agency}.ics?{question}"), "*/*");
    assert_eq!(feed.kind, "text/calendar; charset=utf-8");
    let events = feed.body.replace("\r\n ", "");
    assert_eq!(events.matches("DTSTART;VALUE=DATE:2025").count(), left, "{events}");
    assert!(events.lines().all(|line| !line.starts_with("DTSTAMP") || line.len() == 24));
    assert!(feed.body.lines().all(|line| line.len() <= 75), "lines are folded");
}

#[test]
fn partners_and_policies_stand_on_the_page_of_an_agency() {
    let server = server();
    let agency = format!("/page/agency/990100/{}", encode("青澜市民政局"));
    let page = server.page(&agency);
    let network = page.split("<script type=\"application/json\">").nth(1).unwrap();
    let network = network.split("</script>").next().unwrap();
    let network: serde_json::Value = serde_json::from_str(network).unwrap();
    let nodes = network["nodes"].as_array().unwrap();
    assert_eq!((&nodes[0]["kind"], &nodes[0]["label"]), (&"centre".into(), &"青澜市民政局".into()));
    assert!(nodes.len() > 3 && !network["edges"].as_array().unwrap().is_empty());
    for node in &nodes[1..] {
        let row = format!(
            "href=\"{}\">{}<",
            node["href"].as_str().unwrap(),
            node["label"].as_str().unwrap()
        );
        assert!(page.contains(&row), "the list has what is drawn: {row}");
    }
    assert!(page.contains("《中华人民共和国老年人权益保障法》"));
}

#[test]
fn the_first_page_tells_what_is_due_what_is_new_and_how_all_hangs_together() {
    let server = server();
    let page = server.page("/");
    for part in ["name=\"q\"", "接下来到期", "最近到期", "最新文件", "data-island=\"sankey\""]
    {
        assert!(page.contains(part), "{part}");
    }
    let picture = page.split("<script type=\"application/json\">").nth(1).unwrap();
    let picture: serde_json::Value =
        serde_json::from_str(picture.split("</script>").next().unwrap()).unwrap();
    let nodes: BTreeSet<&str> = picture["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    let links = picture["links"].as_array().unwrap();
    assert!(links.len() > 5);
    for link in links {
        assert!(nodes.contains(link["source"].as_str().unwrap()), "{link}");
        assert!(nodes.contains(link["target"].as_str().unwrap()), "{link}");
    }
    let carrying = format!(
        "{GM}SELECT DISTINCT ?w {{ ?w gm:currentVersion ?v ; gm:implements|gm:basedOn ?p }}"
    );
    assert_eq!(told(&page, "写明上级依据的文件共 ", " 份"), server.rows(&carrying).len());
}

#[test]
fn a_search_says_how_many_of_each_kind_there_are() {
    let server = server();
    let page = server.page(&format!("/search?q={}", encode("养老")));
    let all = told(&page, "找到 ", " 条");
    let mut sum = 0;
    for link in links(&page).iter().filter(|link| link.contains("&type=")) {
        let of_kind = server.page(&format!("/search{link}"));
        sum += told(&of_kind, "找到 ", " 条");
    }
    assert_eq!(sum, all);
    assert!(server.page("/search?q=%22").contains("请写出要找的词语"));
}

#[test]
fn a_row_that_restates_the_body_says_so() {
    let server = server();
    let page = server.page(&format!("/page/agency/990100/{}", encode("青澜市民政局")));
    assert!(page.contains("与 （一） 为同一任务"), "{page}");
}
