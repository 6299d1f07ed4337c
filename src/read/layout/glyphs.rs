//! Characters as a font gives them → as they are written.
//!
//! A font draws some Chinese characters and the radicals that look like them with one glyph, and programs that
//! print may name the radical. Invariant: nothing but the code changes, never what is seen.

use unicode_normalization::char::decompose_compatible;

/// The ideographs that look like U+2E80 to U+2EF3 (`EquivalentUnifiedIdeograph` of Unicode), a full-width space where none does.
const RADICALS: [&str; 4] = [
    "　厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑𫜹忄㣺扌攵　旡日",
    "月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂",
    "肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝",
    "雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
];

/// The character that is written where a font gives `c`.
pub(super) fn written(c: char) -> char {
    match c {
        '\u{2e80}'..='\u{2ef3}' => {
            let at = u32::from(c) - 0x2e80;
            let found = RADICALS.iter().flat_map(|r| r.chars()).nth(at as usize);
            found.filter(|&c| c != '\u{3000}').unwrap_or(c)
        }
        // The radicals of Kangxi, ideographs that are coded twice, and space that does not break.
        '\u{2f00}'..='\u{2fd5}' | '\u{f900}'..='\u{faff}' | '\u{a0}' => {
            let mut found = c;
            decompose_compatible(c, |c| found = c);
            found
        }
        // A dash of the width of a character is one in all fonts of Chinese.
        '―' => '—',
        c => c,
    }
}

/// How many dashes a long one stands for: a font may join them.
pub(super) fn dashes(c: char) -> Option<&'static str> {
    match c {
        '\u{2e3a}' => Some("——"),
        '\u{2e3b}' => Some("———"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radicals_are_the_characters_they_look_like() {
        for (printed, c) in
            [('⾏', '行'), ('⻓', '长'), ('⺠', '民'), ('⻳', '龟'), ('⻘', '青'), ('市', '市')]
        {
            assert_eq!(written(printed), c);
        }
    }
}
