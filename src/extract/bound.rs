//! How a quantity is bounded: the words before and behind it.
//!
//! Invariant: growth and decline in percent are `inc` and `dec` whatever bound they carry; behind
//! that a bound behind the number (`以上`) outweighs one before it. The target extractor depends on this.

use crate::knowledge::targets::{TargetRules, UnitKind, WordList};
use crate::model::Comparator;

/// What the words around a quantity say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    pub comparator: Comparator,
    /// Whether a bound or a word of reaching (`达到`) stands there, not only `为` or nothing.
    pub explicit: bool,
    /// Length in bytes of the bound behind the unit, leading space included.
    pub suffix: usize,
    /// Where the words before the quantity that belong to it begin.
    pub head: usize,
}

/// The bound of a quantity between `left` and `right`.
pub fn bound(left: &str, right: &str, kind: Option<UnitKind>, rules: &TargetRules) -> Bound {
    let w = &rules.words;
    let trimmed = right.trim_start();
    let after =
        [(&w.or_more, Comparator::Ge), (&w.or_less, Comparator::Le), (&w.about, Comparator::Eq)]
            .into_iter()
            .find_map(|(list, comparator)| Some((list.strip_start(trimmed)?, comparator)));
    let suffix = after.map_or(0, |(rest, _)| right.len() - rest.len());

    let bare = strip(left, rules);
    let before = [
        (w.at_least.strip_end(bare), Comparator::Ge),
        (w.at_most.strip_end(bare), Comparator::Le),
        (w.exactly.strip_end(bare), Comparator::Eq),
    ]
    .into_iter()
    .filter_map(|(rest, comparator)| Some((rest?, comparator)))
    .min_by_key(|(rest, _)| rest.len());
    let distant = [(&w.at_least_distant, Comparator::Ge), (&w.at_most_distant, Comparator::Le)]
        .into_iter()
        .find(|(list, _)| before.is_none() && list.is_in(left))
        .map(|(_, comparator)| (comparator, usize::MAX));

    // `不低于总额的20%`, `不超过合同金额30%`: the bound stands before what the share is of
    let share = kind == Some(UnitKind::Percent);
    let distant = distant.or_else(|| {
        let near = |list: &WordList| {
            let governs = |&(start, end): &(usize, usize)| {
                let whole = &bare[end..];
                // 最低工资 and 最高负荷 are what their names say
                let name = bare[start..].starts_with("最低") || whole.ends_with('的');
                let far = if whole.ends_with('的') { 20 } else { 8 };
                !(bare[start..].starts_with('最') && name)
                    && whole.chars().count() <= far
                    && w.rate.strip_end(whole).is_none()
                    && !whole.contains(char::is_numeric)
            };
            list.all(bare).filter(governs).last()
        };
        let (least, most) =
            (near(&w.at_least).filter(|_| share), near(&w.at_most).filter(|_| share));
        // of two that end together the longer one is meant (`不低于` holds `低于`)
        let most_wins = most.is_some_and(|(start, end)| {
            least.is_none_or(|(other, until)| (until, start) < (end, other))
        });
        let most = most.filter(|_| most_wins).map(|(start, _)| (Comparator::Le, start));
        most.or(least.map(|(start, _)| (Comparator::Ge, start)))
    });
    let whole_of = distant.map(|(_, start)| start).filter(|&start| start <= bare.len());
    let distant = distant.map(|(comparator, _)| comparator);

    let head =
        strip(before.map_or(&bare[..whole_of.unwrap_or(bare.len())], |(rest, _)| rest), rules);
    let percent = kind == Some(UnitKind::Percent);
    let change = change(head, before.is_some(), percent, rules);
    let plain = match (after, before) {
        (Some((_, Comparator::Eq)), Some((_, comparator))) => comparator,
        (Some((_, comparator)), _) | (None, Some((_, comparator))) => comparator,
        (None, None) => distant.unwrap_or(Comparator::Eq),
    };
    let comparator = match change {
        Some((Comparator::Inc, _)) if !percent => plain,
        Some((comparator, _)) => comparator,
        None => plain,
    };
    // a single character (为, 在) says little
    let weak = before.is_some_and(|(rest, c)| {
        let word = &bare[rest.len()..];
        c == Comparator::Eq && word.chars().count() == 1 && word != "达"
    });
    Bound {
        comparator,
        explicit: after.is_some()
            || (before.is_some() && !weak)
            || distant.is_some()
            || change.is_some(),
        suffix,
        head: change.map_or(head.len(), |(_, at)| strip(&head[..at], rules).len()),
    }
}

/// Growth or decline before `head`, and where its word begins.
fn change(
    head: &str,
    bounded: bool,
    percent: bool,
    rules: &TargetRules,
) -> Option<(Comparator, usize)> {
    let w = &rules.words;
    if let Some(rest) = w.rise.strip_end(head) {
        return Some((Comparator::Inc, rest.len()));
    }
    if let Some(rest) = w.fall.strip_end(head).filter(|_| percent || !bounded) {
        return Some((Comparator::Dec, rest.len()));
    }
    if bounded || !percent {
        return None;
    }
    // the verb before its object: `压缩审批时限50%`
    let last = |list: &WordList, comparator| {
        let (start, end) = list.last(head)?;
        let object = &head[end..];
        if head[start..end].chars().count() < 2 {
            return None;
        }
        let near = object.chars().count() <= 14
            && !object.contains(['率', '比', '，'])
            && !object.ends_with('的');
        near.then_some((comparator, start))
    };
    last(&w.fall, Comparator::Dec).or_else(|| last(&w.rise, Comparator::Inc))
}

/// `text` without the fillers and the space at its end.
pub fn strip<'a>(text: &'a str, rules: &TargetRules) -> &'a str {
    let w = &rules.words;
    let mut text = text.trim_end();
    while let Some(rest) = w.filler.strip_end(text) {
        // 安全县 is 安全 + 县
        if w.not_filler.strip_end(text).is_some() {
            break;
        }
        text = rest.trim_end();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_around_a_number_bound_it() {
        let rules = TargetRules::embedded();
        let percent = Some(UnitKind::Percent);
        let read = |left, right, kind| {
            let b = bound(left, right, kind, &rules);
            (b.comparator, b.explicit)
        };
        assert_eq!(read("覆盖率不低于", "", percent), (Comparator::Ge, true));
        assert_eq!(read("达标率在", "以上", percent), (Comparator::Ge, true));
        assert_eq!(read("时限不超过", "", Some(UnitKind::Time)), (Comparator::Le, true));
        assert_eq!(read("贷款余额同比增长超过", "", percent), (Comparator::Inc, true));
        assert_eq!(read("压缩审批时限", "以上", percent), (Comparator::Dec, true));
        assert_eq!(read("普惠率提高到", "", percent), (Comparator::Eq, true));
        assert_eq!(read("信贷增长", "", Some(UnitKind::Money)), (Comparator::Eq, true));
        assert_eq!(read("比例为", "", percent), (Comparator::Eq, false));
    }
}
