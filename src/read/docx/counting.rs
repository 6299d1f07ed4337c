//! Numbers as lists print them: ISO/IEC 29500-1 §17.18.59 (`ST_NumberFormat`), those of Chinese documents.

/// How a list prints its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    #[default]
    Decimal,
    DecimalZero,
    FullWidth,
    /// ① to ⑳.
    Circled,
    /// ⑴ to ⒇.
    Bracketed,
    /// ⒈ to ⒛.
    Stopped,
    InDashes,
    UpperRoman,
    LowerRoman,
    UpperLetter,
    LowerLetter,
    /// 十一, 一百零一.
    Counting,
    /// 壹拾壹.
    Legal,
    /// 一一, 一〇一.
    Digits,
    /// 甲乙丙.
    Stems,
    /// 子丑寅.
    Branches,
    /// ㊀ to ㊉.
    CircledHan,
    /// A mark, not a number.
    Bullet,
    Nothing,
}

impl Format {
    /// The format of this name; decimal where it is none that Chinese documents have.
    pub fn named(name: &str) -> Self {
        match name {
            "decimalZero" => Self::DecimalZero,
            "decimalFullWidth" | "decimalFullWidth2" => Self::FullWidth,
            "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => Self::Circled,
            "decimalEnclosedParen" => Self::Bracketed,
            "decimalEnclosedFullstop" => Self::Stopped,
            "numberInDash" => Self::InDashes,
            "upperRoman" => Self::UpperRoman,
            "lowerRoman" => Self::LowerRoman,
            "upperLetter" => Self::UpperLetter,
            "lowerLetter" => Self::LowerLetter,
            "chineseCounting"
            | "chineseCountingThousand"
            | "japaneseCounting"
            | "taiwaneseCounting"
            | "taiwaneseCountingThousand" => Self::Counting,
            "chineseLegalSimplified" | "ideographLegalTraditional" | "japaneseLegal" => Self::Legal,
            "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" => Self::Digits,
            "ideographTraditional" => Self::Stems,
            "ideographZodiac" => Self::Branches,
            "ideographEnclosedCircle" => Self::CircledHan,
            "bullet" => Self::Bullet,
            "none" => Self::Nothing,
            _ => Self::Decimal,
        }
    }

    /// `n` in this format; in figures where the format does not go so far.
    pub fn print(self, n: u32) -> String {
        let figures = n.to_string();
        match self {
            Self::Decimal => figures,
            Self::DecimalZero => format!("{n:02}"),
            Self::FullWidth => {
                figures.chars().map(|c| after('０', c as u32 - '0' as u32)).collect()
            }
            Self::Circled => within(n, 20, '①').unwrap_or(figures),
            Self::Bracketed => within(n, 20, '⑴').unwrap_or(figures),
            Self::Stopped => within(n, 20, '⒈').unwrap_or(figures),
            Self::CircledHan => within(n, 10, '㊀').unwrap_or(figures),
            Self::InDashes => format!("- {n} -"),
            Self::UpperRoman => roman(n).unwrap_or(figures),
            Self::LowerRoman => roman(n).map_or(figures, |r| r.to_lowercase()),
            Self::UpperLetter => letters(n, 'A').unwrap_or(figures),
            Self::LowerLetter => letters(n, 'a').unwrap_or(figures),
            Self::Counting => {
                counting(n, "零一二三四五六七八九", "十百千", false).unwrap_or(figures)
            }
            Self::Legal => counting(n, "零壹贰叁肆伍陆柒捌玖", "拾佰仟", true).unwrap_or(figures),
            Self::Digits => figures
                .chars()
                .filter_map(|c| nth("〇一二三四五六七八九", c as u32 - '0' as u32))
                .collect(),
            Self::Stems => {
                nth("甲乙丙丁戊己庚辛壬癸", n.wrapping_sub(1)).map_or(figures, String::from)
            }
            Self::Branches => {
                nth("子丑寅卯辰巳午未申酉戌亥", n.wrapping_sub(1)).map_or(figures, String::from)
            }
            Self::Bullet | Self::Nothing => String::new(),
        }
    }
}

fn nth(of: &str, n: u32) -> Option<char> {
    of.chars().nth(usize::try_from(n).ok()?)
}

/// The character `n` places after `first`.
fn after(first: char, n: u32) -> char {
    char::from_u32(first as u32 + n).unwrap_or(first)
}

fn within(n: u32, most: u32, first: char) -> Option<String> {
    (1..=most).contains(&n).then(|| after(first, n - 1).to_string())
}

/// A, B … Z, AA, BB.
fn letters(n: u32, first: char) -> Option<String> {
    let times = usize::try_from(n.checked_sub(1)? / 26 + 1).ok()?;
    (times <= 20).then(|| after(first, (n - 1) % 26).to_string().repeat(times))
}

fn roman(n: u32) -> Option<String> {
    const VALUES: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..4000).contains(&n) {
        return None;
    }
    let mut left = n;
    let mut out = String::new();
    for (value, sign) in VALUES {
        while left >= value {
            out.push_str(sign);
            left -= value;
        }
    }
    Some(out)
}

/// Below ten thousand; the one of 一十 is said only where `full`.
fn counting(n: u32, digits: &str, units: &str, full: bool) -> Option<String> {
    if n >= 10_000 {
        return None;
    }
    if n == 0 {
        return nth(digits, 0).map(String::from);
    }
    let mut out = String::new();
    let mut gap = false;
    for place in (0..4).rev() {
        let digit = n / 10_u32.pow(place) % 10;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.extend(nth(digits, 0));
        }
        if full || !(out.is_empty() && place == 1 && digit == 1) {
            out.extend(nth(digits, digit));
        }
        out.extend(place.checked_sub(1).and_then(|unit| nth(units, unit)));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_word_prints_them() {
        let cases = [
            ("chineseCounting", 1, "一"),
            ("chineseCountingThousand", 10, "十"),
            ("chineseCountingThousand", 21, "二十一"),
            ("japaneseCounting", 12, "十二"),
            ("chineseCountingThousand", 101, "一百零一"),
            ("chineseCountingThousand", 110, "一百一十"),
            ("chineseCountingThousand", 1005, "一千零五"),
            ("chineseLegalSimplified", 12, "壹拾贰"),
            ("ideographDigital", 10, "一〇"),
            ("ideographTraditional", 3, "丙"),
            ("ideographTraditional", 11, "11"),
            ("ideographZodiac", 2, "丑"),
            ("decimalEnclosedCircle", 20, "⑳"),
            ("decimalEnclosedCircleChinese", 21, "21"),
            ("decimalEnclosedParen", 3, "⑶"),
            ("decimalFullWidth", 12, "１２"),
            ("decimalZero", 7, "07"),
            ("upperRoman", 14, "XIV"),
            ("lowerLetter", 28, "bb"),
            ("bullet", 3, ""),
            ("thaiLetters", 3, "3"),
        ];
        for (name, n, printed) in cases {
            assert_eq!(Format::named(name).print(n), printed, "{name} {n}");
        }
        for n in [0, u32::MAX] {
            for (name, ..) in cases {
                Format::named(name).print(n);
            }
        }
    }
}
