//! Quantities: a numeral with its unit, a range, a ratio.
//!
//! Invariant: dates, ordinals and document numbers are left out; quantities are in order and do not
//! overlap. Whether one is an aim is decided by the target extractor alone.

use super::number::{Numeral, multiply, numerals};
use crate::knowledge::targets::{TargetRules, UnitKind};

/// How much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    One(String),
    /// From, to.
    Range(String, String),
    /// `8:1`.
    Ratio(String),
}

/// A number with what it counts, in one clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// Byte offsets in the clause, unit included.
    pub start: usize,
    pub end: usize,
    pub amount: Amount,
    /// As printed; none for a bare number.
    pub unit: Option<String>,
    pub kind: Option<UnitKind>,
    /// Written in Chinese characters, as parts of names often are.
    pub chinese: bool,
}

/// The quantities of a clause.
pub fn quantities(clause: &str, rules: &TargetRules) -> Vec<Quantity> {
    let numbers = numerals(clause);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(number) = numbers.get(at) {
        let next = numbers.get(at + 1);
        at += 1;
        if is_ordinal(&clause[..number.start]) {
            continue;
        }
        if let Some(ratio) = next.and_then(|n| ratio(clause, number, n)) {
            found.push(ratio);
            at += 1;
            continue;
        }
        if let Some(range) = next.and_then(|n| range(clause, number, n, rules)) {
            found.push(range);
            at += 1;
            continue;
        }
        found.extend(single(clause, number, rules));
    }
    share_units(clause, &mut found, rules);
    if clause.contains('半')
        && let Some(start) = clause.find("一半").or_else(|| clause.find("半数"))
    {
        let half = Quantity {
            start,
            end: start + "一半".len(),
            amount: Amount::One("50".into()),
            unit: Some("%".into()),
            kind: Some(UnitKind::Percent),
            chinese: false,
        };
        found.retain(|q| q.start < start || q.start >= half.end);
        found.push(half);
        found.sort_by_key(|q| q.start);
    }
    found
}

/// Of joint numbers the last one's unit counts for all: `压减至4个、6个工作日`, `建成3、5所`.
fn share_units(clause: &str, found: &mut [Quantity], rules: &TargetRules) {
    for at in (1..found.len()).rev() {
        let (before, rest) = found.split_at_mut(at);
        let (first, second) = (&mut before[at - 1], &rest[0]);
        let between = clause.get(first.end..second.start).unwrap_or_default().trim();
        let short = match (&first.unit, &second.unit) {
            (Some(own), Some(unit)) => own == "个" && unit.starts_with("个") && unit != own,
            (None, Some(_)) => true,
            _ => false,
        };
        if short
            && first.chinese == second.chinese
            && matches!(first.amount, Amount::One(_))
            && rules.words.shared.strip_start(between) == Some("")
        {
            first.unit.clone_from(&second.unit);
            first.kind = second.kind;
        }
    }
}

fn is_ordinal(before: &str) -> bool {
    before.trim_end().ends_with('第')
}

/// The unit at `at`, behind a space or 余/多/几: (end, unit, kind).
fn unit_at<'r>(
    clause: &str,
    at: usize,
    rules: &'r TargetRules,
) -> Option<(usize, &'r str, UnitKind)> {
    let rest = &clause[at..];
    let inner = rest.trim_start_matches([' ', '余', '多', '几', '\u{3000}']);
    let (word, kind) = rules.unit(inner)?;
    // letters go on: `5GB` is a unit, `5 Gbps` is not
    let after = inner[word.len()..].chars().next();
    if word.is_ascii() && word != "%" && after.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    Some((at + rest.len() - inner.len() + word.len(), word, kind))
}

/// Where the unit that ends at `at` ends with what it is counted by: `元/人/年`, `批次/千人`.
fn with_rate(clause: &str, mut at: usize, rules: &TargetRules) -> usize {
    while let Some(rest) = clause[at..].strip_prefix(['/', '／']) {
        let by = rules
            .words
            .per
            .strip_start(rest)
            .map(|after| rest.len() - after.len())
            .or_else(|| rules.unit(rest).map(|(word, _)| word.len()));
        let Some(length) = by else { break };
        at = clause.len() - rest.len() + length;
    }
    at
}

fn single(clause: &str, number: &Numeral, rules: &TargetRules) -> Option<Quantity> {
    if number.percent {
        return Some(quantity(number.start, number.end, number, Some(("%", UnitKind::Percent))));
    }
    let rest = &clause[number.end..];
    match unit_at(clause, number.end, rules) {
        Some((_, word, UnitKind::Time)) if is_date(clause, number, word) => None,
        // an age counts only where it is reached (`预期寿命达到82.5岁`)
        Some((_, "岁", _)) if !is_reached(&clause[..number.start], rules) => None,
        Some((end, word, kind)) => {
            let whole = with_rate(clause, end, rules);
            let word = &clause[end - word.len()..whole];
            Some(quantity(number.start, whole, number, Some((word, kind))))
        }
        None if tenths(rest) => {
            let value = multiply(&number.value, 10)?;
            let number = Numeral { value, ..number.clone() };
            let unit = Some(("%", UnitKind::Percent));
            Some(quantity(number.start, number.end + "成".len(), &number, unit))
        }
        None if number.chinese && !clause[..number.start].ends_with('前')
            || dated(rest)
            || rest.starts_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            None
        }
        None => Some(quantity(number.start, number.end, number, None)),
    }
}

/// Whether the text before a number says that so much is reached.
fn is_reached(before: &str, rules: &TargetRules) -> bool {
    let word = rules.words.exactly.strip_end(before.trim_end());
    word.is_some_and(|rest| before.trim_end().len() - rest.len() > "到".len())
}

/// Whether a number of tenths ends here: `三成以上`, but not `三成立`.
fn tenths(rest: &str) -> bool {
    rest.strip_prefix('成').is_some_and(|after| {
        after.is_empty()
            || after.starts_with(['，', '、', '；', '的', '）', ')'])
            || ["以上", "以下", "以内", "左右"].iter().any(|bound| after.starts_with(bound))
    })
}

fn quantity(
    start: usize,
    end: usize,
    number: &Numeral,
    unit: Option<(&str, UnitKind)>,
) -> Quantity {
    Quantity {
        start,
        end,
        amount: Amount::One(number.value.clone()),
        unit: unit.map(|(word, _)| printed(word)),
        kind: unit.map(|(_, kind)| kind),
        chinese: number.chinese,
    }
}

fn printed(word: &str) -> String {
    if word == "％" { "%".into() } else { word.into() }
}

/// Whether a number with 年 or 日 is a date.
fn is_date(clause: &str, number: &Numeral, unit: &str) -> bool {
    let before = clause[..number.start].trim_end();
    match unit {
        "年" => number.value.len() == 4 || before.ends_with(['“', '"']),
        "日" => {
            before.ends_with(['月', '至', '-', '—'])
                || clause[number.end..].trim_start().starts_with("日前")
        }
        _ => false,
    }
}

/// Whether what follows makes a bare number a date, an ordinal or a name.
fn dated(rest: &str) -> bool {
    rest.trim_start().starts_with([
        '月', '号', '时', '点', '级', '届', '岁', '周', '大', '强', '版', '）', ')', '.', '．',
        '-', '—',
    ])
}

fn ratio(clause: &str, first: &Numeral, second: &Numeral) -> Option<Quantity> {
    let between = clause[first.end..second.start].trim();
    if !matches!(between, ":" | "：" | "∶" | "︰") || first.chinese || second.chinese {
        return None;
    }
    let before: String = clause[..first.start].chars().rev().take(12).collect();
    let after: String = clause[second.end..].chars().take(4).collect();
    if !before.contains('比') && !after.contains('比') {
        return None;
    }
    Some(Quantity {
        start: first.start,
        end: second.end,
        amount: Amount::Ratio(format!("{}:{}", first.value, second.value)),
        unit: Some("比".into()),
        kind: None,
        chinese: false,
    })
}

fn range(clause: &str, first: &Numeral, second: &Numeral, rules: &TargetRules) -> Option<Quantity> {
    let own_unit = unit_at(clause, first.end, rules);
    let from = own_unit.map_or(first.end, |(end, _, _)| end);
    let between = clause.get(from..second.start)?.trim();
    let dash =
        matches!(between, "-" | "—" | "——" | "–" | "－" | "~" | "～" | "至" | "到" | "−" | "─");
    let before = clause[..first.start].trim_end();
    if !dash || rules.words.from.strip_end(before).is_some() {
        return None;
    }
    let (end, unit, kind) = if second.percent {
        (second.end, "%", UnitKind::Percent)
    } else {
        unit_at(clause, second.end, rules)?
    };
    let whole = with_rate(clause, end, rules);
    if kind == UnitKind::Time && is_date(clause, second, unit)
        || own_unit.is_some_and(|(_, own, _)| own != unit)
        || first.chinese != second.chinese
        || unit == "岁"
    {
        return None;
    }
    // `30—35亿元` shares the multiplier
    let low = if first.scale == 1 && own_unit.is_none() {
        multiply(&first.value, second.scale)?
    } else {
        first.value.clone()
    };
    Some(Quantity {
        start: first.start,
        end: whole,
        amount: Amount::Range(low, second.value.clone()),
        unit: Some(printed(unit) + &clause[end..whole]),
        kind: Some(kind),
        chinese: first.chinese,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(clause: &str) -> Vec<(Amount, Option<String>)> {
        quantities(clause, &TargetRules::embedded())
            .into_iter()
            .map(|q| (q.amount, q.unit))
            .collect()
    }

    fn one(value: &str, unit: &str) -> (Amount, Option<String>) {
        (Amount::One(value.into()), Some(unit.into()))
    }

    #[test]
    fn reads_units_ranges_and_ratios() {
        assert_eq!(read("新增1.25 万个、300余人"), [one("12500", "个"), one("300", "人")]);
        assert_eq!(
            read("规模30—35亿元"),
            [(Amount::Range("3000000000".into(), "3500000000".into()), Some("元".into()))]
        );
        assert_eq!(read("生机比8:1"), [(Amount::Ratio("8:1".into()), Some("比".into()))]);
        assert_eq!(read("百分之九十五"), [one("95", "%")]);
        assert_eq!(read("不少于一半"), [one("50", "%")]);
    }

    #[test]
    fn dates_and_ordinals_are_none() {
        assert_eq!(read("2023年6月30日第40个"), []);
        assert_eq!(read("10月底5G"), []);
    }
}
