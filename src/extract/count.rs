//! Counts of things, people and lengths: whether a verb of doing governs them.
//!
//! Invariant: what only says among how many or by what something is done (`在20个领域`), the parts of
//! something and the size of a single thing are no aims; a numeral in Chinese characters is mostly
//! part of a name and needs more than one in digits. The judge of quantities depends on this.

use super::bound::strip;
use super::judge::{Judge, Silence, Verdict};
use super::quantity::Amount;
use crate::knowledge::targets::UnitKind;
use crate::model::{Comparator, TargetClass};

impl Judge<'_> {
    pub(super) fn count(&self) -> Verdict {
        let w = &self.rules.words;
        if self.was_served() || self.is_spread() || self.is_shared_with() {
            return self.aim(0.55);
        }
        if self.numbers_parts() || self.measures_a_thing() || self.is_given_policy() {
            return Err(Silence::NoAim);
        }
        let unit = self.quantity.unit.as_deref().unwrap_or_default();
        let periodic = w.period.is_in(self.place.left) || w.period.is_in(self.place.earlier);
        if periodic && w.frequency.strip_start(unit) == Some("") {
            return self.limit(0.75);
        }
        if w.sorting.strip_start(unit) == Some("") && !self.bound.explicit {
            let left = self.place.left.trim();
            // `完成身份证、户口簿等20类证照归集`
            let listed = left.ends_with('等') && w.exactly.strip_start(left).is_some();
            let made = listed || w.make.strip_end(strip(left, self.rules)).is_some();
            return if made { self.aim(0.7) } else { Err(Silence::NoAim) };
        }
        if self.is_granted() || self.bound.comparator == Comparator::Le && self.is_subsidy() {
            return self.limit(0.7);
        }
        match self.governed() {
            Some(false) if self.bound.explicit && self.bound.suffix == 0 => self.aim(0.6),
            Some(false) => Err(Silence::NoAim),
            Some(true) if self.bound.explicit => self.aim(0.9),
            Some(true) => self.aim(if self.directly_done() { 0.85 } else { 0.7 }),
            None if self.bound.explicit => self.aim(0.7),
            // `解读重点政策文件94件`: a report counts at the end of a clause
            None if self.place.class == TargetClass::Achievement
                && self.rest.is_empty()
                && self.quantity.kind != Some(UnitKind::Measure) =>
            {
                self.aim(0.5)
            }
            None if self.place.continues || w.modality.is_in(self.place.left) => self.aim(0.55),
            None => Err(Silence::Unclear),
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

    /// Whether it says how far something is spread (`在民宿、食堂等29个行业推行`).
    fn is_spread(&self) -> bool {
        let w = &self.rules.words;
        let left = self.place.left.trim();
        let near: String = self.rest.chars().take(10).collect();
        let listed = left.ends_with('等') && self.quantity.kind == Some(UnitKind::Count);
        let within = |text: &str| w.spread.is_in(text) && !text.contains("实现");
        listed && (left.starts_with('在') && w.spread.is_in(&near) || within(left))
    }

    /// Whether it says with how many something is set up (`与15个省（区、市）建立跨省通办机制`).
    fn is_shared_with(&self) -> bool {
        let w = &self.rules.words;
        let near: String = self.rest.chars().take(16).collect();
        let left = self.place.left.get(..self.bound.head).unwrap_or(self.place.left);
        let left = strip(left, self.rules);
        left.ends_with('与') && !left.ends_with("参与") && w.partner.is_in(&near)
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
        // `精简为最多2个环节`: to so many they are to be brought
        let brought = self.bound.explicit
            && self.bound.comparator == Comparator::Le
            && w.exactly.is_in(self.place.left);
        !self.directly_done() && !brought && w.part.is_in(&noun)
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
    pub(super) fn governed(&self) -> Option<bool> {
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
    pub(super) fn chinese(&self) -> Verdict {
        let w = &self.rules.words;
        let left = self.place.left.trim_end();
        let one = matches!(&self.quantity.amount, Amount::One(v) if v == "1");
        if self.numbers_parts() {
            return Err(Silence::NoAim);
        }
        let unit = self.quantity.unit.as_deref().unwrap_or_default();
        if w.period.is_in(left) && w.frequency.strip_start(unit) == Some("") {
            return self.limit(0.7);
        }
        // 一批 and 新一轮 count nothing
        if one && (unit == "批" || left.ends_with('新')) {
            return Err(Silence::NoAim);
        }
        if self.bound.comparator == Comparator::Ge || unit == "倍" && self.bound.explicit {
            return self.aim(0.8);
        }
        if one {
            let each = w.each.last(left).map(|(_, end)| left[end..].chars().count());
            let lone = each.is_some_and(|gap| gap <= 8) && !self.rest.is_empty();
            return if lone { self.aim(0.6) } else { Err(Silence::Unclear) };
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
        if made { self.aim(0.55) } else { Err(Silence::Unclear) }
    }
}
