//! Lists of tasks, targets and policies, and the matrix: what they show is what the store says.

use std::collections::BTreeSet;

use super::GM;
use super::server::{Server, Start, encode, path_of, server};

/// The answer to a query, as records.
fn records(server: &Server, query: &str) -> Vec<csv::StringRecord> {
    let mut answer = server.get(&format!("/sparql?query={}", encode(query)), "text/csv");
    let body = answer.body_mut().read_to_string().unwrap();
    assert_eq!(answer.status(), 200, "{query}\n{body}");
    csv::Reader::from_reader(body.as_bytes()).records().map(Result::unwrap).collect()
}

fn count(server: &Server, patterns: &str) -> usize {
    server.rows(&format!("{GM}SELECT (COUNT(*) AS ?n) {{ {patterns} }}"))[0].parse().unwrap()
}

/// How many things the list at an address has, by its JSON.
fn total(server: &Server, list: &str, question: &str) -> usize {
    let answer = server.read(&format!("{list}.json{question}"), "*/*");
    assert_eq!(answer.status, 200, "{list} {question}");
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let total = json["total"].as_u64().unwrap() as usize;
    assert_eq!(json["items"].as_array().unwrap().len(), total, "{list} {question}");
    total
}

/// An address or text that stands in a page, as it is meant.
fn unescape(text: &str) -> String {
    let named = [("&#38;", "&"), ("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">")];
    named.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

fn decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).unwrap()
}

/// The addresses in a page that begin so.
fn links(page: &str, begin: &str) -> Vec<String> {
    let begins = format!("href=\"{begin}");
    let links = page.split(&begins).skip(1);
    links.map(|rest| format!("{begin}{}", unescape(rest.split('"').next().unwrap()))).collect()
}

/// The choices beside a list: the head of the facet, where each leads, and how many it promises.
fn choices(page: &str) -> Vec<(String, String, usize)> {
    let side = page.split("<details class=\"narrow\">").nth(1).unwrap();
    let side = side.split("</details>").next().unwrap();
    let mut choices = Vec::new();
    for section in side.split("<section>").skip(1) {
        let head = section.split("<h2>").nth(1).unwrap().split('<').next().unwrap();
        for choice in section.split("<a href=\"").skip(1) {
            let href = unescape(choice.split('"').next().unwrap());
            let count = choice.split("class=\"n\">").nth(1).unwrap().split('<').next().unwrap();
            choices.push((head.to_owned(), href, count.parse().unwrap()));
        }
    }
    choices
}

/// Questions that ask for everything that can be asked for, with the kinds of list they are for.
fn questions(server: &Server) -> Vec<String> {
    let first = |query: &str| {
        let iri = &server.rows(&format!("{GM}{query}"))[0];
        encode(iri.trim().trim_matches('"').strip_prefix(super::server::BASE).unwrap())
    };
    let agency =
        first("SELECT ?a { ?t gm:leadAgency ?a } GROUP BY ?a ORDER BY DESC(COUNT(*)) LIMIT 1");
    let policy = first("SELECT ?p { ?t a gm:Task ; gm:implements ?p } ORDER BY ?p LIMIT 1");
    let document = first(
        "SELECT ?d { ?d gm:currentVersion ?v . ?t gm:inVersion ?v ; gm:leadAgency ?a } GROUP BY ?d ORDER BY DESC(COUNT(*)) LIMIT 1",
    );
    let section = first(
        "SELECT ?s { ?t a gm:Task ; gm:partOf ?s . ?s a gm:Section ; gm:heading ?h . ?w gm:currentVersion/^gm:inVersion ?s } GROUP BY ?s ORDER BY DESC(COUNT(*)) LIMIT 1",
    );
    let name = encode("教育");
    let mut questions = vec![
        String::new(),
        format!("agency={agency}"),
        format!("agency={agency}&role=support"),
        format!("agency={name}"),
        format!("agency={name}&role=lead&lead=yes"),
        format!("policy={policy}"),
        format!("document={document}"),
        format!("section={section}"),
        format!("section={section}&lead=no&place=990100"),
        format!("q={}", encode("服务 建设")),
        format!("indicator={}", encode("率")),
        format!("unit={}", encode("%")),
        "unit=none&comparator=ge".to_owned(),
        // What is no code, no day and no text of a query.
        format!("genre={}", encode("plan> } #")),
        format!("q={}", encode("\"\\ } UNION { ?task ?p ?o }")),
        format!("from={}", encode("\") || true || (\"")),
    ];
    for rest in [
        "place=990000",
        "place=990103",
        "place=none",
        "place=000000",
        "role=responsible",
        "lead=no",
        "lead=two",
        "deadline=yes",
        "deadline=no",
        "target=yes&deadline=no",
        "names=unresolved",
        "policy=none",
        "from=2024-07-01&to=2024-12-31",
        "from=2025-01-01",
        "year=2024&genre=division-plan",
        "year=none",
        "tier=draft",
        "kind=limit",
        "kind=achievement&year=2024",
    ] {
        questions.push(rest.to_owned());
    }
    questions
}

#[test]
fn every_list_is_a_query_with_the_same_rows() {
    let server = server();
    let mut found = 0;
    for list in ["/tasks", "/targets"] {
        for question in questions(&server) {
            let question = format!("?{question}");
            let page = server.page(&format!("{list}{question}"));
            let query = links(&page, "/sparql?q=");
            let query = decode(query[0].strip_prefix("/sparql?q=").unwrap());
            let rows = records(&server, &query);
            let turtle = server.read(&format!("{list}.ttl{question}"), "*/*").body;
            let listed: BTreeSet<String> =
                oxigraph::io::RdfParser::from_format(oxigraph::io::RdfFormat::Turtle)
                    .for_slice(&turtle)
                    .map(|quad| quad.unwrap().subject.to_string())
                    .collect();
            let asked: BTreeSet<String> = rows.iter().map(|row| format!("<{}>", &row[0])).collect();
            assert_eq!(listed, asked, "{list} {question}\n{query}");
            assert_eq!(rows.len(), asked.len(), "{list} {question}\n{query}");
            assert_eq!(total(&server, list, &question), rows.len(), "{list} {question}");
            let csv = server.read(&format!("{list}.csv{question}"), "*/*").body;
            assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().count(), rows.len());
            let said = format!("{} 项", rows.len());
            assert!(page.contains(&said), "{list} {question}: {said}");
            found += usize::from(!rows.is_empty());
        }
    }
    assert!(found > 40, "{found}");
    let tasks = "?w gm:currentVersion ?v . ?t gm:inVersion ?v ; a gm:Task";
    assert_eq!(total(&server, "/tasks", ""), count(&server, tasks));
}

#[test]
fn a_choice_leaves_as_many_as_it_says() {
    let server = server();
    for (list, question) in [
        ("/tasks", "?"),
        ("/tasks", "?role=lead&year=2024"),
        ("/targets", "?"),
        ("/targets", "?kind=limit"),
        ("/policies", "?"),
        ("/policies", "?place=990103"),
    ] {
        let all = total(&server, list, question);
        let choices = choices(&server.page(&format!("{list}{question}")));
        assert!(choices.len() > 8, "{list}: {choices:?}");
        for (facet, href, count) in &choices {
            let is_chosen = href.matches('=').count() < question.matches('=').count();
            let left = total(&server, list, href);
            assert!(is_chosen || left == *count, "{list}{question} {facet} {href}: {left} {count}");
        }
        // What every thing has once adds up to all.
        let asked: BTreeSet<&str> = question.trim_start_matches('?').split('&').collect();
        for facet in ["年度", "文种", "时限", "文本"] {
            let counts = choices.iter().filter(|(head, ..)| head == facet).map(|(.., count)| count);
            let sum: usize = counts.sum();
            let is_asked = facet == "年度" && asked.contains("year=2024");
            assert!(sum == 0 || is_asked || sum == all, "{list}{question} {facet}: {sum} {all}");
        }
    }
}

#[test]
fn a_list_is_sorted_by_a_column_and_narrowed_by_chips() {
    let server = server();
    let json = server.read("/tasks.json?sort=-due", "*/*").body;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let due: Vec<_> = json["items"].as_array().unwrap().iter().map(|i| i["due"].as_str()).collect();
    let said = due.iter().take_while(|day| day.is_some()).count();
    assert!(said > 5 && due[said..].iter().all(Option::is_none), "{due:?}");
    let json = server.read("/targets.json?sort=value", "*/*").body;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let items = json["items"].as_array().unwrap();
    let values: Vec<f64> = items.iter().filter_map(|i| i["value"].as_f64()).collect();
    assert!(values.len() > 10 && values.is_sorted(), "{values:?}");
    let page = server.page("/tasks?sort=due&role=lead&place=990100");
    assert!(page.contains("aria-sort=\"ascending\""));
    let chips = page.split("class=\"chips\">").nth(1).unwrap().split("</p>").next().unwrap();
    assert!(
        chips.contains("href=\"?place=990100&#38;sort=due\"") && chips.contains("青澜市"),
        "{chips}"
    );
}

#[test]
fn the_matrix_leads_to_as_many_tasks_as_it_counts() {
    let server = server();
    let document = &server.rows(&format!(
        "{GM}SELECT ?w {{ ?w gm:currentVersion ?v ; gm:genre <https://w3id.org/gangmu/genre/division-plan> }}"
    ))[0];
    let document = encode(document.trim().strip_prefix(super::server::BASE).unwrap());
    for question in [format!("?document={document}"), "?place=990100&year=2024".to_owned()] {
        let page = server.page(&format!("/matrix{question}"));
        let table = page.split("<table").nth(1).unwrap().split("</table>").next().unwrap();
        let body = table.split("<tbody>").nth(1).unwrap();
        let marks: Vec<_> = body.split(" href=\"/tasks").skip(1).collect();
        assert!(marks.len() > 10, "{page}");
        for mark in marks.iter().take(25) {
            let href = unescape(mark.split('"').next().unwrap());
            let count = mark.split("</a>").next().unwrap().rsplit("</span>").next().unwrap();
            assert_eq!(total(&server, "/tasks", &href), count.parse::<usize>().unwrap(), "{href}");
        }
        assert!(body.contains("<span class=\"hidden\">牵头 </span>"));
        let cards = page.split("id=\"open\"").nth(1).unwrap();
        let flags: Vec<_> = cards.split("<h3><a href=\"").skip(1).collect();
        assert_eq!(flags.len(), 4);
        for flag in flags {
            let href = unescape(flag.split('"').next().unwrap());
            let (list, question) = href.split_once('?').unwrap();
            let count = flag.split("class=\"n\">").nth(1).unwrap().split('<').next().unwrap();
            let count: usize = count.parse().unwrap();
            assert_eq!(total(&server, list, &format!("?{question}")), count, "{href}");
        }
    }
    let unsaid = "?w gm:currentVersion ?v . ?t gm:inVersion ?v ; a gm:Task
        FILTER NOT EXISTS { ?t gm:leadAgency ?a }";
    let page = server.page("/matrix");
    assert!(page.contains(&format!("<span class=\"n\">{}</span>", count(&server, unsaid))));
}

#[test]
fn a_policy_shows_who_cites_it_and_who_carries_it_out() {
    let server = server();
    assert_eq!(
        total(&server, "/policies", ""),
        count(&server, "SELECT DISTINCT ?p { ?p a gm:Policy }")
    );
    let policies = server.rows(&format!(
        "{GM}SELECT ?p {{ ?c gm:cited ?p ; gm:kind gm:implements . ?p a gm:Policy }} GROUP BY ?p ORDER BY DESC(COUNT(*))"
    ));
    for iri in policies.iter().take(4) {
        let address = format!("/policy{}", path_of(iri));
        let page = server.page(&address);
        assert!(page.contains("政策源流"), "{address}");
        let references = format!(
            "SELECT DISTINCT ?citing ?kind ?quote ?e {{ GRAPH ?g {{ ?v gm:versionOf ?w . ?c gm:cited <{iri}> ;
             gm:citing ?citing ; gm:kind ?kind ; gm:quote ?quote ; gm:evidence ?e }}
             ?w gm:currentVersion ?v FILTER(?w != <{iri}>) }}"
        );
        assert_eq!(total(&server, &address, ""), count(&server, &references), "{address}");
        let assigned = total(&server, &address, "?view=assigned");
        let policy = encode(iri.trim().strip_prefix(super::server::BASE).unwrap());
        assert_eq!(assigned, total(&server, "/tasks", &format!("?policy={policy}")), "{address}");
        let shown = server.page(&format!("{address}?view=assigned"));
        assert!(shown.contains(&format!("{assigned} 项任务落实它")), "{address}");
    }
    // From the centre to the county: the district's plan stands below the opinion of the centre.
    let opinion = "/policy/work/中共中央国务院加强新时代老龄工作的意见";
    let opinion: String = opinion
        .chars()
        .map(|c| if c.is_ascii() { c.to_string() } else { encode(&c.to_string()) })
        .collect();
    let page = server.page(&opinion);
    let lineage = page.split("class=\"lineage\"").nth(1).unwrap().split("</ol>").next().unwrap();
    assert!(lineage.contains("望湖区老龄工作2025年行动计划"), "{lineage}");
    assert!(lineage.contains("县级") && lineage.contains("市级"), "{lineage}");
    assert_eq!(server.get("/policy/work/nothing", "text/html").status(), 404);
}

#[test]
fn the_targets_of_an_indicator_are_compared() {
    let server = server();
    let page = server.page(&format!("/targets?indicator={}", encode("率")));
    let data = page.split("<script type=\"application/json\">").nth(1).unwrap();
    let chart: serde_json::Value =
        serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    let (names, series) = (chart["categories"].as_array().unwrap(), &chart["series"][0]);
    assert!(names.len() > 3 && names.len() == series["values"].as_array().unwrap().len());
    let href = series["hrefs"][0].as_str().unwrap();
    assert!(href.contains("#span/"), "{href}");
    assert!(!server.page("/targets").contains("data-island"));
}

#[test]
fn hostile_text_is_data_in_lists() {
    let hostile = "<script>alert(1)</script>";
    let server = server();
    let asked = encode(&format!("\">{hostile}"));
    for name in ["q", "agency", "place", "indicator", "document", "policy", "unit", "from", "kind"]
    {
        for list in ["/tasks", "/targets", "/matrix", "/policies", "/en/tasks"] {
            let page = server.page(&format!("{list}?{name}={asked}"));
            assert!(!page.contains("<script>alert"), "{list} {name}");
        }
    }
    // The same from a document.
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(super::server::samples().join("names.toml"), dir.path().join("names.toml"))
        .unwrap();
    let text = format!(
        "青澜市教育局2024年工作要点\n为贯彻落实《{hostile}关于加强教育工作的意见》，制定本要点。\n一、重点工作\n\
         （一）推进{hostile}建设。2024年底前教育{hostile}覆盖率达到95%，教育普及率达到96%。\n牵头单位：市教育局、{hostile}办公室\n\
         （二）推进学校建设。落实《{hostile}关于加强教育工作的意见》。\n牵头单位：市教育局\n"
    );
    std::fs::write(dir.path().join("hostile.txt"), text).unwrap();
    let server = Start { documents: Some(dir.path().to_owned()), ..Start::default() }.start();
    let work = &server.rows(&format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v }}"))[0];
    let document = encode(work.trim().strip_prefix(super::server::BASE).unwrap());
    let mut pages: Vec<String> =
        ["/tasks", "/targets", "/targets?indicator=%E7%8E%87", "/policies", "/matrix?place=990100"]
            .map(str::to_owned)
            .into();
    pages.push(format!("/matrix?document={document}"));
    pages.extend(links(&server.page("/policies"), "/policy/"));
    let mut seen = 0;
    for address in pages {
        let page = server.page(&address);
        assert!(!page.contains("<script>alert") && !page.contains("</script>关于"), "{address}");
        seen += page.matches("alert(1)").count();
    }
    assert!(seen > 3, "{seen}");
}
