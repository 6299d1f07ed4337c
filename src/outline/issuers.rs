//! Who issued a document: the labels of its head, the signature under it, its title.
//!
//! Invariant: names stay as printed; only what the print did to them is undone (padding, a name
//! broken over two lines, two names without a space between).

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::date;
use super::lines::{Line, trim};
use crate::knowledge::agencies::Agencies;
use crate::knowledge::outline::{MetaLabel, OutlineRules};
use crate::knowledge::words::draft_note;
use crate::model::{Genre, Header, Span, Stated, Text};

/// How many lines of signatories there may be.
const SIGNATORIES: usize = 24;
/// A line of a signature is at most this long, in bytes.
const SIGNATURE: usize = 120;
/// A name that takes two lines has at least so many characters on the first.
const HALF: usize = 12;
/// A name has at least so many characters.
const SHORTEST: usize = 4;

pub(super) static SUFFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:局|委|厅|部|组|会|院|办|室|府|署|社|团|处|心|校|公司|法院|检察院|行|关|党|会议)(?:（[^）]*）|\([^)]*\))?$").expect("a constant pattern")
});

/// What is needed to read them.
pub struct Reader<'a> {
    pub text: &'a Text,
    pub lines: &'a [Line],
    pub rules: &'a OutlineRules,
    pub agencies: &'a Agencies,
}

impl Reader<'_> {
    /// The issuers and the date under the notice, else at the end of the text from line `front` on.
    pub fn signature(&self, notice: &Range<usize>, front: usize, header: &mut Header) {
        let Self { text, lines, .. } = *self;
        let range = if notice.is_empty() { front..lines.len() } else { notice.clone() };
        let signed = range
            .clone()
            .rev()
            .find_map(|i| date::whole_line(text.slice(lines[i].span)).map(|d| (i, d)));
        if let Some((at, value)) = signed {
            let issuers = self.signatories(&lines[range.start..at]);
            let written = Stated { value, span: lines[at].span };
            if !issuers.is_empty() {
                // What the labels of the head say holds: an annex may be signed by another.
                let labelled = header.written.is_some() && self.is_labelled(header);
                let first = |all: &[Stated<String>]| all.first().map(|i| i.value.clone());
                if !labelled {
                    header.issuers = issuers;
                    header.written = Some(written);
                } else if self.is_sent(header) && first(&issuers) == first(&header.issuers) {
                    header.written = Some(written);
                }
            } else if !notice.is_empty() || at < front + 4 {
                header.written.get_or_insert(written);
            }
        }
        if header.written.is_none() {
            header.written = self.dated_title(header);
        }
    }

    /// Whether the date is only that on which the document was sent out.
    fn is_sent(&self, header: &Header) -> bool {
        let sent = self.rules.meta_value(MetaLabel::Sent, self.text.as_str());
        sent.is_some_and(|sent| header.written.as_ref().is_some_and(|w| w.span.start == sent.start))
    }

    /// Whether the issuers are those that a label of the head names in full.
    fn is_labelled(&self, header: &Header) -> bool {
        let label = || self.rules.meta_value(MetaLabel::Issuer, self.text.as_str());
        let named = |i: &Stated<String>| label().is_some_and(|l| l.start == i.span.start);
        let mut first = header.issuers.first().into_iter();
        first.any(|i| !is_elided(i) && is_behind_colon(self.text, i) && named(i))
    }

    /// The names above the date, in their order.
    fn signatories(&self, above: &[Line]) -> Vec<Stated<String>> {
        let text = self.text;
        let is_part =
            |s: &str| !s.contains(['。', '：', ':', '；', '《', '，']) && s.len() <= SIGNATURE;
        let mut issuers = Vec::new();
        let mut lines = above.iter().rev().take(SIGNATORIES).peekable();
        while let Some(line) = lines.next() {
            let s = text.slice(line.span);
            if !is_part(s) || !SUFFIX.is_match(s) {
                break;
            }
            // The first half of a name that took two lines begins with a place and does not end.
            let half = lines.next_if(|l| {
                let before = text.slice(l.span);
                let begins = before.starts_with(['省', '市', '县', '区', '州'])
                    || self.agencies.begins_anew(before);
                let long = before.chars().count() >= HALF;
                let whole = SUFFIX.is_match(before) || self.agencies.begins_anew(s);
                is_part(before) && begins && long && !whole && !s.contains(' ')
            });
            let mut these = match half {
                Some(half) => {
                    let span = half.span.cover(line.span);
                    vec![Stated { value: text.slice(span).split_whitespace().collect(), span }]
                }
                None => names(text, line.span, self.agencies),
            };
            these.append(&mut issuers);
            issuers = these;
        }
        issuers
    }

    /// The date in brackets behind a title.
    fn dated_title(&self, header: &Header) -> Option<Stated<jiff::civil::Date>> {
        let mut titles = header.notice.iter().chain(&header.title);
        titles.find_map(|t| {
            let line = self.lines.iter().find(|l| l.span.end >= t.span.end)?;
            let rest = Span::new(t.span.end, line.span.end);
            let s = self.text.slice(rest);
            date::find(s)
                .filter(|(_, r)| {
                    let before = s[..r.start].trim_end_matches(['（', '(', ' ', '\n']);
                    let before = before.trim_start_matches(['》', ' ', '\n']);
                    before.is_empty() || draft_note(before) == Some(0)
                })
                .map(|(value, _)| Stated { value, span: rest })
        })
    }

    /// Issuers from the titles, where neither a signature nor a label names them.
    pub fn fill(&self, header: &mut Header) {
        static MAKERS: LazyLock<[Regex; 3]> = LazyLock::new(|| {
            [
                r"^([^《]{3,60}?)印发《",
                r"^(.{3,60}?)(?:印发)?关于",
                r"^([^\d《]{4,60}?)\s*(?:19|20)\d{2}\s*年",
            ]
            .map(|pattern| Regex::new(pattern).expect("a constant pattern"))
        });
        static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?:等\s*[\d一二三四五六七八九十]*\s*个?(?:部门|单位)|印发)$")
                .expect("a constant pattern")
        });
        if header.genre == Some(Genre::News) {
            return;
        }
        let text = self.text;
        // The source of a site is an issuer only of news; a signature and 发文机关 stay.
        let labelled = |i: &&Stated<String>| is_behind_colon(text, i);
        if let Some(last) = header.issuers.iter().filter(labelled).map(|i| i.span.start).max() {
            let rest = &text.as_str()[last..];
            let head = &text.as_str()[..last + rest.find('\n').unwrap_or(rest.len())];
            let source = self.rules.meta_value(MetaLabel::Source, head).map(|r| r.start);
            header.issuers.retain(|i| Some(i.span.start) != source);
        }
        // A signature may leave the place out (`省政府办公厅`); a title does not, but names only the
        // first of several.
        match header.issuers.as_slice() {
            [] => {}
            [one] if is_elided(one) => {}
            _ => return,
        }
        for title in header.notice.iter().chain(&header.title) {
            let s = text.slice(title.span);
            let maker = MAKERS.iter().find_map(|m| {
                let name = m.captures(s)?.get(1)?.as_str().trim();
                let name = OTHERS.find(name).map_or(name, |others| &name[..others.start()]);
                SUFFIX.is_match(name).then_some(name)
            });
            if let Some(name) = maker {
                let span = Span::new(title.span.start, title.span.start + name.len());
                header.issuers = names(text, trim(text, span), self.agencies);
                return;
            }
        }
    }
}

/// Whether a name stands where the value of a label does: a quick look before the labels are read.
fn is_behind_colon(text: &Text, name: &Stated<String>) -> bool {
    text.as_str()[..name.span.start].trim_end().ends_with(['：', ':', '|'])
}

/// Whether the place of a name is left out: `省政府办公厅`.
fn is_elided(issuer: &Stated<String>) -> bool {
    issuer.value.starts_with(['省', '市', '县', '区', '州'])
}

/// The names on a line of issuers, parted by spaces or run together; a padded name (`市 教 育 局`)
/// is one.
pub fn names(text: &Text, span: Span, agencies: &Agencies) -> Vec<Stated<String>> {
    let line = text.slice(span);
    let parts: Vec<&str> =
        line.split([' ', '\u{3000}', '、', '，', '\n']).filter(|p| !p.is_empty()).collect();
    let padded = parts.iter().all(|p| p.chars().count() <= 2);
    if padded || parts.iter().any(|p| p.chars().count() < 3) {
        return vec![Stated { value: parts.concat(), span }];
    }
    let at = |part: &str| {
        let start = span.start + (part.as_ptr() as usize - line.as_ptr() as usize);
        Span::new(start, start + part.len())
    };
    parts
        .into_iter()
        .flat_map(|part| run_together(part, agencies))
        .map(|name| Stated { value: name.to_owned(), span: at(name) })
        .collect()
}

/// `青澜市商务局国家税务总局青澜市税务局`: two names, where the second begins with a place or a national
/// body of its own.
fn run_together<'a>(mut part: &'a str, agencies: &Agencies) -> Vec<&'a str> {
    let mut names = Vec::new();
    while let Some(at) = second_name(part, agencies) {
        names.push(&part[..at]);
        part = &part[at..];
    }
    names.push(part);
    names
}

fn second_name(part: &str, agencies: &Agencies) -> Option<usize> {
    if agencies.branch(part).is_some() {
        return None;
    }
    let place: String = part.strip_prefix("中共").unwrap_or(part).chars().take(2).collect();
    let cuts = part.char_indices().map(|(at, _)| at).skip(3);
    cuts.filter(|&at| part[at..].chars().count() >= SHORTEST).find(|&at| {
        let (first, second) = part.split_at(at);
        // 国家税务总局 + 青澜市税务局 is one body.
        let local =
            agencies.national(first).is_some() && agencies.national_at_start(second).is_none();
        let anew = second.starts_with(&place) || agencies.begins_anew(second);
        SUFFIX.is_match(first) && SUFFIX.is_match(second) && !local && anew
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_run_together_are_parted() {
        let mut agencies = Agencies::embedded();
        let place = "division = [{ code = \"990100\", name = \"青澜市\" }]";
        agencies.extend(place).expect("sound");
        let parts = |part| run_together(part, &agencies);
        assert_eq!(
            parts("青澜市商务委员会长岭海关青澜市公安局"),
            ["青澜市商务委员会", "长岭海关", "青澜市公安局"]
        );
        assert_eq!(parts("青澜市商务局青澜海事局"), ["青澜市商务局", "青澜海事局"]);
        assert_eq!(parts("中共青澜市委办公厅青澜市人民政府办公厅").len(), 2);
        assert_eq!(
            parts("青澜市财政局国家税务总局青澜市税务局"),
            ["青澜市财政局", "国家税务总局青澜市税务局"]
        );
        assert_eq!(parts("财政部生态环境部工业和信息化部").len(), 3);
        for one in ["国家税务总局青澜市税务局", "青澜市人民政府办公厅", "青澜市公安局临澜分局"]
        {
            assert_eq!(parts(one), [one]);
        }
    }
}
