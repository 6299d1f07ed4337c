//! A document beside what was read in it.

use std::collections::BTreeSet;

use crate::GM;
use crate::server::{Server, Start, agent, encode, path_of, server};

/// The versions that are current, with their texts.
fn texts(server: &Server) -> Vec<(String, String)> {
    let query = format!("{GM}SELECT ?v ?t {{ ?w gm:currentVersion ?v . ?v gm:text ?t }}");
    let path = format!("/sparql?query={}", encode(&query));
    let json = server.read(&path, "application/sparql-results+json").body;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let value =
        |row: &serde_json::Value, name: &str| row[name]["value"].as_str().unwrap().to_owned();
    let rows = json["results"]["bindings"].as_array().unwrap().iter();
    rows.map(|row| (value(row, "v"), value(row, "t"))).collect()
}

/// What a page shows as the text of its document, without marks.
fn text_on(page: &str) -> String {
    let blocks = page.split("<div class=\"text\" lang=\"zh-CN\">").skip(1);
    let blocks = blocks.map(|block| block.split("</div>").next().unwrap());
    let mut text = String::new();
    for piece in blocks.flat_map(|block| block.split('<')) {
        text += piece.split_once('>').map_or(piece, |(_, text)| text);
    }
    let entities =
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    entities.iter().fold(text, |text, (entity, plain)| text.replace(entity, plain))
}

/// The values of an attribute.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let begin = format!(" {attribute}=\"");
    let values = page.split(&begin).skip(1).map(|rest| rest.split('"').next().unwrap());
    values.collect()
}

#[test]
fn the_text_stands_as_it_is_and_facts_lead_to_its_words_and_back() {
    let server = server();
    let texts = texts(&server);
    assert!(texts.len() >= 10);
    for (version, text) in texts {
        let path = path_of(&version);
        let page = server.page(&path);
        assert_eq!(text_on(&page), text, "{version}");
        let ids: Vec<&str> = values(&page, "id");
        let names: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(names.len(), ids.len(), "{version}: a name is given twice");
        let links: Vec<&str> =
            values(&page, "href").into_iter().filter_map(|href| href.strip_prefix('#')).collect();
        let lost: Vec<&&str> = links.iter().filter(|link| !names.contains(**link)).collect();
        assert!(lost.is_empty(), "{version}: {lost:?}");
        // All claims are told, each with its words; all words lead to a fact.
        let facts = names.iter().filter(|name| is_numbered(name, 'f')).count();
        let json = server.read(&format!("/page{path}.json"), "*/*").body;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["total"], facts, "{version}");
        let back: BTreeSet<&str> = links.iter().copied().filter(|l| is_numbered(l, 'f')).collect();
        let words = names.iter().filter(|name| is_numbered(name, 'w')).count();
        assert!(words == 0 || !back.is_empty(), "{version}");
        let chars: Vec<char> = text.chars().collect();
        for fact in json["items"].as_array().unwrap() {
            let place = fact["wordsUrl"].as_str().unwrap().split_once('#').unwrap().1;
            assert!(names.contains(place), "{version}: {fact}");
            let (start, end) = place[1..].split_once('-').unwrap();
            let said: String = chars[start.parse().unwrap()..end.parse().unwrap()].iter().collect();
            let evidence = fact["evidence"].as_str().unwrap();
            let blank = |text: &str| text.split_whitespace().collect::<String>();
            let words = blank(fact["words"].as_str().unwrap());
            assert!(blank(&said) == words || said == evidence, "{version}: {said} {fact}");
            let at = |name: &str| usize::try_from(fact[name].as_u64().unwrap()).unwrap();
            let quoted: String = chars[at("start")..at("end")].iter().collect();
            assert_eq!(quoted, evidence, "{version}");
        }
    }
}

fn is_numbered(name: &str, letter: char) -> bool {
    let digits = name.strip_prefix(letter).unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_digit())
}

#[test]
fn body_and_table_stand_side_by_side_where_they_disagree() {
    let server = server();
    // The same as the question of the library finds.
    let query = include_str!("../../queries/body-and-table.rq");
    let path = format!("/sparql?query={}", encode(query));
    let rows = server.read(&path, "text/csv").body;
    let rows: Vec<&str> = rows.lines().skip(1).collect();
    let bodies: BTreeSet<&str> = rows.iter().filter_map(|row| row.rsplit(',').next()).collect();
    assert!(bodies.len() > 1, "{rows:?}");
    let version = bodies.first().unwrap().split("/task/").next().unwrap();
    let page = server.page(&path_of(version));
    assert!(page.contains(&format!("正文与表格说法不同：{} 处", bodies.len())), "{bodies:?}");
    for body in bodies {
        let anchor = body.split_once(version).unwrap().1.trim_start_matches('/');
        let head = format!("<th scope=\"col\"><a href=\"#{anchor}\">");
        let table = page.split(&head).nth(1).expect(anchor).split("</table>").next().unwrap();
        let differs = table.contains('≠') || table.contains("只一边写明");
        assert!(differs, "{anchor}: {table}");
    }
    assert!(page.contains("市教育局</td><td lang=\"zh-CN\">文广旅局</td>"));
    assert!(page.contains("困难老年人家庭适老化改造1500户") && page.contains("改造1200户"));
}

#[test]
fn a_long_text_comes_in_parts_that_say_so() {
    let mut text = "青澜市实施方案\n".to_owned();
    for section in 0..40 {
        text += &format!("第{section}章 建设{section}\n");
        for item in 0..10 {
            text += &format!("{item}.推进第{section}项工作{item}。");
            text += &"完善制度，强化保障，压实责任，抓好落实。".repeat(4);
            text += "（责任单位：市教育局）\n";
        }
    }
    let server = Server::empty();
    let taken = server.write("POST", "/documents?name=plan.txt", "text/plain", &text);
    assert_eq!(taken.status, 201, "{}", taken.body);
    let path = format!("/page{}", path_of(&taken.location));
    let (_, text) = texts(&server).remove(0);
    let first = server.page(&path);
    let parts = values(&first, "data-parts")[0].split_whitespace().count();
    assert!(parts > 1, "{parts}");
    assert!(first.contains(&format!("分 {parts} 部分显示")) && first.contains("本页只有第 1 部分"));
    let pages: Vec<String> =
        (1..=parts).map(|part| server.page(&format!("{path}?part={part}"))).collect();
    assert_eq!(pages.iter().map(|page| text_on(page)).collect::<String>(), text);
    assert_eq!(text_on(&server.page(&format!("{path}?part=all"))), text);
    // What is on no page of its own is led to from its line in the contents.
    let items = server.rows(&format!("{GM}SELECT ?i {{ ?i gm:inVersion ?v ; gm:partOf ?p }}"));
    for page in &pages {
        let names: BTreeSet<&str> = values(page, "id").into_iter().collect();
        for item in &items {
            let name = item.split_once(&taken.location).unwrap().1.trim_start_matches('/');
            assert!(names.contains(name), "{name}");
        }
    }
    // It fits the wire.
    let request =
        agent().get(format!("{}{path}", server.address)).header("accept-encoding", "gzip");
    let size = request
        .call()
        .unwrap()
        .headers()
        .get("content-length")
        .map(|length| length.to_str().unwrap().parse::<usize>().unwrap());
    assert!(size.is_none_or(|size| size < 100 << 10), "{size:?}");
}

#[test]
fn a_draft_says_what_it_is_and_a_work_only_cited_has_no_text() {
    let server = Start::default().start();
    let draft = format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v ; gm:tier gm:draft }}");
    let page = server.page(&path_of(&server.rows(&draft)[0]));
    assert!(page.contains("class=\"banner\">征求意见稿：不是生效文件"));
    let cited = server
        .page(&path_of(server.rows(&format!("{GM}{}", crate::CITED_ONLY))[0].trim_matches('"')));
    assert!(
        cited.contains("库里没有这份文件的文本") && cited.contains("引用本文件的文件"),
        "{cited}"
    );
    assert!(!cited.contains("<div class=\"text\""));
}
