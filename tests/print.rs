//! Printed documents: PDF and OFD of many makers give the text that a reader sees, or say why they do not.
//!
//! `tests/data/print` holds them; `make` there tells how each was made.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gangmu::knowledge::Knowledge;
use gangmu::model::Text;
use gangmu::pipeline::{self, ReadError, Reading};
use proptest::prelude::*;
use proptest::sample::{Index, select};

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::embedded);

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/print").join(name)
}

fn read(name: &str) -> Result<Reading, ReadError> {
    let bytes = std::fs::read(fixture(name)).expect("a fixture");
    pipeline::read(name, &bytes, &KNOWLEDGE)
}

fn text(name: &str) -> Text {
    read(name).unwrap_or_else(|error| panic!("{name}: {error}")).document.text
}

const NOTICE: [&str; 8] = [
    "青澜市教育局关于做好校园安全工作的通知",
    "青教发〔2024〕7号",
    "各县（市、区）教育局，市直各学校：",
    "为维护校园安全，现将有关事项通知如下。",
    "一、完善校园安全防护。专职保安配备率达到100%，年底前完成全部学校的视频监控联网。（牵头单位：市教育局；配合单位：市公安局）",
    "二、加强食堂和校车监管。2024年6月底前建立校车动态监测机制，严防集体性食源性疾病。（责任单位：市市场监管局、市教育局）",
    "青澜市教育局",
    "2024年3月1日",
];

#[test]
fn a_notice_reads_the_same_however_it_is_printed() {
    for name in [
        "notice-ucs2.pdf",
        "notice-gbk.pdf",
        "notice-rotated-90.pdf",
        "notice-rotated-180.pdf",
        "notice-sideways.pdf",
        "notice-encrypted-open.pdf",
        "notice.ofd",
        "notice-easyofd.ofd",
    ] {
        let text = text(name);
        assert_eq!(text.as_str().lines().collect::<Vec<_>>(), NOTICE, "{name}");
        let places = text.places();
        let page = |words: &str| {
            let at = text.as_str().find(words).unwrap();
            places.of(at).unwrap().to_string()
        };
        assert_eq!((page("一、"), page("二、")), ("第1页".into(), "第2页".into()), "{name}");
    }
}

#[test]
fn a_plan_of_several_pages_is_whole() {
    let text = text("plan-chromium.pdf");
    let string = text.as_str();
    // A title in two lines, a paragraph over the page's end, a note's mark that is no part of a number.
    assert!(
        string.contains("\n青澜市人民政府办公室关于印发《青澜市老龄工作三年行动方案》的通知\n")
    );
    assert!(string.contains("的比例达到80%¹，65岁及以上"));
    assert!(
        string.contains("（三）发展农村互助养老。")
            && string.ends_with("抄送：市委各部门，市人大常委会办公室。")
    );
    // The head runs on every page, and each has a number; the first line of the first page is the red head.
    assert_eq!(string.matches("青澜市人民政府办公室文件").count(), 1);
    assert!(!string.contains("— "), "numbers of pages");
    let [table] = text.tables.as_slice() else { panic!("one table over three pages") };
    assert_eq!(table.rows.len(), 13);
    let cell = |row: usize, column: usize| text.slice(table.rows[row][column]);
    for (row, n) in table.rows.iter().skip(1).zip(1..) {
        assert_eq!((row.len(), text.slice(row[0])), (6, n.to_string().as_str()));
    }
    // A lead merged over two rows, also where a page ends between them.
    for (first, second) in [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)] {
        assert_eq!(table.rows[first][4], table.rows[second][4], "row {first}");
    }
    assert_eq!(cell(9, 4), "市文广旅局");
    // A row parted by the page's end.
    assert_eq!(
        cell(9, 2),
        "1.依托社区学校新增老年学习点30个。\n2.遴选一批老年教育精品课，编印《银龄学堂》教材。"
    );
    let place = |row: usize| text.places().of(table.rows[row][1].start).unwrap().to_string();
    assert_eq!((place(1), place(12)), ("第4页 表1 第2行".into(), "第6页 表1 第13行".into()));
}

#[test]
fn a_table_of_an_ofd_has_its_cells() {
    let text = text("table.ofd");
    let table = &text.tables[0];
    let rows: Vec<Vec<&str>> =
        table.rows.iter().map(|r| r.iter().map(|&c| text.slice(c)).collect()).collect();
    assert_eq!(
        rows,
        [
            ["序号", "任务", "牵头单位"],
            ["1", "建设校园视频监控联网平台", "市公安局"],
            ["2", "排查学校食堂安全隐患", "市公安局"]
        ]
    );
    assert!(!text.as_str().contains("文件"), "the head that the template prints on each page");
}

#[test]
fn what_cannot_be_read_says_why() {
    let error = |name: &str| read(name).map(|r| r.document.text.as_str().to_owned()).unwrap_err();
    for (name, format) in [("scan.pdf", "PDF"), ("scan.ofd", "OFD")] {
        assert_eq!(error(name), ReadError::NoTextLayer { format, without: 2, pages: 2 });
        assert!(error(name).to_string().contains(&format!("give the {format} with")), "{name}");
    }
    assert_eq!(error("garbage.pdf"), ReadError::Illegible { without: 2, pages: 2 });
    assert_eq!(error("notice-encrypted.pdf"), ReadError::Encrypted);
    assert!(matches!(error("damaged.pdf"), ReadError::Damaged { .. }));
    assert!(matches!(error("bomb.pdf"), ReadError::Expands { .. }));
    for name in ["scan.pdf", "garbage.pdf", "notice-encrypted.pdf", "damaged.pdf", "bomb.pdf"] {
        assert!(error(name).to_string().contains(';'), "{name}: a reason and a remedy");
    }
}

#[test]
fn pages_that_are_pictures_are_told_of() {
    let reading = read("mixed.pdf").unwrap();
    assert_eq!(reading.document.text.gaps(), [3]);
    assert!(pipeline::Counts::of(&reading).to_string().contains("not read"));
    assert!(text("notice-ucs2.pdf").gaps().is_empty());
}

const SMALL: [&str; 9] = [
    "notice-ucs2.pdf",
    "notice-gbk.pdf",
    "notice-encrypted-open.pdf",
    "mixed.pdf",
    "garbage.pdf",
    "scan.pdf",
    "notice.ofd",
    "table.ofd",
    "notice-easyofd.ofd",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damaged_file_panics(
        name in select(&SMALL[..]),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..12),
        cut in prop::option::weighted(0.2, any::<Index>()),
    ) {
        let mut bytes = std::fs::read(fixture(name)).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()).max(8));
        }
        // Whatever comes out, it comes.
        let _ = pipeline::read(name, &bytes, &KNOWLEDGE);
    }
}
