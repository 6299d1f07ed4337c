//! What the program reads in annotated documents, against the annotations.

#[path = "common/annotations.rs"]
mod annotations;
mod common;
#[path = "common/score.rs"]
mod score;
#[path = "common/shared.rs"]
mod shared;

use std::collections::BTreeMap;

use common::{Collection, SAMPLES, project};
use gangmu::knowledge::Knowledge;

/// What `gold/seeds` must be read with at least.
const HEADLINE: f64 = 0.80;

/// Every kind of fact has a floor just below what was measured last. A change that lowers one is no
/// progress; one that raises a score raises the floor in the same commit.
#[test]
fn no_kind_of_fact_is_read_worse_than_before() {
    let floors = std::fs::read_to_string(project("tests/gold/floors.toml")).expect("the floors");
    let floors: BTreeMap<String, f64> = toml::from_str(&floors).expect("kinds and numbers");
    let scores = score::scores(&project("tests/gold"), &SAMPLES);
    let kinds = |names: Vec<&str>| names.join("\n");
    assert_eq!(
        kinds(scores.keys().copied().collect()),
        kinds(floors.keys().map(String::as_str).collect())
    );
    let mut below = Vec::new();
    for (kind, score) in &scores {
        println!("{kind:26} {:.3}", score.f1);
        if score.f1 < floors[*kind] {
            below.push(format!("{kind}: {:.3} < {:.3}", score.f1, floors[*kind]));
            below.extend(score.misses.iter().map(|miss| format!("    {miss}")));
        }
    }
    println!("{:26} {:.3}", "headline", score::headline(&scores));
    assert!(below.is_empty(), "\n{}", below.join("\n"));
}

#[test]
fn the_shared_seeds_are_read_well_enough() {
    let Some(documents) = shared::documents("seeds") else { return };
    let collection = Collection::of(&documents, &Knowledge::embedded());
    let headline = score::headline(&score::scores(&project("../shared/gold/seeds"), &collection));
    println!("headline {headline:.3}");
    assert!(headline >= HEADLINE, "{headline:.3}");
}

/// The annotations agree with themselves, and a fact too many or too few is a miss.
#[test]
fn the_score_tells_right_from_wrong() {
    let none = Collection::of(&[], &Knowledge::embedded());
    let scores = score::scores(&project("tests/gold"), &none);
    assert!(score::headline(&scores) < 0.01);
    let missed = &scores["number"].misses;
    assert!(
        missed.contains(&"- wanghu-elderly-plan-2025.txt 望政办发20253号".to_owned()),
        "{missed:?}"
    );
}

#[test]
fn the_questions_are_those_of_the_shared_scorer() {
    for (table, query) in score::TABLES {
        let path = project(&format!("../shared/score/facts/{table}.rq"));
        let Ok(theirs) = std::fs::read_to_string(&path) else {
            println!("{} is not here: nothing was compared", path.display());
            continue;
        };
        let sorted = |query: &str| {
            let mut rows = SAMPLES.ask(query);
            rows.sort();
            rows
        };
        assert_eq!(sorted(query), sorted(&theirs), "{table}");
    }
}
