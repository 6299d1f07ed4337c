//! Documents of a few elements, packed as Word does.

use super::super::archive::tests::packed;
use super::super::draft::assemble;
use super::*;
use crate::model::Text;

const RELATIONS: &str = r#"<Relationships>
    <Relationship Id="1" Type="http://x/styles" Target="styles.xml"/>
    <Relationship Id="2" Type="http://x/numbering" Target="/word/numbering.xml"/>
    <Relationship Id="3" Type="http://x/footnotes" Target="footnotes.xml"/></Relationships>"#;
const STYLES: &str = r#"<w:styles xmlns:w="w">
    <w:style w:type="paragraph" w:default="1" w:styleId="a"/>
    <w:style w:type="paragraph" w:styleId="H"><w:basedOn w:val="L"/></w:style>
    <w:style w:type="paragraph" w:styleId="L"><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
    <w:style w:type="character" w:styleId="X"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"#;
const NUMBERING: &str = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0">
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
    <w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%2"/></w:lvl></w:abstractNum>
    <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"#;
const NOTES: &str = r#"<w:footnotes xmlns:w="w"><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>丑</w:t></w:r></w:p></w:footnote>
    <w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>指新设的。</w:t></w:r></w:p></w:footnote></w:footnotes>"#;

/// A DOCX file with such a body.
pub(in super::super) fn document(body: &str) -> Vec<u8> {
    let document = format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="w"><w:body>{body}<w:sectPr/></w:body></w:document>"#
    );
    packed(&[
        ("word/document.xml", document.as_bytes()),
        ("word/_rels/document.xml.rels", RELATIONS.as_bytes()),
        ("word/styles.xml", STYLES.as_bytes()),
        ("word/numbering.xml", NUMBERING.as_bytes()),
        ("word/footnotes.xml", NOTES.as_bytes()),
        ("word/header1.xml", b"<w:hdr xmlns:w=\"w\"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:hdr>"),
    ])
}

fn text(body: &str) -> Text {
    assemble(read(&document(body)).unwrap())
}

fn string(body: &str) -> String {
    text(body).as_str().to_owned()
}

fn rows(text: &Text) -> Vec<Vec<&str>> {
    text.tables[0].rows.iter().map(|r| r.iter().map(|&c| text.slice(c)).collect()).collect()
}

#[test]
fn properties_of_a_cell_that_is_not_there_are_none() {
    let cell = r#"<w:tr><w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr>"#;
    assert_eq!(string(&format!("<w:tbl><w:tcPr/>{cell}</w:tbl>")), "甲");
}

#[test]
fn numbers_are_text_wherever_they_come_from() {
    let number = |level: u8| {
        format!(
            r#"<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>"#
        )
    };
    let body = format!(
        r#"<w:p>{0}<w:r><w:t>甲</w:t></w:r></w:p><w:p>{1}<w:r><w:t>子</w:t></w:r></w:p><w:p/>
        <w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>乙</w:t></w:r></w:p>
        <w:p><w:pPr><w:pStyle w:val="H"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr><w:r><w:t>丙</w:t></w:r></w:p>
        <w:p>{0}<w:r><w:rPr><w:vanish/></w:rPr><w:t>寅</w:t></w:r></w:p>"#,
        number(0),
        number(1),
    );
    // The last is empty as it is shown; its number is not.
    assert_eq!(string(&body), "一、甲\n1 子\n二、乙\n丙\n三、");
    let text = text(&body);
    assert_eq!(text.source_line(text.as_str().find('乙').unwrap()), 4);
}

#[test]
fn what_is_not_printed_is_no_text() {
    let body = r#"<w:p><w:r><w:t xml:space="preserve">市</w:t></w:r><w:del><w:r><w:delText>子</w:delText></w:r></w:del>
        <w:ins><w:r><w:t>教育</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>丑</w:t></w:r></w:moveFrom>
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>寅</w:t></w:r><w:r><w:rPr><w:rStyle w:val="X"/></w:rPr><w:t>卯</w:t></w:r>
        <w:r><w:rPr><w:rStyle w:val="X"/><w:vanish w:val="0"/></w:rPr><w:t>局</w:t></w:r>
        <w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>辰</w:t></w:r>
        <w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>3</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>
        <w:r><w:commentReference w:id="1"/><w:tab/><w:t>件</w:t><w:br/><w:t>二</w:t><w:noBreakHyphen/><w:sym w:font="Wingdings" w:char="F0FE"/></w:r></w:p>
        <w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>单击此处</w:t></w:r></w:p></w:sdtContent></w:sdt>
        <w:sdt><w:sdtPr><w:alias w:val="巳"/></w:sdtPr><w:sdtContent><w:p><w:hyperlink><w:r><w:t>三</w:t></w:r></w:hyperlink></w:p></w:sdtContent></w:sdt>
        <w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>四</w:t></w:r></w:p><w:p><w:r><w:t>五</w:t></w:r></w:p>
        <w:p><w:r><w:ruby><w:rt><w:r><w:t>bu</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>埠</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>"#;
    assert_eq!(string(body), "市教育局3 件\n二-☑\n三\n四五\n埠");
}

#[test]
fn boxes_and_notes_break_no_sentence() {
    let boxed = |text: &str| {
        format!(
            "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p>\
             </w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r>\
             <w:t>{text}</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
    };
    let body = format!(
        r#"<w:p>{}<w:r><w:t>新建</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>{}<w:r><w:t>学校。</w:t></w:r>
        <w:r><w:footnoteReference w:id="2"/></w:r></w:p><w:p><w:r><w:t>各部门：</w:t></w:r></w:p>"#,
        boxed("青政发"),
        boxed("附图")
    );
    assert_eq!(string(&body), "青政发\n新建学校。\n指新设的。\n附图\n各部门：");
}

#[test]
fn merged_cells_stand_wherever_they_reach() {
    let cell = |of: &str, text: &str| {
        format!("<w:tc><w:tcPr>{of}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>")
    };
    let body = format!(
        "<w:tbl><w:tblPr/><w:tr>{}{}</w:tr><w:tr>{}{}{}</w:tr><w:tr>{}{}{}</w:tr><w:tr><w:trPr><w:del/></w:trPr>{0}{1}</w:tr>\
         <w:tr><w:trPr><w:gridBefore w:val=\"1\"/></w:trPr>{}</w:tr></w:tbl>",
        cell("", "序号"),
        cell("<w:gridSpan w:val=\"2\"/>", "单位"),
        cell("<w:vMerge w:val=\"restart\"/>", "1"),
        cell("", "市教育局"),
        cell("", "<w:br/>市财政局"),
        cell("<w:vMerge/>", "子"),
        cell("", "市科技局"),
        cell("", "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
        cell("<w:gridSpan w:val=\"2\"/>", "合计"),
    );
    let body = body
        .replace("<w:t><w:br/>", "<w:br/><w:t>")
        .replace("<w:t><w:tbl>", "<w:t/></w:r></w:p><w:tbl>");
    let body =
        body.replace("</w:tbl></w:t></w:r></w:p>", "</w:tbl><w:p><w:r><w:t>长期</w:t></w:r></w:p>");
    let text = text(&body);
    assert_eq!(
        rows(&text),
        [
            vec!["序号", "单位", "单位"],
            vec!["1", "市教育局", "市财政局"],
            vec!["1", "市科技局", "长期"],
            vec!["", "合计", "合计"],
        ]
    );
}

#[test]
fn both_forms_of_the_standard_are_read() {
    let strict = r#"<document xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"><body><p><r><t>甲</t></r></p></body></document>"#;
    let bytes = packed(&[("word/document.xml", strict.as_bytes())]);
    assert_eq!(assemble(read(&bytes).unwrap()).as_str(), "甲");
}

#[test]
fn hostile_documents_end() {
    let many = "<w:tbl><w:tr><w:tc>".repeat(150)
        + "<w:p><w:r><w:t>甲</w:t></w:r></w:p>"
        + &"</w:tc></w:tr></w:tbl>".repeat(150);
    assert_eq!(string(&many), "甲");
    let deep = "<w:sdt>".repeat(5000);
    assert!(matches!(read(&document(&deep)), Err(ReadError::TooMuch { .. })));
    let cell =
        |of: &str, text: &str| format!("<w:tc>{of}<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let merged = r#"<w:tcPr><w:gridSpan w:val="99999999"/><w:vMerge/></w:tcPr>"#;
    let wide = format!("<w:tr>{}{}{}</w:tr>", cell(merged, "甲"), cell("", "乙"), cell("", "丙"));
    let text = text(&format!("<w:tbl>{}</w:tbl>", wide.repeat(2000)));
    assert!(text.tables[0].rows.iter().map(Vec::len).sum::<usize>() < 1 << 18);
    let field = r#"<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:t>子</w:t></w:r></w:p><w:p><w:r><w:t>甲</w:t></w:r></w:p>"#;
    assert_eq!(string(field), "甲");
}
