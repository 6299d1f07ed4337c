//! Whether a quantity is an aim, a result, a rule, or none of these.
//!
//! Invariant: what is only named (`“5+1”行动`), what a rule concerns (`500万元以下的项目`), a base to start
//! from and the parts of something (`3个阶段`) are none. Confidence falls with the evidence. The
//! target extractor depends on this.

use super::bound::{Bound, strip};
use super::quantity::{Amount, Quantity};
use crate::knowledge::targets::{TargetRules, UnitKind};
use crate::model::{Comparator, TargetClass};

/// The words around one quantity.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// What the enclosing item tells: aims or results.
    pub class: TargetClass,
    /// The clause before the quantity.
    pub left: &'a str,
    /// The clause behind it.
    pub right: &'a str,
    /// The sentence up to the clause, and behind it.
    pub earlier: &'a str,
    pub later: &'a str,
    /// Whether the clause before this one, of the same sentence, states a counted aim.
    pub continues: bool,
    /// Whether the sentence so far tells what was reached before.
    pub past: bool,
}

type Verdict = Option<(TargetClass, f32)>;

/// What a quantity states, and how surely.
pub fn judge(quantity: &Quantity, bound: &Bound, place: Place<'_>, rules: &TargetRules) -> Verdict {
    let judge =
        Judge { quantity, bound, place, rest: place.right[bound.suffix..].trim_start(), rules };
    if judge.is_ranked() {
        return judge.rank();
    }
    if judge.is_none_at_all() {
        return None;
    }
    if matches!(quantity.amount, Amount::Ratio(_)) {
        return judge.aim(0.85);
    }
    match quantity.kind {
        Some(UnitKind::Percent) => judge.percent(),
        Some(UnitKind::Money) => judge.money(),
        Some(UnitKind::Time) => judge.time(),
        Some(_) if quantity.chinese => judge.chinese(),
        Some(_) => judge.count(),
        None => judge.bare(),
    }
}

/// A quantity on trial.
pub(super) struct Judge<'a> {
    pub quantity: &'a Quantity,
    pub bound: &'a Bound,
    pub place: Place<'a>,
    /// Behind the quantity and its bound.
    pub rest: &'a str,
    pub rules: &'a TargetRules,
}

impl Judge<'_> {
    fn aim(&self, confidence: f32) -> Verdict {
        Some((self.place.class, confidence))
    }

    fn limit(&self, confidence: f32) -> Verdict {
        Some((TargetClass::Limit, confidence))
    }

    /// Names, bases, the past, conditions.
    fn is_none_at_all(&self) -> bool {
        let w = &self.rules.words;
        let left = self.place.left;
        let bare = strip(left, self.rules);
        let near_right: String = self.rest.chars().take(16).collect();
        let on_base = left.trim_start().starts_with('在') && w.base.is_in(self.rest);
        on_base
            || w.lasting.strip_end(left.trim_end()).is_some()
            || in_quotes(left) && !self.is_pledge()
            || in_title(left)
            || w.from.strip_end(bare).is_some()
            || w.base.is_in(&near_right)
            || !self.is_granted() && (self.place.past || self.is_condition())
    }

    /// Whether the number says how far ahead something stands (`前10名`).
    fn is_ranked(&self) -> bool {
        let left = self.place.left.trim_end();
        left.ends_with('前') && !left.ends_with("底前") && !left.ends_with("年前")
    }

    /// A place among others that is to be reached; a bare number must end its phrase.
    fn rank(&self) -> Verdict {
        let left = self.place.left;
        let reached = self.rules.words.rank.is_in(left) && !in_quotes(left) && !in_title(left);
        let place = match self.quantity.unit.as_deref() {
            None => self.rest.is_empty() || self.rest.starts_with(['，', '、', '）', '列', '水']),
            Some(unit) => matches!(unit, "名" | "位"),
        };
        if !reached || !place || self.rest.starts_with('的') || self.place.past {
            return None;
        }
        self.aim(0.75)
    }

    fn is_pledge(&self) -> bool {
        let pledge = &self.rules.pledge;
        let left = self.place.left.trim_end();
        self.quantity.kind.is_none()
            && (left.ends_with(pledge.secure.as_str())
                && self.place.right.contains(pledge.strive.as_str())
                || left.ends_with(pledge.strive.as_str()) && left.contains(pledge.secure.as_str()))
    }

    fn percent(&self) -> Verdict {
        let left = self.place.left.trim_end();
        let weight = left.ends_with(['（', '(']) && self.rest.starts_with(['）', ')']);
        if weight {
            return None;
        }
        let words = &self.rules.words;
        let head = strip(self.place.left.get(..self.bound.head).unwrap_or(left), self.rules);
        let reckoned = words.reckoned.strip_start(left.trim_start()).is_some()
            && words.not_reckoned.strip_start(left.trim_start()).is_none()
            || left.ends_with('的') && words.reckoned.is_in(left);
        // a rate that is to be reached is an aim, whatever it is the rate of
        let rate = words.rate.strip_end(head).is_some()
            && self.bound.explicit
            && words.levy.strip_end(head).is_none();
        if self.is_granted() || (reckoned || self.is_subsidy()) && !rate {
            return self.limit(0.7);
        }
        let measured = words.rate.strip_end(left).is_some();
        self.aim(match () {
            () if self.bound.explicit => 0.92,
            () if measured => 0.85,
            () if self.governed() == Some(true) => 0.65,
            () => 0.5,
        })
    }

    fn money(&self) -> Verdict {
        // `5亿元以上项目`: what sort of project
        let threshold = (self.bound.suffix > 0 || self.quantity.chinese && self.is_large())
            && !self.rest.is_empty()
            && !self.rest.starts_with(['、', '，', '）', ')', '和', '（']);
        if self.is_granted() {
            return self.limit(0.8);
        }
        if threshold || self.rest.starts_with('级') {
            return None;
        }
        if self.is_subsidy() && !self.is_total() {
            return self.limit(0.75);
        }
        match self.governed() {
            Some(true) if self.bound.explicit => self.aim(0.9),
            Some(true) => self.aim(0.75),
            _ if self.bound.explicit => self.aim(0.75),
            _ => None,
        }
    }

    fn time(&self) -> Verdict {
        let w = &self.rules.words;
        let left = self.place.left;
        let unit = self.quantity.unit.as_deref().unwrap_or_default();
        if w.period.is_in(left) && w.frequency.strip_start(unit).is_some() {
            return self.limit(0.8);
        }
        // round the clock
        if unit == "小时"
            && matches!(&self.quantity.amount, Amount::One(v) if v == "24")
            && !self.bound.explicit
        {
            return None;
        }
        let long = matches!(unit, "年" | "个月" | "周" | "个季度");
        let whole = format!("{left}{}", self.rest);
        let service = w.service.is_in(&whole);
        // `压缩公告时间至20天`
        let reached = w.exactly.strip_end(strip(left, self.rules)).is_some();
        let settled = self.bound.explicit || reached && w.fall.is_in(left);
        if !settled
            || long
                && !(self.place.class == TargetClass::Limit && self.bound.suffix == 0)
                && (!service || self.bound.comparator != Comparator::Le)
                && !self.place.left.ends_with('至')
        {
            return None;
        }
        // `争取三年内实现`: by when, not how long
        let head = &left[..self.bound.head.min(left.len())];
        let by_when = unit == "年" && w.duration.strip_end(head).is_none();
        if by_when && self.place.class != TargetClass::Limit && !left.ends_with('至') {
            return None;
        }
        let behind = self.bound.suffix > 0 && self.bound.comparator == Comparator::Ge;
        if behind {
            return None;
        }
        let case = w.case.is_in(&whole)
            || left.trim_end().ends_with('后')
            || w.case.is_in(self.place.earlier);
        let itself = w.duration.strip_end(head).is_some();
        let shortened = itself || w.fall.is_in(left) || w.duration.is_in(left);
        match (case, service) {
            (true, _) if itself || shortened && !w.case.is_in(left) => self.aim(0.8),
            (true, _) => self.limit(0.8),
            (false, true) => self.aim(if shortened { 0.9 } else { 0.65 }),
            (false, false) => self.limit(0.5),
        }
    }

    fn count(&self) -> Verdict {
        let w = &self.rules.words;
        if self.was_served() {
            return self.aim(0.55);
        }
        if self.numbers_parts() || self.measures_a_thing() || self.is_given_policy() {
            return None;
        }
        let unit = self.quantity.unit.as_deref().unwrap_or_default();
        let periodic = w.period.is_in(self.place.left) || w.period.is_in(self.place.earlier);
        if periodic && w.frequency.strip_start(unit) == Some("") {
            return self.limit(0.75);
        }
        if w.sorting.strip_start(unit) == Some("") && !self.bound.explicit {
            let made = w.make.strip_end(strip(self.place.left, self.rules)).is_some();
            return if made { self.aim(0.7) } else { None };
        }
        if self.is_granted() || self.bound.comparator == Comparator::Le && self.is_subsidy() {
            return self.limit(0.7);
        }
        match self.governed() {
            Some(false) if self.bound.explicit && self.bound.suffix == 0 => self.aim(0.6),
            Some(false) => None,
            Some(true) if self.bound.explicit => self.aim(0.9),
            Some(true) => self.aim(if self.directly_done() { 0.85 } else { 0.7 }),
            None if self.bound.explicit => self.aim(0.7),
            // `解读重点政策文件94件`: a report counts at the end of a clause
            None if self.place.class == TargetClass::Achievement && self.rest.is_empty() => {
                self.aim(0.5)
            }
            None if self.place.continues || w.modality.is_in(self.place.left) => self.aim(0.55),
            None => None,
        }
    }

    /// Whether a report says for how many something was done (`为1.8万名老人建立档案`), or counts what
    /// it gave examples of (`开设涵盖京剧、书法等近700个社团`).
    fn was_served(&self) -> bool {
        let w = &self.rules.words;
        if self.place.class != TargetClass::Achievement {
            return false;
        }
        let bare = strip(self.place.left, self.rules);
        let done = w.aim.is_in(self.rest) || w.dealt.is_in(self.rest);
        w.served.strip_start(bare.trim_start()).is_some() && done && bare.chars().count() <= 6
            || bare.ends_with('等') && w.aim.is_in(bare)
    }

    /// Whether it says how large some single thing is (`建筑面积不大于1000平方米`, `10万吨级航道`).
    fn measures_a_thing(&self) -> bool {
        let w = &self.rules.words;
        let head = self.place.left.get(..self.bound.head).unwrap_or(self.place.left);
        self.rest.starts_with('级')
            || self.bound.explicit
                && self.bound.comparator != Comparator::Eq
                && w.dimension.strip_end(strip(head, self.rules)).is_some()
    }

    /// Whether it counts the parts of a policy that is only carried out (`落实10条政策措施`).
    fn is_given_policy(&self) -> bool {
        let w = &self.rules.words;
        let left = self.place.left;
        let verb = w.aim.last(left).map(|(start, end)| &left[start..end]);
        let listed = matches!(self.quantity.unit.as_deref(), Some("条" | "项"));
        let near: String = self.rest.chars().take(12).collect();
        listed && !self.bound.explicit && verb == Some("落实") && w.policy.is_in(&near)
    }

    /// Whether it counts the parts of something (`3个阶段`, `6个业务领域`).
    fn numbers_parts(&self) -> bool {
        let w = &self.rules.words;
        let noun: String = self.rest.chars().take(6).collect();
        !self.directly_done() && w.part.is_in(&noun)
    }

    /// Whether a verb of doing stands directly before the quantity.
    pub(super) fn directly_done(&self) -> bool {
        let verb = &self.rules.words.aim;
        // `形成不少于30个品牌`
        let behind_bound = || {
            let left = self.place.left.get(..self.bound.head).unwrap_or(self.place.left);
            let left = strip(left, self.rules);
            matches!(self.quantity.kind, Some(UnitKind::Count | UnitKind::Person))
                && !left.ends_with(['将', '把', '让', '使'])
                && verb.strip_end(left).is_some()
        };
        verb.strip_end(strip(self.place.left, self.rules)).is_some() || behind_bound()
    }

    /// Whether a verb of doing governs the quantity (true) or a word of scope (false).
    fn governed(&self) -> Option<bool> {
        let w = &self.rules.words;
        // 在 is a bound only behind what is measured (`占比在90%`)
        if !self.bound.explicit && self.place.left.trim_end().ends_with('在') {
            return Some(false);
        }
        // the bound itself governs nothing (于 of 不少于)
        let left = self.place.left.get(..self.bound.head).unwrap_or(self.place.left);
        // of two that end together the longer one is meant (消除 ends like 除, 下设 like 设)
        let by_end = |(start, end)| (end, std::cmp::Reverse(start));
        let aim = w.aim.last(self.place.left).map(by_end);
        let scope = w.scope.last(left).map(by_end);
        let near = w
            .near_scope
            .all(left)
            .filter(|&(start, _)| !w.not_near_scope.all(left).any(|(s, e)| s <= start && start < e))
            .last()
            .filter(|&(_, end)| left[end..].chars().count() <= 4)
            .map(by_end);
        match (aim, scope.max(near)) {
            (Some(aim), Some(scope)) => Some(aim > scope),
            (Some(_), None) => Some(true),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        }
    }

    /// Numerals in Chinese characters are mostly parts of names: only clear cases count.
    fn chinese(&self) -> Verdict {
        let w = &self.rules.words;
        let left = self.place.left.trim_end();
        let one = matches!(&self.quantity.amount, Amount::One(v) if v == "1");
        if self.numbers_parts() {
            return None;
        }
        let unit = self.quantity.unit.as_deref().unwrap_or_default();
        if w.period.is_in(left) && w.frequency.strip_start(unit) == Some("") {
            return self.limit(0.7);
        }
        // 一批 and 新一轮 count nothing
        if one && (unit == "批" || left.ends_with('新')) {
            return None;
        }
        if self.bound.comparator == Comparator::Ge || unit == "倍" && self.bound.explicit {
            return self.aim(0.8);
        }
        if one {
            let each = w.each.last(left).map(|(_, end)| left[end..].chars().count());
            let lone = each.is_some_and(|gap| gap <= 8) && !self.rest.is_empty();
            return if lone { self.aim(0.6) } else { None };
        }
        let verb = left.strip_suffix(['了', '过']).unwrap_or(left);
        let made = match self.place.class {
            TargetClass::Achievement => {
                w.aim.strip_end(verb).is_some() || left.ends_with('等') && w.aim.is_in(left)
            }
            // `建成东湖、西湖两个中心`
            _ => {
                let named = w.make.last(left).is_some_and(|(_, end)| {
                    let names = &left[end..];
                    names.contains('、')
                        && names.chars().count() <= 30
                        && self.rest.chars().count() >= 2
                });
                w.make.strip_end(verb).is_some() || named
            }
        };
        if made { self.aim(0.55) } else { None }
    }

    /// Numbers without a unit.
    fn bare(&self) -> Verdict {
        if self.is_pledge() {
            return self.aim(0.7);
        }
        let ends = self.rest.is_empty() || self.rest.starts_with(['、', '，', '）', ')', '和']);
        let year =
            matches!(&self.quantity.amount, Amount::One(v) if v.len() == 4 && v.starts_with("20"));
        (self.bound.explicit && ends && !year).then_some((self.place.class, 0.5))
    }
}

fn open(text: &str, opening: char, closing: char) -> bool {
    text.matches(opening).count() > text.matches(closing).count()
}

fn in_title(left: &str) -> bool {
    open(left, '《', '》')
}

fn in_quotes(left: &str) -> bool {
    open(left, '“', '”') || left.matches('"').count() % 2 == 1
}
