//! Keeps what a site, a printer or a spammer added out of the text.
//!
//! Invariant: only whole lines and the parts that the patterns of [`Debris`] name are dropped; lines
//! that state facts about the document (source, dates, index number) stay.

use std::collections::HashMap;

use super::draft::{Kind, Line};
use crate::knowledge::debris::{Debris, Place};

/// So many first or last lines are the head or the tail of a document.
const EDGE: usize = 30;

/// Looks at all lines for what they may be as a whole.
pub(super) fn look(lines: &mut [Line], debris: &Debris) {
    for line in lines.iter_mut().filter(|l| l.is_text()) {
        line.look = debris.look(&line.text);
    }
}

/// Marks page breaks and drops what the printer repeats beside them.
pub(super) fn mark_pages(lines: Vec<Line>, debris: &Debris) -> Vec<Line> {
    let mut lines = lines;
    for line in &mut lines {
        if line.is_text() && debris.is_page(&line.text, line.look) {
            *line = Line::new(Kind::Page, String::new(), 0, 0);
        }
    }
    let beside = beside_pages(&lines);
    if beside.is_empty() {
        return lines;
    }
    let mut repeats: HashMap<String, usize> = HashMap::new();
    for &i in &beside {
        *repeats.entry(shape(&lines[i].text)).or_default() += 1;
    }
    let pages = lines.iter().filter(|l| l.kind == Kind::Page).count();
    let mut drop = vec![false; lines.len()];
    for i in beside {
        let text = &lines[i].text;
        let number = text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
        drop[i] = number || (pages >= 4 && repeats[&shape(text)] * 2 > pages);
    }
    let mut keep = drop.iter();
    lines.retain(|_| !keep.next().is_some_and(|&d| d));
    lines
}

/// The text lines next to page breaks.
fn beside_pages(lines: &[Line]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut last = None;
    let mut after = false;
    for (i, line) in lines.iter().enumerate() {
        match line.kind {
            Kind::Text => {
                if std::mem::take(&mut after) {
                    out.push(i);
                }
                last = Some(i);
            }
            Kind::Page => {
                out.extend(last.take().filter(|i| out.last() != Some(i)));
                after = true;
            }
            Kind::Blank => {}
        }
    }
    out
}

/// A line with its digits alike, so that running heads with page numbers are one.
fn shape(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect()
}

/// Drops lines that are no part of the document. Returns the names that sites write into texts.
pub(super) fn drop_lines(lines: &mut Vec<Line>, debris: &Debris) -> Vec<String> {
    let texts = lines.iter().filter(|l| l.is_text()).count();
    let mut sites: Vec<String> = Vec::new();
    for line in lines.iter().filter(|l| l.is_text()) {
        if let Some(site) = debris.site(&line.text, line.look) {
            sites.push(site.trim().to_owned());
            // A board and its sub-board: `文秘网_写材料`.
            sites.extend(site.split(['_', '-', '|', ' ']).map(str::to_owned));
        }
    }
    sites.retain(|s| s.chars().count() >= 3);
    sites.sort_by_key(|s| std::cmp::Reverse(s.len()));
    sites.dedup();
    let mut nth = 0;
    let mut ended = false;
    lines.retain(|line| {
        if !line.is_text() {
            return !ended;
        }
        nth += 1;
        let place = if nth <= EDGE {
            Place::Head
        } else if nth + EDGE > texts {
            Place::Tail
        } else {
            Place::Body
        };
        // Short documents have their tail in their head.
        let tail = nth + EDGE > texts && nth * 3 > texts;
        ended |= tail && nth * 2 > texts && debris.is_rest(&line.text, line.look);
        let is_line = |place| debris.is_line(&line.text, line.look, place);
        let debris = is_line(place) || tail && is_line(Place::Tail) || sites.contains(&line.text);
        !ended && !debris
    });
    sites
}

/// Cuts out of a paragraph what was written into it.
pub(super) fn cut_parts(line: &mut Line, debris: &Debris, sites: &[String]) {
    let cuts = debris.parts(&line.text);
    if !cuts.is_empty() {
        line.remove(&cuts);
        line.trim();
    }
    for site in sites {
        // Only in mid-word: a site may well be named in a text.
        let cuts: Vec<_> = line
            .text
            .match_indices(site.as_str())
            .filter(|(at, _)| {
                let before = line.text[..*at].chars().next_back();
                let after = line.text[at + site.len()..].chars().next();
                before.zip(after).is_some_and(|(b, a)| b.is_alphabetic() && a.is_alphabetic())
            })
            .map(|(at, _)| at..at + site.len())
            .collect();
        line.remove(&cuts);
    }
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;

    fn looked_at(text: &str, debris: &Debris) -> Vec<Line> {
        let mut lines = plain::lines(text);
        look(&mut lines, debris);
        lines
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().filter(|l| l.is_text()).map(|l| l.text.as_str()).collect()
    }

    #[test]
    fn what_a_printer_repeats_on_each_page_goes() {
        // Once it stays: it may be the title.
        let mut text = String::new();
        for page in 1..6 {
            text += &format!("青澜年鉴 第{page}卷\n甲{page}项工作\n{page}\n\u{c}");
        }
        let debris = Debris::embedded();
        let lines = mark_pages(looked_at(&text, &debris), &debris);
        let kept =
            ["青澜年鉴 第1卷", "甲1项工作", "甲2项工作", "甲3项工作", "甲4项工作", "甲5项工作"];
        assert_eq!(texts(&lines), kept);
    }

    #[test]
    fn a_row_number_is_no_page_number() {
        let debris = Debris::embedded();
        let lines = mark_pages(looked_at("序号\n1\n德育\n2\n智育", &debris), &debris);
        assert_eq!(texts(&lines), ["序号", "1", "德育", "2", "智育"]);
    }

    #[test]
    fn a_site_is_kept_out_and_its_facts_stay() {
        let text = "当前位置：首页 > 政务公开\n关于开展教学工作的通知\n来源：青澜市教育局 时间：2024-03-01 【字体：大 中 小】\n\
                    各学校：\n请认真落实。\n青澜市教育局\n2024年3月1日\n责任编辑：李岚\n相关阅读\n关于放假的通知";
        let debris = Debris::embedded();
        let mut lines = looked_at(text, &debris);
        let sites = drop_lines(&mut lines, &debris);
        for line in &mut lines {
            cut_parts(line, &debris, &sites);
        }
        assert_eq!(
            texts(&lines),
            [
                "关于开展教学工作的通知",
                "来源：青澜市教育局 时间：2024-03-01",
                "各学校：",
                "请认真落实。",
                "青澜市教育局",
                "2024年3月1日"
            ]
        );
    }

    #[test]
    fn a_forum_writes_its_name_into_words() {
        let text = "青澜文秘网_写作\n我青澜文秘网市推进改革，在青澜文秘网。\n欢迎光临 青澜文秘网_写作 (http://example.cn/) |";
        let debris = Debris::embedded();
        let mut lines = looked_at(text, &debris);
        let sites = drop_lines(&mut lines, &debris);
        for line in &mut lines {
            cut_parts(line, &debris, &sites);
        }
        assert_eq!(texts(&lines), ["我市推进改革，在青澜文秘网。"]);
    }
}
