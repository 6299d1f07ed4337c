//! What a Chinese name sounds like, for those who type `jiaoyuju` or `jyj`.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti;

use super::fold::fold;

/// Syllables that one reading may have: no name is longer, and a text that claims to be one costs no more.
const LONGEST: usize = 32;

/// All that a name can be typed as, from each of its characters on: the syllables without tones (`ü` as `v`), and
/// their initials. A character of several readings takes its usual one; of the others, one character in a name
/// may take any, so that 银行 is `yinxing` and `yinhang` while the number of readings stays small.
/// A part of the name is found as the beginning of one of these.
pub(super) fn readings(name: &str) -> BTreeSet<String> {
    let spoken: Vec<Vec<String>> = fold(name)
        .into_iter()
        .map(|point| syllables(point.ch))
        .filter(|syllables| !syllables.is_empty())
        .take(LONGEST)
        .collect();
    let usual: Vec<&str> = spoken.iter().map(|syllables| syllables[0].as_str()).collect();
    let mut readings = BTreeSet::new();
    for first in 0..usual.len() {
        add(&mut readings, &usual[first..]);
    }
    for (varied, syllables) in spoken.iter().enumerate() {
        for other in &syllables[1..] {
            let mut reading = usual.clone();
            reading[varied] = other;
            for first in 0..=varied {
                add(&mut readings, &reading[first..]);
            }
        }
    }
    readings
}

fn add(readings: &mut BTreeSet<String>, syllables: &[&str]) {
    readings.insert(syllables.concat());
    readings.insert(syllables.iter().filter_map(|syllable| syllable.chars().next()).collect());
}

/// The readings of a character, the usual one first; a letter or digit is its own.
fn syllables(ch: char) -> Vec<String> {
    if ch.is_ascii_alphanumeric() {
        return vec![ch.into()];
    }
    let mut syllables: Vec<String> = Vec::new();
    for reading in ch.to_pinyin_multi().into_iter().flatten() {
        let syllable = reading.plain().replace('ü', "v");
        if !syllables.contains(&syllable) {
            syllables.push(syllable);
        }
    }
    syllables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can_be_typed(name: &str, typed: &str) -> bool {
        readings(name).iter().any(|reading| reading.starts_with(typed))
    }

    #[test]
    fn a_name_and_its_parts_can_be_typed() {
        for typed in ["jiaoyuju", "jyj", "qlsjyj", "qinglan", "jiaoyu", "ju"] {
            assert!(can_be_typed("青澜市教育局", typed), "{typed}");
        }
        for typed in ["jiaoju", "jj", "yujiao", "iaoyu"] {
            assert!(!can_be_typed("青澜市教育局", typed), "{typed}");
        }
    }

    #[test]
    fn characters_of_several_readings() {
        assert!(can_be_typed("人民银行", "yinhang") && can_be_typed("人民银行", "rmyh"));
        assert!(can_be_typed("市绿化委员会", "lvhua"));
    }

    #[test]
    fn a_long_name_has_a_bounded_number_of_readings() {
        assert!(readings(&"行".repeat(10_000)).len() < 10_000);
        assert!(readings("（）、").is_empty());
    }
}
