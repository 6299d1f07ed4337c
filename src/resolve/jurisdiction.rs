//! The division a document speaks for, and what 市, 省 or 县 means in it.
//!
//! Invariant: nothing is guessed from 我市 or a document number alone; without a division named there
//! is no jurisdiction.

use foldhash::{HashMap, HashMapExt};

use crate::knowledge::agencies::{Agencies, Tier};
use crate::knowledge::divisions::{COUNTRY, Divisions, Level};
use crate::model::{Division, Document};

/// The code of the division that the document speaks for: that of its issuers, else of its titles,
/// else the one its text names most.
pub fn of_document<'a>(
    document: &Document,
    divisions: &'a Divisions,
    agencies: &Agencies,
) -> Option<&'a Division> {
    let header = &document.header;
    let text = document.text.as_str();
    // A district's name may be ambiguous without what the text says.
    let mut frequent = None;
    let mut context = || *frequent.get_or_insert_with(|| most_named(text, divisions));
    let mut named = |name: &str| {
        let name = name.trim().trim_start_matches("中共");
        let national = || agencies.national_at_start(name).and_then(|_| divisions.get(COUNTRY));
        let place = divisions.at_start(name, None).filter(|p| p.full || p.len < name.len());
        let place = place.map(|p| p.division).or_else(national);
        place.or_else(|| {
            let context = context()?.code.as_str();
            divisions.at_start(name, Some(context)).filter(|p| p.full).map(|p| p.division)
        })
    };
    let issuer = header.issuers.iter().find_map(|issuer| named(&issuer.value));
    let title = |title: &str| {
        let own = outside_brackets(title);
        // 中国 in a title is part of other names (中国（云泽）自由贸易试验区).
        let start = divisions.at_start(own.trim_start_matches("中共"), None);
        let start = start.filter(|p| p.full && p.division.code != COUNTRY).map(|p| p.division);
        let country =
            own.starts_with("中华人民共和国") || agencies.national_at_start(&own).is_some();
        let country = || country.then(|| divisions.get(COUNTRY)).flatten();
        let inside = || divisions.mentions(&own).into_iter().map(|(d, _)| d).next();
        start.or_else(country).or_else(inside)
    };
    let titles = || [&header.notice, &header.title].into_iter().flatten();
    issuer.or_else(|| titles().find_map(|t| title(&t.value))).or_else(context)
}

/// The division that the title opens with, where it lies in that of the document.
pub fn focus<'a>(
    document: &Document,
    home: &Division,
    divisions: &'a Divisions,
) -> Option<&'a Division> {
    let title = outside_brackets(&document.header.title.as_ref()?.value);
    let place = divisions.at_start(&title, Some(&home.code))?;
    let below =
        place.division.code != home.code && divisions.within(&place.division.code, &home.code);
    below.then_some(place.division)
}

/// The division named most often, at least twice; of equals the first.
fn most_named<'a>(text: &str, divisions: &'a Divisions) -> Option<&'a Division> {
    let mut counts: HashMap<&str, (usize, usize, &Division)> = HashMap::new();
    for (division, range) in divisions.mentions(text) {
        counts.entry(&division.code).or_insert((0, range.start, division)).0 += 1;
    }
    let often = counts.into_values().filter(|&(count, _, _)| count > 1);
    often.max_by_key(|&(count, first, _)| (count, std::cmp::Reverse(first))).map(|(_, _, d)| d)
}

/// `title` without what stands in 《》: other documents' titles name other places.
fn outside_brackets(title: &str) -> String {
    let mut depth = 0_usize;
    let mut own = String::new();
    for c in title.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '《' | '〈' => depth += 1,
            '》' | '〉' => depth = depth.saturating_sub(1),
            _ if depth == 0 => own.push(c),
            _ => {}
        }
    }
    own
}

/// The division that a word for a level means in a document of `home`: 市 in one of a county of 青澜市
/// is 青澜市; 县 in one of a city is no single division.
pub fn at_level<'a>(
    word: &str,
    home: &'a Division,
    divisions: &'a Divisions,
) -> Option<&'a Division> {
    let word = word.trim_start_matches(['我', '本', '全']);
    let autonomous = |d: &Division| d.name.ends_with("自治区");
    let at_home = || {
        (divisions.level(&home.code) == Level::County && home.name.ends_with(word)).then_some(home)
    };
    let mut lineage = divisions.lineage(&home.code);
    match word {
        "省" => {
            lineage.find(|d| divisions.level(&d.code) == Level::Province && d.name.ends_with('省'))
        }
        "自治区" => lineage.find(|d| autonomous(d)),
        "区" if autonomous(home) => Some(home),
        // A city's own name decides: a county-level city speaks of itself.
        "市" | "州" | "盟" | "自治州" => lineage.find(|d| d.name.ends_with(word)),
        _ => at_home(),
    }
}

/// The tier of a division, for the names of its bodies.
pub fn tier(division: &Division, divisions: &Divisions) -> Tier {
    match divisions.level(&division.code) {
        Level::Country => Tier::Country,
        Level::Province if division.name.ends_with('市') => Tier::Municipality,
        Level::Province => Tier::Province,
        Level::Prefecture => Tier::City,
        Level::County => Tier::County,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Header, Span, Stated, Text};

    fn divisions() -> Divisions {
        let mut divisions = Divisions::embedded();
        divisions.extend(crate::resolve::INVENTED).expect("sound");
        divisions
    }

    fn document(issuers: &[&str], title: &str, text: &str) -> Document {
        let stated = |value: &str| Stated { value: value.to_owned(), span: Span::default() };
        let issuers = issuers.iter().map(|i| stated(i)).collect();
        let header = Header { title: Some(stated(title)), issuers, ..Header::default() };
        Document { text: Text::new(text.to_owned(), vec![], vec![]), header, nodes: vec![] }
    }

    fn named(issuers: &[&str], title: &str, text: &str) -> Option<String> {
        let (divisions, agencies) = (divisions(), Agencies::embedded());
        let document = document(issuers, title, text);
        of_document(&document, &divisions, &agencies).map(|d| divisions.display(d))
    }

    #[test]
    fn the_issuer_decides_then_the_title_then_the_text() {
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(
            named(&["中共青澜市委教育工委", "青澜市教育局"], "", "雾川县、雾川县"),
            some("青澜市")
        );
        assert_eq!(named(&["云泽省教育厅"], "", ""), some("云泽省"));
        assert_eq!(named(&["国家发展改革委"], "", "青澜市、青澜市"), some("中国"));
        assert_eq!(named(&[], "雾川县贯彻《青澜市方案》任务分工", ""), some("雾川县"));
        assert_eq!(named(&[], "关于印发雾川县方案的通知", ""), some("雾川县"));
        assert_eq!(named(&[], "任务分工方案", "青澜市教育局、雾川县、青澜市"), some("青澜市"));
        assert_eq!(named(&[], "任务分工方案", "我市教育局"), None);
        assert_eq!(named(&["教育部办公厅"], "", ""), some("中国"));
        assert_eq!(named(&[], "中国（云泽）自由贸易试验区方案", "青澜市、青澜市"), some("青澜市"));
        assert_eq!(named(&["临澜区人民政府"], "", ""), some("青澜市临澜区"));
    }

    #[test]
    fn levels_are_those_of_the_speaker() {
        let divisions = divisions();
        let at = |word: &str, home: &str| {
            let home = divisions.named(home).next().expect("known");
            at_level(word, home, &divisions).map(|d| d.name.as_str())
        };
        assert_eq!(at("市", "青澜市"), Some("青澜市"));
        assert_eq!(at("我市", "雾川县"), Some("青澜市"));
        assert_eq!(at("省", "雾川县"), Some("云泽省"));
        assert_eq!(at("县", "雾川县"), Some("雾川县"));
        assert_eq!(at("区", "临澜区"), Some("临澜区"));
        assert_eq!(at("区", "青澜市"), None);
        assert_eq!(at("市", "云泽省"), None);
        assert_eq!(at("市", "敦化市"), Some("敦化市"));
        assert_eq!(at("州", "青岭苗族自治州"), Some("青岭苗族自治州"));
        assert_eq!(at("自治区", "广西壮族自治区"), Some("广西壮族自治区"));
        assert_eq!(at("市", "重庆市"), Some("重庆市"));
    }
}
