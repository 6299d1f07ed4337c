//! No input makes the program panic, and what it reads in any input stands where it says.

#[path = "common/sound.rs"]
mod sound;

use std::sync::LazyLock;

use gangmu::knowledge::Knowledge;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::embedded);

/// Documents to take pieces from: with a table, with brackets, with articles, a page of a site.
const SAMPLES: [&str; 5] = [
    include_str!("../seeds/samples/elderly-division-plan-2024.txt"),
    include_str!("../seeds/samples/education-work-points-2024.txt"),
    include_str!("../seeds/samples/parking-regulation-2022.txt"),
    include_str!("../seeds/samples/childcare-report.txt"),
    include_str!("../seeds/samples/lake-water-plan-draft.html"),
];

/// What documents of the domain are made of, and what goes wrong in them.
const FRAGMENTS: [&[&str]; 9] = [
    &[
        "一、",
        "（一）",
        "(二)",
        "1.",
        "2．",
        "①",
        "⑳",
        "第一条",
        "第二十一章",
        "一是",
        "三要",
        "附件",
        "附件1：",
        "注：",
    ],
    &[
        "（牵头单位：市教育局；配合单位：市财政局、团市委）",
        "（市教育局牵头",
        "〔市民政局、各县(市、区)政府负责〕",
        "[责任单位：",
        "市财政局会同市人社局配合)",
        "（责任单位：市发改委，排在第一位的为牵头单位，下同）",
        "【",
        "】",
        "（",
        "）",
        "(",
        ")",
        "〔",
        "〕",
        "（（",
    ],
    &[
        "责任单位：",
        "牵头单位:",
        "配 合 单 位：",
        "责任领导：胡 辉 刘大川",
        "完成时限：",
        "完成时限：2024年13月32日",
        "指导单位：、，；",
        "市教育局、市财政局等部门要",
        "由市教育局会同",
        "各县（市、区）、各有关部门",
        "编  办",
        "教育、民政部门负责",
    ],
    &[
        "\t",
        " | ",
        "序号\t任务\t牵头单位\t责任单位\n",
        "1\t建设\t市教育局\t市财政局\n",
        "序号 重点任务 责任单位 完成时限\n",
        "<table><tr><th>任务<th>牵头单位</tr>",
        "<tr><td rowspan=3>甲<td colspan=2>市教育局</tr>",
        "<td rowspan=99999>",
        "</table>",
    ],
    &[
        "<p>",
        "</p>",
        "<div>",
        "<br/>",
        "<h1>",
        "<script>",
        "</script>",
        "<!--",
        "&nbsp;",
        "&#x10ffff;",
        "<",
        "&",
        "<title>甲</title>",
    ],
    &[
        "2024年6月底前",
        "2024年2月30日",
        "到2025年，",
        "“十四五”末",
        "每季度末",
        "9999年12月31日",
        "0年0月",
        "长期坚持",
        "上半年",
        "二〇二四年五月六日",
        "印发后30日内",
        "近期",
    ],
    &[
        "达到85%以上",
        "8:1",
        "1.25万个",
        "不少于3次",
        "百分之百",
        "全覆盖",
        "99999999999999999999999999亿元",
        "0.",
        "50%-60%",
        "3—5个",
        "一百二十万",
        "**%",
        "增长6．5％",
        "万",
        "第3个",
        "1/3",
        "每天1小时",
        "确保完成、力争达到",
    ],
    &[
        "《",
        "》",
        "〈",
        "〉",
        "《〈",
        "〉》",
        "《甲〈乙《丙》丁〉戊》",
        "《关于印发〈青澜市老龄工作方案〉的通知》（青政办发〔2024〕18号）",
        "贯彻落实",
        "根据《》",
        "（征求意见稿）",
        "（以下简称“方案”）",
        "“",
        "”",
        "青政发〔2024〕号",
    ],
    &[
        "\n",
        "\r\n",
        "\r",
        "\u{c}",
        " ",
        "\u{3000}",
        "\u{a0}",
        "\u{200b}",
        "\u{feff}",
        "\u{2028}",
        "\u{e000}",
        "e\u{301}",
        "𠮷",
        "👪",
        "。",
        "，",
        "；",
        "：",
        "、",
        "加强统筹协调",
        "青澜市教育局",
        "市",
        "各",
        "的",
        "等",
    ],
];

fn fragment() -> impl Strategy<Value = String> {
    let made = select(FRAGMENTS.to_vec()).prop_flat_map(|kind| select(kind.to_vec()));
    let taken =
        (select(SAMPLES.to_vec()), any::<Index>(), 1usize..200).prop_map(|(from, at, n)| {
            let start = at.index(from.chars().count());
            from.chars().skip(start).take(n).collect()
        });
    prop_oneof![3 => made.prop_map(str::to_owned), 1 => taken]
}

/// What print, conversion and copying do to a document.
#[derive(Clone, Debug)]
enum Harm {
    Truncated(Index),
    Repeated(Index, Index, usize),
    Spliced(Index, Index),
    Spaced(Index, &'static str),
}

fn harm() -> impl Strategy<Value = Harm> {
    let space = vec!["\n", " ", "\u{3000}", "\t", "\r\n\r\n", "\u{200b}"];
    prop_oneof![
        any::<Index>().prop_map(Harm::Truncated),
        (any::<Index>(), any::<Index>(), 2usize..20).prop_map(|(a, b, n)| Harm::Repeated(a, b, n)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Harm::Spliced(a, b)),
        (any::<Index>(), select(space)).prop_map(|(a, s)| Harm::Spaced(a, s)),
    ]
}

fn harmed(text: &str, harms: &[Harm]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for harm in harms {
        let len = chars.len() + 1;
        let between = |a: &Index, b: &Index| {
            let (a, b) = (a.index(len), b.index(len));
            a.min(b)..a.max(b)
        };
        match harm {
            Harm::Truncated(at) => chars.truncate(at.index(len)),
            Harm::Repeated(a, b, times) => {
                let range = between(a, b);
                let piece: Vec<char> = chars[range.clone()].iter().take(200).copied().collect();
                let many = piece.repeat(*times);
                chars.splice(range.end..range.end, many);
            }
            Harm::Spliced(a, b) => drop(chars.drain(between(a, b))),
            Harm::Spaced(at, space) => {
                // After every so many characters, as justified or narrow print has it.
                let step = at.index(40) + 1;
                let broken = chars.chunks(step).map(|c| c.iter().collect::<String>());
                chars = broken.collect::<Vec<_>>().join(space).chars().collect();
            }
        }
    }
    chars.into_iter().collect()
}

fn check(text: &str) {
    sound::check("a.txt", text.as_bytes(), &KNOWLEDGE);
    sound::check("a.html", text.as_bytes(), &KNOWLEDGE);
}

/// The same cases at each run, so that a change is judged by what it changes. `PROPTEST_RNG_SEED` and
/// `PROPTEST_CASES` look further.
fn cases(cases: u32) -> ProptestConfig {
    let given = ProptestConfig::default();
    let is_set = |variable: &str| std::env::var_os(variable).is_some();
    ProptestConfig {
        cases: if is_set("PROPTEST_CASES") { given.cases } else { cases },
        rng_seed: if is_set("PROPTEST_RNG_SEED") { given.rng_seed } else { RngSeed::Fixed(2024) },
        failure_persistence: None,
        ..given
    }
}

/// What once failed.
#[test]
fn a_number_of_a_measure_may_stand_alone_in_a_cell() {
    let cells = "<td>序号</td><td>任务</td><td>责任单位</td></tr><tr><td>1</td>";
    let task = "<td>完善居家社区养老服务。<br>1.<br></td><td>市民政局</td>";
    check(&format!("<table><tr>{cells}{task}</tr></table>"));
}

#[test]
fn the_number_of_a_row_is_part_of_it() {
    let head = "<tr><td>序号</td><td>任务</td><td>责任单位</td></tr>";
    check(&format!("<table>{head}<tr><td>1</td><td>建成站点</td><td>市民政局</td></tr></table>"));
}

#[test]
fn full_coverage_may_open_a_clause() {
    check("一、全覆盖达到85%以上、力争达到不少于3次9:20。");
}

#[test]
fn numerals_may_run_into_one_another() {
    check("一、新建一百分之百、一亿一亿一亿一亿一亿一亿个。");
}

#[test]
fn a_task_has_one_row_for_its_counterpart() {
    let head = "<p>一、建成站点</p><p>年底前完成。</p><tr><td>序号</td><td>任务</td><td>责任单位</td></tr>";
    let row = |n| format!("<tr><td>{n}</td><td>建成站点</td><td>市民政局</td></tr>");
    check(&format!("{}{}{}", head.replacen("<tr>", "<table><tr>", 1), row(1), row(2) + "</table>"));
}

#[test]
fn an_annex_may_begin_between_a_head_and_its_rows() {
    check("序号\n附件\n配合单位\n1\n建成站点\n");
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn bytes_are_read_soundly(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        sound::check("a", &bytes, &KNOWLEDGE);
        sound::check("a.html", &bytes, &KNOWLEDGE);
    }

    #[test]
    fn any_text_is_read_soundly(text in "(?s).{0,300}") {
        check(&text);
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn fragments_are_read_soundly(parts in prop::collection::vec(fragment(), 0..60)) {
        check(&parts.concat());
    }

    #[test]
    fn harmed_documents_are_read_soundly(
        document in select(SAMPLES.to_vec()),
        parts in prop::collection::vec((any::<Index>(), fragment()), 0..8),
        harms in prop::collection::vec(harm(), 1..6),
    ) {
        let mut text = document.to_owned();
        for (at, part) in parts {
            let at = text.floor_char_boundary(at.index(text.len()));
            text.insert_str(at, &part);
        }
        check(&harmed(&text, &harms));
    }
}
