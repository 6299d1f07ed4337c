//! Calendar dates as the head prints them: `2024年3月21日`, `2024-03-21`, `二〇二四年三月二十一日`.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let cn = "[〇○零一二三四五六七八九]{4}";
    let day = "[一二三四五六七八九十]{1,3}";
    Regex::new(&format!(
        r"((?:19|20)\d{{2}})\s*[-年/.]\s*(\d{{1,2}})\s*[-月/.]\s*(\d{{1,2}})\s*日?|({cn})年({day})月({day})日"
    ))
    .expect("a constant pattern")
});

/// The first calendar date in `text` and where it stands (bytes).
pub fn find(text: &str) -> Option<(Date, std::ops::Range<usize>)> {
    DATE.captures_iter(text).find_map(|c| {
        let whole = c.get(0)?.range();
        let part = |i: usize| c.get(i).map(|m| m.as_str());
        let (year, month, day) = match (part(1), part(4)) {
            (Some(y), _) => (y.parse().ok()?, part(2)?.parse().ok()?, part(3)?.parse().ok()?),
            (None, y) => (digits(y?), small(part(5)?), small(part(6)?)),
        };
        Some((Date::new(year, month, day).ok()?, whole))
    })
}

/// The date that the whole of `line` is, brackets around it aside.
pub fn whole_line(line: &str) -> Option<Date> {
    const AROUND: &str = "（）() \u{3000}";
    // Few lines begin as a date does.
    let first = line.chars().next()?;
    if !first.is_ascii_digit()
        && !"〇○零一二三四五六七八九".contains(first)
        && !AROUND.contains(first)
    {
        return None;
    }
    let (date, range) = find(line)?;
    let around = |s: &str| s.chars().all(|c| AROUND.contains(c));
    (around(&line[..range.start]) && around(&line[range.end..])).then_some(date)
}

/// `二〇二四` → 2024.
fn digits(text: &str) -> i16 {
    text.chars().fold(0, |n, c| n * 10 + value(c))
}

/// `二十一` → 21.
fn small(text: &str) -> i8 {
    let (tens, ones) = text.split_once('十').unwrap_or(("零", text));
    let tens = tens.chars().next().map_or(1, value);
    (tens * 10 + ones.chars().next().map_or(0, value)) as i8
}

fn value(c: char) -> i16 {
    match c {
        '○' | '零' => 0,
        _ => "〇一二三四五六七八九".chars().position(|x| x == c).map_or(0, |n| n as i16),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn reads_the_forms_of_the_head() {
        for (text, wanted) in [
            ("2024年3月21日", date(2024, 3, 21)),
            ("2024-03-21 15:42", date(2024, 3, 21)),
            ("二〇二四年三月二十一日", date(2024, 3, 21)),
            ("二○二四年十月十日", date(2024, 10, 10)),
        ] {
            assert_eq!(find(text).map(|(d, _)| d), Some(wanted), "{text}");
        }
        assert_eq!(find("2024年13月1日"), None);
        assert_eq!(whole_line("（2024年3月21日）"), Some(date(2024, 3, 21)));
        assert_eq!(whole_line("截至2024年3月21日"), None);
    }
}
