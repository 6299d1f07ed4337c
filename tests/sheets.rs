//! Workbooks and archives of documents, as they come from offices.

#[allow(dead_code, reason = "nothing is asked of a store here")]
mod common;
#[path = "common/server.rs"]
mod server;

use std::io::{Cursor, Write};
use std::path::Path;

use gangmu::pipeline::{self, Reading};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use server::{Server, TOKEN, path_of};

/// A task table as a page. In the workbook its cells are numbers, days and merged regions.
const PAGE: &str = "<html><body><p>青澜市2024年养老服务重点任务分解表</p><p>填报单位：青澜市民政局</p><table>\
    <tr><th rowspan=2>序号</th><th rowspan=2>类别</th><th rowspan=2>重点任务</th><th rowspan=2>完成时限</th><th colspan=2>责任分工</th></tr>\
    <tr><th>牵头单位</th><th>配合单位</th></tr>\
    <tr><td>1</td><td rowspan=2>机构养老</td><td>推进养老机构建设，护理型床位占比达到65%。</td><td>2024年6月30日</td><td>市民政局</td><td>市财政局</td></tr>\
    <tr><td>2</td><td>培训养老护理员300人次。</td><td>2024年11月</td><td rowspan=2>市人力资源社会保障局</td><td>市民政局<br>市教育局</td></tr>\
    <tr><td>3</td><td>社区养老</td><td>新建社区养老服务站12个。</td><td>2024年12月31日</td><td>市住房城乡建设局</td></tr>\
    </table><p>注：每季度末报送进展。</p></body></html>";

/// The same as a workbook: a title over all columns, an empty column and row, a hidden sheet.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let plain = Format::new();
    let day = Format::new().set_num_format("yyyy/m/d");
    let month = Format::new().set_num_format("yyyy\"年\"m\"月\"");
    let date = |year, month, day| ExcelDateTime::from_ymd(year, month, day).unwrap();
    let sheet = book.add_worksheet().set_name("任务分工").unwrap();
    sheet.merge_range(0, 1, 0, 6, "青澜市2024年养老服务重点任务分解表", &plain).unwrap();
    sheet.write(1, 1, "填报单位：青澜市民政局").unwrap();
    for (column, head) in [(1, "序号"), (2, "类别"), (3, "重点任务"), (4, "完成时限")] {
        sheet.merge_range(3, column, 4, column, head, &plain).unwrap();
    }
    sheet.merge_range(3, 5, 3, 6, "责任分工", &plain).unwrap();
    sheet.write(4, 5, "牵头单位").unwrap().write(4, 6, "配合单位").unwrap();
    let tasks = [
        "推进养老机构建设，护理型床位占比达到65%。",
        "培训养老护理员300人次。",
        "新建社区养老服务站12个。",
    ];
    for (row, (number, task)) in (5..).zip((1..).zip(tasks)) {
        sheet.write(row, 1, number).unwrap().write(row, 3, task).unwrap();
    }
    sheet.merge_range(5, 2, 6, 2, "机构养老", &plain).unwrap();
    sheet.write(7, 2, "社区养老").unwrap();
    sheet.write_with_format(5, 4, date(2024, 6, 30), &day).unwrap();
    sheet.write_with_format(6, 4, date(2024, 11, 1), &month).unwrap();
    sheet.write_with_format(7, 4, date(2024, 12, 31), &day).unwrap();
    sheet.write(5, 5, "市民政局").unwrap().write(5, 6, "市财政局").unwrap();
    sheet.merge_range(6, 5, 7, 5, "市人力资源社会保障局", &plain).unwrap();
    sheet.write(6, 6, "市民政局\n市教育局").unwrap().write(7, 6, "市住房城乡建设局").unwrap();
    sheet.merge_range(9, 1, 9, 6, "注：每季度末报送进展。", &plain).unwrap();
    let hidden = book.add_worksheet().set_name("草稿").unwrap();
    hidden.write(0, 0, "牵头单位：市公安局").unwrap();
    hidden.set_hidden(true);
    book.save_to_buffer().unwrap()
}

fn read(name: &str, bytes: impl AsRef<[u8]>) -> Reading {
    pipeline::read(name, bytes.as_ref(), &common::with_sample_names()).unwrap()
}

/// Everything that was read but where it stands.
fn facts(reading: &Reading) -> Vec<String> {
    let text = &reading.document.text;
    let item = |id: usize| reading.document.own_text(id);
    let name = |id: Option<usize>| {
        id.and_then(|id| reading.identities.agencies.get(id)).map(|agency| agency.name.clone())
    };
    let facts = &reading.facts;
    let parts = facts.responsibilities.iter().map(|c| {
        let (agency, proof) = (name(c.agency), text.slice(c.evidence));
        format!("{} | {:?} | {} | {agency:?} | {proof}", item(c.task), c.role, c.surface)
    });
    let deadlines = facts
        .deadlines
        .iter()
        .map(|c| format!("{} | {} | {:?}", item(c.task), text.slice(c.quote), c.date));
    let targets = facts.targets.iter().map(|c| {
        let quote = text.slice(c.quote);
        format!("{} | {quote} | {:?} | {:?} | {:?}", item(c.task), c.value, c.unit, c.class)
    });
    parts.chain(deadlines).chain(targets).collect()
}

#[test]
fn a_workbook_says_what_the_page_says() {
    let (page, book) = (read("a.html", PAGE), read("a.xlsx", workbook()));
    assert_eq!(facts(&page).len(), 14, "{:#?}", facts(&page));
    assert_eq!(facts(&book), facts(&page));
    assert_eq!(book.document.text.as_str(), page.document.text.as_str());
    let header = |reading: &Reading| format!("{:?}", reading.document.header);
    assert_eq!(header(&book), header(&page));
    let places = book.document.text.places();
    let task = book.facts.targets[1].evidence.start;
    assert_eq!(places.of(task).unwrap().to_string(), "工作表“任务分工” 第7行");
    let places = page.document.text.places();
    let task = page.facts.targets[1].evidence.start;
    assert_eq!(places.of(task).unwrap().to_string(), "表1 第4行");
}

#[test]
fn percentages_are_seen_and_serial_numbers_are_not() {
    let mut book = Workbook::new();
    let percent = Format::new().set_num_format("0%");
    let sheet = book.add_worksheet();
    for (column, head) in ["序号", "指标", "2024年目标值", "责任单位"].into_iter().enumerate()
    {
        sheet.write(0, column as u16, head).unwrap();
    }
    sheet.write(1, 0, 1).unwrap().write(1, 1, "学前教育普惠率").unwrap();
    sheet.write_with_format(1, 2, 0.85, &percent).unwrap().write(1, 3, "市教育局").unwrap();
    sheet.write(2, 0, 2).unwrap().write(2, 1, "公办园占比").unwrap();
    sheet.write(2, 2, 0.1 + 0.2).unwrap().write(2, 3, "市教育局").unwrap();
    let reading = read("a.xlsx", book.save_to_buffer().unwrap());
    let lines: Vec<_> = reading.document.text.as_str().lines().collect();
    assert_eq!((lines[6], lines[10]), ("85%", "0.3"));
    // The names of columns are no title.
    assert!(reading.document.header.title.is_none());
}

#[test]
fn limits_say_what_they_are() {
    let knowledge = common::with_sample_names();
    let refused =
        |name: &str, bytes: &[u8]| pipeline::read(name, bytes, &knowledge).unwrap_err().to_string();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..530_000 {
        sheet.write(row, 0, 1).unwrap();
    }
    let cells = refused("a.xlsx", &book.save_to_buffer().unwrap());
    assert!(cells.starts_with("Sheet1 in the file has more than 524288 filled cells"), "{cells}");

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let long = "x".repeat(32_000);
    for row in 0..2200 {
        sheet.write(row, 0, &long).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    assert!(bytes.len() < 100_000 && refused("a.xlsx", &bytes).contains("67108864 bytes of text"));

    // What a sheet states must not be believed: four strings that want room for a million million.
    let lying = edited(&workbook(), "xl/sharedStrings.xml", |xml| {
        let at = xml.find("uniqueCount=\"").unwrap() + 13;
        format!("{}999999999999{}", &xml[..at], &xml[at..])
    });
    assert!(refused("a.xlsx", &lying).contains("damaged in xl/sharedstrings.xml"));
    let bomb = edited(&workbook(), "xl/styles.xml", |xml| xml + &" ".repeat(9 << 20));
    assert!(refused("a.xlsx", &bomb).contains("xl/styles.xml in the file grows beyond"));
    let old: Vec<u8> = "Workbook".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), old].concat();
    assert!(refused("a.xls", &old).contains("--convert-to xlsx"));
    let cut = &workbook()[..3000];
    assert!(refused("a.xlsx", cut).contains("damaged"));
}

/// A packed file with one part edited.
fn edited(packed: &[u8], part: &str, edit: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut file = from.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = Vec::new();
        std::io::copy(&mut file, &mut text).unwrap();
        let text = if name == part { edit(String::from_utf8(text).unwrap()).into() } else { text };
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&text).unwrap();
    }
    to.finish().unwrap().into_inner()
}

/// An archive as an office sends it: a workbook and a page in folders, one of them in an archive again, and a bad file.
fn archive() -> Vec<u8> {
    let packed = |files: &[(&str, &[u8])]| {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let inner = packed(&[("分工/任务.html", PAGE.as_bytes())]);
    packed(&[
        ("2024/任务分解表.xlsx", &workbook()),
        ("2024/空.txt", b""),
        ("__MACOSX/2024/._任务分解表.xlsx", b"x"),
        ("附件.zip", &inner),
    ])
}

fn gangmu(dir: &Path, args: &[&str]) -> (i32, String, String) {
    let run =
        assert_cmd::Command::cargo_bin("gangmu").unwrap().current_dir(dir).args(args).output();
    let run = run.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (run.status.code().unwrap(), text(run.stdout), text(run.stderr))
}

#[test]
fn an_archive_is_its_documents() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("来文.zip"), archive()).unwrap();
    let names = common::project("seeds/samples/names.toml");
    let names = names.to_str().unwrap();
    let (code, out, err) =
        gangmu(dir.path(), &["ingest", "--store", "data", "--names", names, "来文.zip"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("来文.zip/2024/空.txt: the file is empty"), "{err}");
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[0].starts_with("new ") && lines[0].ends_with("来文.zip/2024/任务分解表.xlsx"));
    // The page in the archive in the archive has the same text: one more source of it.
    assert!(lines[1].starts_with("new source") && lines[1].ends_with("附件.zip/分工/任务.html"));
    let names_and_places = dir.path().join("q.rq");
    let query = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
        SELECT DISTINCT ?name ?place { ?v gm:sourceName ?name . ?e gm:place ?place .
          ?t gm:evidence ?e ; a gm:Target }";
    std::fs::write(&names_and_places, query).unwrap();
    let (code, out, err) =
        gangmu(dir.path(), &["query", "--store", "data", "--results", "csv", "--query", "q.rq"]);
    assert_eq!(code, 0, "{err}");
    for said in ["来文.zip/附件.zip/分工/任务.html", "工作表“任务分工” 第7行", "表1 第4行"]
    {
        assert!(out.contains(said), "{said}: {out}");
    }
    let inner = "来文.zip/2024/任务分解表.xlsx";
    let (code, out, err) = gangmu(dir.path(), &["show", "--names", names, inner]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("│ 工作表“任务分工” 第7行: 培训养老护理员300人次。"), "{out}");
    let (code, _, err) = gangmu(dir.path(), &["check", "来文.zip/none.txt"]);
    assert!(code == 1 && err.contains("there is no such file"), "{err}");
}

#[test]
fn an_archive_that_is_sent_is_its_documents_and_pages_say_where_they_stand() {
    let server = Server::empty();
    let send = |path: &str| {
        let headers = [("content-type", "application/zip"), ("accept", "application/json")];
        let answer = server.request("POST", path, &headers, &archive(), TOKEN);
        assert_eq!(answer.status, 207, "{}", answer.body);
        let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        said["documents"].as_array().unwrap().clone()
    };
    let taken = send("/documents?name=%E6%9D%A5%E6%96%87.zip");
    let statuses: Vec<_> = taken.iter().map(|d| d["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 422, 200]);
    assert_eq!(taken[0]["name"], "来文.zip/2024/任务分解表.xlsx");
    assert!(taken[1]["problem"]["detail"].as_str().unwrap().contains("empty"), "{taken:?}");
    assert_eq!(taken[2]["outcome"], "new-source");

    let version = taken[0]["version"].as_str().unwrap();
    let page = server.page(&path_of(version));
    assert!(page.contains("工作表“任务分工” 第6行；表1 第3行"), "{page}");
    let rows = server.rows(
        "PREFIX gm: <https://w3id.org/gangmu/ontology#>
         SELECT ?a ?t { ?c gm:agency ?a ; gm:ofTask ?t ; gm:surface '市财政局' }",
    );
    let (agency, task) = rows[0].split_once(',').unwrap();
    let ledger = server.page(&format!("/page{}?view=ledger", path_of(agency)));
    assert!(ledger.contains("原件位置") && ledger.contains("第6行"), "{ledger}");
    let id = server::encode(task.strip_prefix(server::BASE).unwrap());
    let told = server.page(&format!("/api/v1/tasks/{id}"));
    assert!(told.contains("\"place\":\"工作表“任务分工” 第6行；表1 第3行\""), "{told}");
}

/// A table of tasks, one a row below the head.
fn tasks(book: &mut Workbook, tasks: &[&str]) {
    let sheet = book.add_worksheet();
    for (column, head) in (0..).zip(["类别", "重点任务", "内部意见", "牵头单位"]) {
        sheet.write(0, column, head).unwrap();
    }
    for (row, task) in (1..).zip(tasks) {
        sheet.write(row, 1, *task).unwrap().write(row, 2, "暂缓").unwrap();
        sheet.write(row, 3, "市民政局").unwrap();
    }
    sheet.merge_range(1, 0, tasks.len() as u32, 0, "养老", &Format::new()).unwrap();
}

#[test]
fn hidden_rows_and_columns_are_not_read_and_what_is_filtered_or_folded_is() {
    let all = ["建设养老机构。", "培训养老护理员。", "新建服务站。"];
    let lines = |book: &mut Workbook| {
        let reading = read("a.xlsx", book.save_to_buffer().unwrap());
        reading.document.text.as_str().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut hidden = Workbook::new();
    tasks(&mut hidden, &all);
    let sheet = hidden.worksheet_from_index(0).unwrap();
    sheet.set_row_hidden(1).unwrap().set_column_hidden(2).unwrap();
    let row = |task: &str| ["养老", task, "市民政局"].map(str::to_owned);
    let head = ["类别", "重点任务", "牵头单位"].map(str::to_owned);
    // The merged cell that begins in a hidden row is seen in the others.
    let seen: Vec<_> =
        head.into_iter().chain(row(all[1])).chain(row(all[2]).into_iter().skip(1)).collect();
    assert_eq!(lines(&mut hidden), seen);

    let mut shown = Workbook::new();
    tasks(&mut shown, &all);
    let whole = lines(&mut shown);
    assert!(all.iter().all(|task| whole.iter().any(|line| line == task)));
    let mut filtered = Workbook::new();
    tasks(&mut filtered, &all);
    let sheet = filtered.worksheet_from_index(0).unwrap();
    sheet.autofilter(0, 0, 3, 3).unwrap();
    let one = rust_xlsxwriter::FilterCondition::new().add_list_filter(all[0]);
    sheet.filter_column(1, &one).unwrap().set_row_hidden(2).unwrap().set_row_hidden(3).unwrap();
    assert_eq!(lines(&mut filtered), whole);
    let mut folded = Workbook::new();
    tasks(&mut folded, &all);
    folded.worksheet_from_index(0).unwrap().group_rows_collapsed(2, 3).unwrap();
    assert_eq!(lines(&mut folded), whole);
    let mut table = Workbook::new();
    tasks(&mut table, &all);
    let sheet = table.worksheet_from_index(0).unwrap();
    let of_table = rust_xlsxwriter::Table::new().set_autofilter(true);
    let names = ["重点任务", "内部意见", "牵头单位"]
        .map(|name| rust_xlsxwriter::TableColumn::new().set_header(name));
    sheet.add_table(0, 1, 3, 3, &of_table.set_columns(&names)).unwrap().set_row_hidden(2).unwrap();
    let bytes = table.save_to_buffer().unwrap();
    let text = |bytes: &[u8]| read("a.xlsx", bytes).document.text.as_str().to_owned();
    assert!(!text(&bytes).contains(all[1]), "a table's filter that lets all pass hides nothing");
    let filters = "<filterColumn colId=\"0\"><filters><filter val=\"x\"/></filters></filterColumn>";
    let filtered = edited(&bytes, "xl/tables/table1.xml", |xml| {
        let filter = "<autoFilter ref=\"B1:D4\"";
        assert!(xml.contains(&format!("{filter}/>")), "{xml}");
        xml.replace(&format!("{filter}/>"), &format!("{filter}>{filters}</autoFilter>"))
    });
    assert!(text(&filtered).contains(all[1]));
}
