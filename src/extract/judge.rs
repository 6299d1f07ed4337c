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

/// What a quantity states, and how surely; else why it states nothing.
pub type Verdict = Result<(TargetClass, f32), Silence>;

/// Why a quantity states nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The words around it tell that it is no aim: a condition, a base, a name, the parts of something.
    NoAim,
    /// Nothing around it tells what it is.
    Unclear,
}

/// What a quantity states, and how surely.
pub fn judge(quantity: &Quantity, bound: &Bound, place: Place<'_>, rules: &TargetRules) -> Verdict {
    let judge =
        Judge { quantity, bound, place, rest: place.right[bound.suffix..].trim_start(), rules };
    if judge.is_ranked() {
        return judge.rank();
    }
    if judge.is_none_at_all() {
        return Err(Silence::NoAim);
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
    pub(super) fn aim(&self, confidence: f32) -> Verdict {
        Ok((self.place.class, confidence))
    }

    pub(super) fn limit(&self, confidence: f32) -> Verdict {
        Ok((TargetClass::Limit, confidence))
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
            return Err(Silence::NoAim);
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
            return Err(Silence::NoAim);
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
            return Err(Silence::NoAim);
        }
        if self.is_subsidy() && !self.is_total() {
            return self.limit(0.75);
        }
        match self.governed() {
            Some(true) if self.bound.explicit => self.aim(0.9),
            Some(true) => self.aim(0.75),
            _ if self.bound.explicit => self.aim(0.75),
            Some(false) => Err(Silence::NoAim),
            // `第一期规模100亿元`
            None if self.place.left.trim_end().ends_with("规模") => self.aim(0.6),
            None => Err(Silence::Unclear),
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
            return Err(Silence::NoAim);
        }
        let long = matches!(unit, "年" | "个月" | "周" | "个季度");
        let whole = format!("{left}{}", self.rest);
        let service = w.service.is_in(&whole);
        // `压缩公告时间至20天`
        let reached = w.exactly.strip_end(strip(left, self.rules)).is_some();
        // `实现2小时办结`
        let finished = w
            .finished
            .strip_start(self.rest)
            .is_some_and(|after| !after.starts_with(|c: char| c.is_alphabetic()))
            || self.rest.starts_with("最快");
        let settled = self.bound.explicit || finished || reached && w.fall.is_in(left);
        if !settled
            || long
                && !(self.place.class == TargetClass::Limit && self.bound.suffix == 0)
                && (!(service || unit == "个月" && w.case.is_in(&whole))
                    || self.bound.comparator != Comparator::Le)
                && !self.place.left.ends_with('至')
        {
            return Err(Silence::Unclear);
        }
        // `争取三年内实现`: by when, not how long
        let head = &left[..self.bound.head.min(left.len())];
        let by_when = unit == "年" && w.duration.strip_end(head).is_none();
        if by_when && self.place.class != TargetClass::Limit && !left.ends_with('至') {
            return Err(Silence::NoAim);
        }
        let behind = self.bound.suffix > 0 && self.bound.comparator == Comparator::Ge;
        if behind {
            return Err(Silence::NoAim);
        }
        let case = w.case.is_in(&whole)
            || left.trim_end().ends_with('后')
            || w.case.is_in(self.place.earlier);
        let itself = w.duration.strip_end(head).is_some();
        let shortened = itself || w.fall.is_in(left) || w.duration.is_in(left);
        // at least so long: a rule for each case
        if w.regimen.is_in(&whole) || self.bound.comparator == Comparator::Ge {
            return self.limit(0.8);
        }
        // `企业拿地后5个工作日内办好开工手续`: a service is promised to all
        let promised = w.finished.strip_start(self.rest).is_some()
            && left.trim_end().ends_with('后')
            && !w.case.is_in(&whole)
            && !w.case.is_in(self.place.earlier);
        match (case, service) {
            (true, _) if promised => self.aim(0.65),
            (true, _) if itself || shortened && !w.case.is_in(left) => self.aim(0.8),
            (true, _) => self.limit(0.8),
            (false, true) => self.aim(if shortened { 0.9 } else { 0.65 }),
            (false, false) => self.limit(0.5),
        }
    }

    /// Numbers without a unit.
    fn bare(&self) -> Verdict {
        if self.is_pledge() {
            return self.aim(0.7);
        }
        let ends = self.rest.is_empty() || self.rest.starts_with(['、', '，', '）', ')', '和']);
        let year =
            matches!(&self.quantity.amount, Amount::One(v) if v.len() == 4 && v.starts_with("20"));
        if self.bound.explicit && ends && !year { self.aim(0.5) } else { Err(Silence::Unclear) }
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
