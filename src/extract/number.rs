//! Numerals of Chinese official texts: `1,200`, `1.25万`, `３０`, `二十五`, `百分之八十`.
//!
//! Invariant: a value is a plain decimal with 万 and 亿 multiplied out, and never rounded: it is
//! computed in integers. A numeral that touches a mask (`9*`), a letter (`5G`) or a plus sign
//! (`5+1`) is not a quantity and is left out. Depends on nothing; the target extractor reads it.

/// A numeral in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numeral {
    /// Byte offset of its first character, of 百分之 where that stands before it.
    pub start: usize,
    /// Byte offset past its last character, multipliers (`万`) included.
    pub end: usize,
    /// Plain decimal digits.
    pub value: String,
    /// What the multiplier was (1 without one), so that the first number of `30—35亿` can share it.
    pub scale: u128,
    /// Whether it is written in Chinese characters only.
    pub chinese: bool,
    /// Whether it was introduced by 百分之.
    pub percent: bool,
}

/// A number has at most so many digits; more are no quantity, and could not be computed with.
const DIGITS: u32 = 24;

/// The value of `digits` (with at most one point) times `scale`, as a plain decimal.
pub fn multiply(digits: &str, scale: u128) -> Option<String> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() > DIGITS as usize {
        return None;
    }
    let mantissa: u128 = format!("{whole}{fraction}").parse().ok()?;
    let unit = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let product = mantissa.checked_mul(scale)?;
    let (whole, rest) = (product / unit, product % unit);
    if rest == 0 {
        return Some(whole.to_string());
    }
    let rest = format!("{rest:0width$}", width = fraction.len());
    Some(format!("{whole}.{}", rest.trim_end_matches('0')))
}

fn arabic(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
        _ => None,
    }
}

fn chinese_digit(c: char) -> Option<u128> {
    Some(match c {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

fn power(c: char) -> Option<u128> {
    Some(match c {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    })
}

/// Whether a character before or after digits shows that they are no plain quantity.
fn spoils(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, '*' | '＊' | '×' | '✕' | '+' | '＋' | '_' | '/' | '#' | '@' | '=' | '\\')
}

/// The numerals of a text, in order and without overlap.
pub fn numerals(text: &str) -> Vec<Numeral> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (end, numeral) = if arabic(c).is_some() {
            read_arabic(text, at)
        } else if chinese_digit(c).is_some() || c == '十' || c == '百' {
            read_chinese(text, at)
        } else {
            (at + c.len_utf8(), None)
        };
        if let Some(numeral) = numeral {
            // The 百 of 百分之 is none of the number before it: `一百分之九十`.
            found.pop_if(|last: &mut Numeral| last.end > numeral.start);
            found.push(numeral);
        }
        at = end;
    }
    found
}

/// Reads digits from `start`; returns where they end and the numeral unless it is spoilt.
fn read_arabic(text: &str, start: usize) -> (usize, Option<Numeral>) {
    let mut digits = String::new();
    let mut end = start;
    let mut point = false;
    let mut rest = text[start..].chars().peekable();
    while let Some(c) = rest.next() {
        let follows = rest.peek().copied().and_then(arabic).is_some();
        if let Some(digit) = arabic(c) {
            digits.push(digit);
        } else if matches!(c, '.' | '．') && follows && !point {
            digits.push('.');
            point = true;
        } else if matches!(c, ',') && !point && grouped(&text[end + 1..]) {
            // a thousands separator
        } else {
            break;
        }
        end += c.len_utf8();
    }
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let latin_unit = after.is_some_and(|c| c.is_ascii_alphabetic());
    let spoilt = before.is_some_and(|c| spoils(c) || c == '.')
        || after.is_some_and(|c| (spoils(c) && c != '/' && !latin_unit) || (point && c == '.'))
        || digits.is_empty();
    let (end, scale) = read_scale(text, end);
    let percent = text[..start].ends_with("百分之");
    let numeral = (!spoilt).then(|| multiply(&digits, scale)).flatten().map(|value| Numeral {
        start: if percent { start - "百分之".len() } else { start },
        end,
        value,
        scale,
        chinese: false,
        percent,
    });
    (end, numeral)
}

/// Whether a group of exactly three digits follows.
fn grouped(text: &str) -> bool {
    let mut chars = text.chars();
    (0..3).all(|_| chars.next().is_some_and(|c| c.is_ascii_digit()))
        && !chars.next().is_some_and(|c| c.is_ascii_digit())
}

/// Multipliers (`万`, `百万`, `亿`) from `at`, also behind a space or 余/多; a 千 that begins a unit
/// (千瓦, 千米) is none.
fn read_scale(text: &str, at: usize) -> (usize, u128) {
    let (mut end, mut scale) = (at, 1u128);
    let skipped = text[at..].len() - text[at..].trim_start_matches([' ', '余', '多', '几']).len();
    let mut from = at + skipped;
    while let Some(c) = text[from..].chars().next() {
        let Some(p) = power(c) else { break };
        let after = text[from + c.len_utf8()..].chars().next();
        if c == '千' && after.is_some_and(|c| matches!(c, '瓦' | '米' | '克' | '伏' | '卡' | '字'))
        {
            break;
        }
        scale = scale.saturating_mul(p);
        from += c.len_utf8();
        end = from;
    }
    (end, scale)
}

/// Reads a Chinese numeral from `start`; nothing where the characters are not well formed (`一二三`).
fn read_chinese(text: &str, start: usize) -> (usize, Option<Numeral>) {
    let mut end = start;
    let (mut total, mut section, mut digit) = (0u128, 0u128, None::<u128>);
    let mut smallest = u128::MAX;
    let mut formed = true;
    let mut fraction: Option<String> = None;
    for c in text[start..].chars() {
        if let Some(fraction) = fraction.as_mut() {
            let Some(d) = chinese_digit(c) else { break };
            fraction.push_str(&d.to_string());
        } else if c == '点'
            && text[end + c.len_utf8()..].chars().next().and_then(chinese_digit).is_some()
        {
            fraction = Some(String::new());
        } else if let Some(d) = chinese_digit(c) {
            if digit.is_some_and(|previous| previous != 0) {
                formed = false;
            }
            digit = Some(d);
        } else if let Some(p) = power(c) {
            if p >= 10_000 {
                section += digit.take().unwrap_or(0);
                let product = (total + section).checked_mul(p).filter(|&n| n < 10u128.pow(DIGITS));
                formed &= section > 0 && product.is_some();
                total = product.unwrap_or(0);
                section = 0;
                smallest = u128::MAX;
            } else {
                formed &= p < smallest;
                section += digit.take().unwrap_or(1) * p;
                smallest = p;
            }
        } else {
            break;
        }
        end += c.len_utf8();
    }
    let whole = total + section + digit.unwrap_or(0);
    let percent = text[..start].ends_with("百分之");
    // 百 of 百分之 itself is no number
    let is_percent_word = text[start..].starts_with("百分之");
    let value = match fraction {
        Some(digits) => format!("{whole}.{digits}"),
        None => whole.to_string(),
    };
    let numeral = (formed && !is_percent_word).then(|| Numeral {
        start: if percent { start - "百分之".len() } else { start },
        end,
        value,
        scale: 1,
        chinese: true,
        percent,
    });
    (end, numeral)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        numerals(text).into_iter().map(|n| n.value).collect()
    }

    #[test]
    fn reads_numbers_with_multipliers() {
        assert_eq!(
            values("新增1.25万个，300余亿元，1,200人，３０所，3千瓦，2 万人"),
            ["12500", "30000000000", "1200", "30", "3", "20000"]
        );
        assert_eq!(values("5百万、1.5万亿、0.50"), ["5000000", "1500000000000", "0.5"]);
    }

    #[test]
    fn reads_chinese_numerals() {
        assert_eq!(
            values("二十五个，一百零八所，三万五千人，两项，十二名"),
            ["25", "108", "35000", "2", "12"]
        );
        assert_eq!(values("百分之九十五，百分之99.5"), ["95", "99.5"]);
        assert!(numerals("百分之八十")[0].percent);
        assert_eq!(values("一二三"), Vec::<String>::new());
    }

    #[test]
    fn numerals_never_overlap() {
        assert_eq!(values("扫一百分之百"), ["100"]);
        assert_eq!(values("二十百分之90"), ["90"]);
    }

    #[test]
    fn numbers_without_measure_are_none() {
        assert_eq!(values(&"一亿".repeat(20)), Vec::<String>::new());
        assert_eq!(values(&format!("一万{}", "亿".repeat(9))), Vec::<String>::new());
    }

    #[test]
    fn leaves_out_what_is_no_quantity() {
        assert_eq!(values("9*%，**2，A4，5+1，7×24，R2"), Vec::<String>::new());
    }

    #[test]
    fn never_rounds() {
        assert_eq!(multiply("0.1", 10_000).as_deref(), Some("1000"));
        assert_eq!(multiply("99.990", 1).as_deref(), Some("99.99"));
        assert_eq!(multiply("9999999999999999999999999", 1), None);
    }
}
