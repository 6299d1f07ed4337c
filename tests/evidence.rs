//! Evidence: every quote stands where its position says, every claim has one, and what is no text of a
//! document is in none.

mod common;
#[path = "common/shared.rs"]
mod shared;

use std::collections::{BTreeMap, BTreeSet};

use common::{Collection, Row, SAMPLES};
use gangmu::knowledge::Knowledge;

const CLASSES: [&str; 6] =
    ["Responsibility", "Target", "Achievement", "Limit", "Deadline", "Citation"];

const VERSIONS: &str = "
    PREFIX gm: <https://w3id.org/gangmu/ontology#>
    SELECT ?version ?text { ?version a gm:Version ; gm:text ?text }";

const SELECTORS: &str = "
    PREFIX oa: <http://www.w3.org/ns/oa#>
    SELECT ?evidence ?version ?quote ?exact ?position ?start ?end {
      { ?evidence a oa:SpecificResource } UNION { ?claim <https://w3id.org/gangmu/ontology#evidence> ?evidence }
      OPTIONAL { ?evidence oa:hasSource ?version }
      OPTIONAL { ?evidence oa:hasSelector ?quote . ?quote a oa:TextQuoteSelector ; oa:exact ?exact }
      OPTIONAL {
        ?evidence oa:hasSelector ?position .
        ?position a oa:TextPositionSelector ; oa:start ?start ; oa:end ?end
      }
    }";

/// All claims with what they quote and the sentence that proves them, if there is one.
const CLAIMS: &str = "
    PREFIX gm: <https://w3id.org/gangmu/ontology#>
    PREFIX oa: <http://www.w3.org/ns/oa#>
    SELECT ?class ?claim ?said ?sentence ?file {
      VALUES ?class { gm:Responsibility gm:Target gm:Achievement gm:Limit gm:Deadline gm:Citation }
      ?claim a ?class .
      OPTIONAL { ?claim gm:surface|gm:quote ?said }
      OPTIONAL {
        ?claim gm:evidence ?evidence .
        ?evidence oa:hasSelector/oa:exact ?sentence ; oa:hasSource/gm:sourceName ?file
      }
    }";

#[test]
fn every_quote_of_the_samples_stands_at_its_position() {
    assert!(check_selectors(&SAMPLES) > 300);
}

#[test]
fn every_claim_of_the_samples_is_proven() {
    let counts = check_claims(&SAMPLES);
    for class in CLASSES {
        assert!(counts.get(class).is_some_and(|&count| count > 5), "{class}: {counts:?}");
    }
}

#[test]
fn shared_documents_are_quoted_as_they_are() {
    for folder in ["seeds", "gold/pool/docs", "corpus/text"] {
        let Some(documents) = shared::documents(folder) else { continue };
        let collection = Collection::of(&documents, &Knowledge::embedded());
        assert!(check_selectors(&collection) > documents.len());
        check_claims(&collection);
        check_masks(&collection);
    }
}

#[test]
fn masked_numbers_of_the_samples_are_no_numbers() {
    check_masks(&SAMPLES);
    let report = "childcare-report.txt";
    let quantities: BTreeSet<_> = SAMPLES
        .ask(CLAIMS)
        .into_iter()
        .filter(|row| row.get("file").is_some_and(|file| file == report))
        .filter(|row| row["class"].ends_with("Achievement"))
        .map(|row| row["said"].clone())
        .collect();
    // Of what was reached the report masks all but these two.
    assert_eq!(
        quantities,
        BTreeSet::from(["建成市级示范托育机构18家", "开展了三轮服务质量评估"].map(str::to_owned))
    );
}

#[test]
fn what_sites_add_is_in_no_claim_of_the_samples() {
    let markup = ["q7mzt", "kbd", "脚本不执行", "# Page"];
    let site =
        ["打印本页", "Discuz", "关闭窗口", "扫一扫", "网站标识码", "ICP备", "版权所有", "责任编辑"];
    let page = ["范文湖", "fanwenhu", "浏览量", "首页", "技术支持", "字号", "索 引 号", "收藏"];
    let spam = ["彩票", "娱乐", "app下载"];
    check_debris(&SAMPLES, &[&markup[..], &site, &page, &spam].concat());
}

#[test]
fn what_sites_add_is_in_no_claim_of_the_shared_seeds() {
    let Some(documents) = shared::documents("seeds") else { return };
    let markup = ["h4sia", "blockquote"];
    let site =
        ["打印本页", "Discuz", "扫一扫", "网站标识码", "ICP备", "版权所有", "责任编辑", "当前位置"];
    let page =
        ["老秘网", "材夜思", "caiyes", "首页", "今天是", "官方网站", "字号", "索引ID", "主题分类"];
    let spam = ["365", "提款", "体育在线", "官方电话"];
    let collection = Collection::of(&documents, &Knowledge::embedded());
    check_debris(&collection, &[&markup[..], &site, &page, &spam].concat());
}

/// How many selectors there are; all of them agree with the text of their version.
fn check_selectors(collection: &Collection) -> usize {
    let texts: BTreeMap<String, Vec<char>> = collection
        .ask(VERSIONS)
        .into_iter()
        .map(|row| (row["version"].clone(), row["text"].chars().collect()))
        .collect();
    let selectors = collection.ask(SELECTORS);
    for row in &selectors {
        let found = quoted(row, &texts);
        assert_eq!(found.as_ref(), row.get("exact"), "{row:?}");
        assert!(found.is_some_and(|text| !text.trim().is_empty()), "{row:?}");
    }
    selectors.len()
}

/// What the version's text has at the position, counted in Unicode code points.
fn quoted(row: &Row, texts: &BTreeMap<String, Vec<char>>) -> Option<String> {
    let point = |name: &str| row.get(name)?.parse::<usize>().ok();
    let text = texts.get(row.get("version")?)?;
    Some(text.get(point("start")?..point("end")?)?.iter().collect())
}

/// How many claims of each class there are; the evidence of each holds what it quotes.
fn check_claims(collection: &Collection) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for row in collection.ask(CLAIMS) {
        let (Some(said), Some(sentence)) = (row.get("said"), row.get("sentence")) else {
            panic!("not proven: {row:?}");
        };
        assert!(squeezed(sentence).contains(&squeezed(said)), "{row:?}");
        let class = CLASSES.into_iter().find(|class| row["class"].ends_with(&format!("#{class}")));
        *counts.entry(class.expect("a class of claims")).or_default() += 1;
    }
    counts
}

/// A name is quoted without the white space that print puts into it.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A number that the site masked (`**%`, `×××`) is none.
fn check_masks(collection: &Collection) {
    let quantities = ["#Target", "#Achievement", "#Limit"];
    for row in collection.ask(CLAIMS) {
        let is_quantity = quantities.iter().any(|class| row["class"].ends_with(class));
        let masked = ["*", "＊", "××"].iter().any(|mask| row["said"].contains(mask));
        assert!(!(is_quantity && masked), "{row:?}");
    }
}

fn check_debris(collection: &Collection, debris: &[&str]) {
    let claims = collection.ask(CLAIMS);
    assert!(!claims.is_empty());
    for row in claims {
        for part in debris {
            assert!(!row["said"].contains(part), "{part}: {row:?}");
        }
    }
}
