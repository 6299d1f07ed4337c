//! The same document in each format gives the same facts.
//!
//! `tests/data/formats` holds three samples as LibreOffice writes them (see `make` there) and one as WPS lays such
//! files out, made by hand. Real pages stand beside their texts in `../shared/corpus`.

#[allow(dead_code, reason = "facts are compared without a store")]
mod common;
#[path = "common/facts.rs"]
mod facts;
#[path = "common/shared.rs"]
mod shared;

use std::collections::BTreeMap;
use std::path::Path;

use common::{project, with_sample_names};
use facts::{Facts, differences, facts};
use gangmu::knowledge::Knowledge;
use gangmu::pipeline;

/// A document in another format, the sample it is compared with, and how what it says differs, all told.
struct Fixture {
    file: &'static str,
    sample: &'static str,
    /// `- fact` of the sample alone, `+ fact` of the fixture alone.
    differs: &'static [&'static str],
}

const BUSINESS: &str = "business-environment-plan-2024.txt";
const ELDERLY: &str = "elderly-division-plan-2024.txt";
const WANGHU: &str = "wanghu-elderly-plan-2025.txt";

/// When a site put the sample up: what stands beside the document there, not in it.
const SITE: [&str; 2] = ["- header published Some(\"2024-05-17\")", "+ header published None"];

const fn same(file: &'static str, sample: &'static str) -> Fixture {
    Fixture { file, sample, differs: &[] }
}

const FIXTURES: &[Fixture] = &[
    same("business-environment.docx", BUSINESS),
    // Made by hand in the way of WPS: see `make`.
    same("business-environment-wps.docx", BUSINESS),
    same("business-environment.html", BUSINESS),
    same("business-environment.md", BUSINESS),
    same("business-environment.pdf", BUSINESS),
    Fixture { file: "elderly-division.docx", sample: ELDERLY, differs: &SITE },
    Fixture { file: "elderly-division.html", sample: ELDERLY, differs: &SITE },
    Fixture { file: "elderly-division.md", sample: ELDERLY, differs: &SITE },
    Fixture { file: "elderly-division.pdf", sample: ELDERLY, differs: &SITE },
    same("wanghu-elderly.docx", WANGHU),
    same("wanghu-elderly.html", WANGHU),
    same("wanghu-elderly.md", WANGHU),
    same("wanghu-elderly.pdf", WANGHU),
];

fn read(path: &Path, knowledge: &Knowledge) -> Facts {
    let bytes = std::fs::read(path).expect("a document can be read");
    let name = path.file_name().expect("a file name").to_string_lossy();
    let reading = pipeline::read(&name, &bytes, knowledge);
    facts(&reading.unwrap_or_else(|error| panic!("{name}: {error}")))
}

#[test]
fn a_document_says_the_same_in_every_format() {
    let knowledge = with_sample_names();
    let mut wrong = Vec::new();
    for Fixture { file, sample, differs } in FIXTURES {
        let wanted = read(&project("seeds/samples").join(sample), &knowledge);
        assert!(wanted.len() > 40, "{sample} says little");
        let found = read(&project("tests/data/formats").join(file), &knowledge);
        let told = differences(&wanted, &found);
        let known = |line: &&String| !differs.contains(&line.as_str());
        wrong.extend(told.iter().filter(known).map(|line| format!("{file}: {line}")));
        let stale = differs.iter().filter(|d| !told.iter().any(|line| line == *d));
        wrong.extend(stale.map(|line| format!("{file}: no longer {line}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_sheet_says_what_the_table_of_a_text_says() {
    let knowledge = with_sample_names();
    // The sheet has the table alone, without the title above it.
    let above = [
        "- citation Implements 中共中央、国务院关于加强新时代老龄工作的意见",
        "- header genre Some(DivisionPlan) Some(Official) None",
        "- header title 附件贯彻落实《中共中央、国务院关于加强新时代老龄工作的意见》重点任务清单",
        "+ header genre None Some(Official) None",
        "+ header title",
    ];
    let whole = std::fs::read_to_string(project("seeds/samples").join(ELDERLY)).expect("a sample");
    let annex = &whole[whole.rfind("附件\n").expect("an annex")..];
    let annex = pipeline::read("annex.txt", annex.as_bytes(), &knowledge).expect("a text");
    let annex = facts(&annex);
    assert!(annex.len() > 50);
    let sheet = read(&project("tests/data/formats/elderly-division.xlsx"), &knowledge);
    assert_eq!(differences(&annex, &sheet), above);
}

#[test]
fn a_file_of_word_97_is_refused_with_what_to_do() {
    let knowledge = Knowledge::embedded();
    for stem in ["business-environment", "elderly-division", "wanghu-elderly"] {
        let bytes = std::fs::read(project("tests/data/formats").join(format!("{stem}.doc")));
        // Whatever its name says.
        for name in ["a.doc", "a.wps", "a.docx"] {
            let refused = pipeline::read(name, bytes.as_deref().expect("a fixture"), &knowledge);
            let said = refused.expect_err("no reader of such files").to_string();
            assert!(said.contains("Word 97") && said.contains("--convert-to docx"), "{said}");
        }
    }
}

/// Of the pages that stand beside their texts in `../shared/corpus`, so many say all the same …
const ALIKE: usize = 51;
/// … and of the facts of the texts, so many in a thousand are those of the pages.
const SHARED: usize = 1000;

#[test]
fn pages_say_what_their_texts_say() {
    let Some(pages) = shared::documents("corpus/html") else { return };
    let knowledge = Knowledge::embedded();
    let (mut alike, mut facts, mut common) = (0, 0, 0);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for page in &pages {
        let name = page.file_stem().expect("a name").to_string_lossy();
        let text = read(&project(&format!("../shared/corpus/text/{name}.txt")), &knowledge);
        let told = differences(&text, &read(page, &knowledge));
        alike += usize::from(told.is_empty());
        facts += text.len();
        common += text.len() - told.iter().filter(|line| line.starts_with('-')).count();
        for line in &told {
            println!("{name}: {line}");
            let kind = line.split(' ').take(2).collect::<Vec<_>>().join(" ");
            *kinds.entry(kind).or_default() += 1;
        }
    }
    let share = common * 1000 / facts;
    println!(
        "{alike} of {} pages say all that their texts say; {share} of 1000 facts; {kinds:?}",
        pages.len()
    );
    assert!(alike >= ALIKE && share >= SHARED, "{alike} pages alike, {share} of 1000 facts");
}
