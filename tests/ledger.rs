//! The ledger of a bearer, as a spreadsheet program reads it.

#[path = "common/server.rs"]
mod server;

use std::io::Cursor;

use calamine::{Data, DataType, Range, Reader, Xlsx};
use server::{Server, TOKEN, encode, header, path_of, server};

const GM: &str = "PREFIX gm: <https://w3id.org/gangmu/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n";

fn ledger(server: &Server, iri: &str) -> (Range<Data>, String) {
    // As the link on the page says.
    let page = server.page(&format!("/page{}", path_of(iri)));
    let mut links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
    let link = links.find(|link| link.ends_with(".xlsx")).unwrap_or_else(|| panic!("{iri}"));
    let ascii = |c: char| if c.is_ascii() { c.to_string() } else { encode(&c.to_string()) };
    let mut answer = server.get(&link.chars().map(ascii).collect::<String>(), "*/*");
    assert_eq!(answer.status(), 200, "{link}");
    assert!(header(&answer, "content-type").contains("spreadsheetml.sheet"));
    assert!(header(&answer, "content-disposition").starts_with("attachment; filename*=UTF-8''"));
    let bytes = answer.body_mut().read_to_vec().unwrap();
    let mut workbook = Xlsx::new(Cursor::new(bytes)).unwrap();
    let notes = workbook.worksheet_range("说明").unwrap();
    let notes = notes.rows().map(|row| row[0].to_string()).collect::<Vec<_>>().join("\n");
    let formulas = workbook.worksheet_formula("台账").unwrap();
    assert!(formulas.is_empty(), "{formulas:?}");
    (workbook.worksheet_range("台账").unwrap(), notes)
}

fn column(sheet: &Range<Data>, title: &str) -> u32 {
    let head = sheet.rows().next().unwrap();
    head.iter().position(|cell| cell.as_string().as_deref() == Some(title)).unwrap() as u32
}

#[test]
fn each_duty_of_a_bearer_is_a_row_with_its_sentence() {
    let server = server();
    let agencies = server.rows(&format!(
        "{GM}SELECT DISTINCT ?a {{ ?c gm:agency ?a ; gm:ofTask/gm:inVersion/^gm:currentVersion ?w }}"
    ));
    assert!(agencies.len() > 20, "{}", agencies.len());
    let (mut rows, mut days, mut sentences) = (0, 0, 0);
    for iri in agencies.iter().map(|iri| iri.trim_matches('"')) {
        let duties = format!(
            "{GM}SELECT DISTINCT ?t ?r {{ ?c gm:agency <{iri}> ; gm:ofTask ?t ; gm:role ?r . ?t gm:inVersion/^gm:currentVersion ?w }}"
        );
        let duties = server.rows(&duties).len();
        let (sheet, notes) = ledger(&server, iri);
        assert_eq!(sheet.rows().count(), duties + 1, "{iri}");
        assert!(notes.contains(&format!("共 {duties} 行")) && notes.contains("空白表示原文未载明"));
        let (task, day, evidence) =
            (column(&sheet, "任务"), column(&sheet, "截止日期"), column(&sheet, "原文依据"));
        for row in 1..=duties as u32 {
            let cell = |column| sheet.get_value((row, column)).cloned().unwrap_or_default();
            assert!(!cell(task).to_string().is_empty(), "{iri} {row}");
            days += usize::from(cell(day).is_datetime());
            assert!(cell(day).is_datetime() || cell(day).is_empty(), "{iri} {row}");
            sentences += usize::from(!cell(evidence).to_string().is_empty());
            rows += 1;
        }
    }
    assert_eq!(rows, sentences, "every part has its sentence");
    assert!(days > 10 && days < rows, "{days} of {rows}");
}

#[test]
fn a_ledger_agrees_with_the_triples() {
    let server = server();
    let agency = format!("{GM}SELECT ?a {{ ?a rdfs:label '青澜市民政局' ; a gm:Agency }}");
    let agency = server.rows(&agency)[0].trim_matches('"').to_owned();
    let (sheet, _) = ledger(&server, &agency);
    let leads = format!(
        "{GM}SELECT DISTINCT ?t {{ ?t gm:leadAgency <{agency}> ; gm:inVersion/^gm:currentVersion ?w }}"
    );
    let (role, lead) = (column(&sheet, "角色"), column(&sheet, "牵头单位"));
    let led = sheet.rows().skip(1).filter(|row| row[role as usize] == "牵头");
    let led: Vec<_> = led.collect();
    assert_eq!(led.len(), server.rows(&leads).len());
    assert!(led.iter().all(|row| !row[lead as usize].to_string().is_empty()));
    // Bearers stand in the order of the text.
    let (support, evidence) = (column(&sheet, "配合单位"), column(&sheet, "原文依据"));
    let mut shared = 0;
    for row in sheet.rows().skip(1) {
        let (names, words) =
            (row[support as usize].to_string(), row[evidence as usize].to_string());
        let places: Option<Vec<_>> = names.split('、').map(|name| words.find(name)).collect();
        let Some(places) = places.filter(|places| places.len() > 1) else { continue };
        assert!(places.is_sorted(), "{names}: {words}");
        shared += 1;
    }
    assert!(shared > 2, "{shared}");
}

#[test]
fn what_a_document_says_is_never_a_formula() {
    let server = Server::empty();
    let text = "青澜市养老工作要点\n\n一、建设站点。（牵头单位：市民政局）\n二、=HYPERLINK(\"http://x.test\")推广。（牵头单位：市民政局；配合单位：市财政局）\n";
    let answer = server.request("POST", "/documents?name=a.txt", &[], text.as_bytes(), TOKEN);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let agency = server.rows(&format!("{GM}SELECT DISTINCT ?a {{ ?c gm:agency ?a }}"));
    let (sheet, _) = ledger(&server, agency[0].trim_matches('"'));
    let task = column(&sheet, "任务") as usize;
    let tasks: Vec<_> = sheet.rows().filter_map(|row| row[task].get_string()).collect();
    assert!(tasks.iter().any(|task| task.starts_with("=HYPERLINK(")), "{tasks:?}");
}

#[test]
fn only_what_the_store_has_is_taken_away() {
    let server = server();
    let work = server.rows(&format!("{GM}SELECT ?w {{ ?w gm:currentVersion ?v }}"));
    let page = format!("/page{}", path_of(work[0].trim_matches('"')));
    // The facts of a document are a workbook of their own; nobody has none.
    for (path, status) in [
        (format!("{page}.xlsx"), 200),
        (format!("{page}x.xlsx"), 404),
        ("/page/agency/nobody.xlsx".to_owned(), 404),
    ] {
        assert_eq!(server.get(&path, "*/*").status(), status, "{path}");
    }
}
