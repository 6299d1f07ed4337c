//! Whom a rule concerns: quantities that only say which ones are meant, and what is given to whom.
//!
//! Invariant: a condition (`500万元以下的项目`, `达到95%的企业`) is no aim; what is granted is a limit,
//! whatever its conditions. The judge of quantities depends on this.

use super::bound::strip;
use super::judge::Judge;
use super::quantity::Amount;
use crate::knowledge::targets::UnitKind;
use crate::model::{Comparator, TargetClass};

impl Judge<'_> {
    /// Whether somebody is given it: the number says how much, whatever the conditions.
    pub(super) fn is_granted(&self) -> bool {
        let w = &self.rules.words;
        let near: String = self.rest.chars().take(20).collect();
        let share = matches!(self.quantity.kind, Some(UnitKind::Money | UnitKind::Percent))
            || self.quantity.unit.as_deref() == Some("倍");
        let threshold = self.bound.suffix > 0 && self.rest.starts_with('的');
        share && !threshold && w.grant.is_in(self.place.left) && w.gift.is_in(&near)
    }

    /// Whether the clause says whom a rule concerns.
    pub(super) fn is_condition(&self) -> bool {
        let left = self.place.left;
        let w = &self.rules.words;
        let opened = w.condition.strip_start(left.trim_start()).is_some()
            && !left.trim_start().starts_with("年度内");
        // 的 before a number is that of a share (`、不高于合同金额的70%`)
        let described = self
            .rest
            .match_indices('的')
            .any(|(at, de)| !self.rest[at + de.len()..].starts_with(|c: char| c.is_numeric()));
        let share = self.rest.starts_with("的（")
            || self.rest.starts_with("的(")
            || self.rest.starts_with("的，");
        let ends = w.concerned.strip_end(self.rest).is_some();
        // `规模达到50个展位的`
        let reached = left.trim_end().ends_with('达') || left.trim_end().ends_with("达到");
        let whole_condition =
            share || self.rest == "的" || ends && (reached || !self.directly_done());
        // `3年以上…的企业`; a share of something may be an aim (`85%以上的学校`)
        let bounded_noun = self.bound.explicit
            && self.rest.starts_with('的')
            && self.quantity.kind != Some(UnitKind::Percent)
            && !self.directly_done();
        // `年能耗在5000吨以上企业`, `对200米以内电力接入工程`: what a noun is like
        let noun = !self.rest.is_empty()
            && !self.rest.starts_with(['，', '、', '）', ')', '和', '（', '(', '；'])
            && self.bound.suffix > 0;
        let located =
            noun && matches!(
                self.quantity.kind,
                Some(UnitKind::Count | UnitKind::Person | UnitKind::Measure)
            ) && (strip(left, self.rules).ends_with('在') || opened && !self.directly_done());
        whole_condition
            || opened && described
            || bounded_noun
            || located
            || self.is_attribute()
            || self.is_supposed()
            || self.leads_to_a_grant()
    }

    /// Whether it says which ones are meant: `达到95%的小微企业`, `（20亿元以上）的项目`, `100万元以下（含）`.
    fn is_attribute(&self) -> bool {
        let w = &self.rules.words;
        let rest = self.rest;
        let near: String = rest.chars().take(8).collect();
        let reached = self.bound.explicit && self.bound.suffix == 0;
        let bearer = rest.starts_with('的') && reached && w.bearer.is_in(&near);
        let percent = self.quantity.kind == Some(UnitKind::Percent);
        let bracketed = ["）的", ")的", "的)", "的）"];
        let included =
            self.bound.suffix > 0 && (rest.starts_with("（含") || rest.starts_with("(含"));
        let size = self.quantity.kind == Some(UnitKind::Measure)
            && self.bound.suffix > 0
            && self.bound.comparator == Comparator::Le
            && rest.starts_with(|c: char| c.is_alphabetic());
        // `达到总投资的25%认定材料`, `消除66人以上超大班额`
        let criterion = percent && w.criterion.strip_start(rest).is_some();
        let removed = self.bound.suffix > 0
            && rest.starts_with(|c: char| c.is_alphabetic())
            && w.removal.strip_end(self.place.left.trim_end()).is_some();
        percent && bearer
            || included
            || bracketed.iter().any(|b| rest.starts_with(b))
            || size
            || criterion
            || removed
    }

    /// Whether the clause is an if.
    fn is_supposed(&self) -> bool {
        let w = &self.rules.words;
        let left = self.place.left.trim_start();
        w.supposed.strip_start(left).is_some() && w.not_supposed.strip_start(left).is_none()
    }

    /// Whether it is a condition on which something is granted: in its own clause, or in one of
    /// several that end with 的 (`注册资本不低于5000万元，贡献不低于300万元的，给予奖励`).
    fn leads_to_a_grant(&self) -> bool {
        let w = &self.rules.words;
        let counted = matches!(
            self.quantity.kind,
            Some(UnitKind::Count | UnitKind::Person | UnitKind::Measure)
        );
        let grants = |text: &str| {
            let text = text.trim_start();
            w.giving.strip_start(text).is_some()
        };
        if counted && w.giving.all(self.rest).next().is_some() && w.gift.is_in(self.rest) {
            return true;
        }
        let part = self.place.later.split(['；', ';']).next().unwrap_or_default();
        let clauses: Vec<&str> = part.split(['，', ',', '。']).collect();
        // `实缴资本不低于5000万元，贡献不低于300万元，一次性给予300万元奖励`
        let given = |clause: &&str| {
            grants(clause) && w.gift.is_in(clause) && clause.contains(|c: char| c.is_ascii_digit())
        };
        let given_later = clauses.iter().skip(1).any(given);
        let opened = w.condition.strip_start(self.place.left.trim_start()).is_some();
        if opened && self.bound.explicit && given_later {
            return true;
        }
        if !self.bound.explicit || self.directly_done() || w.gift.is_in(self.place.left) {
            return false;
        }
        if self.place.class == TargetClass::Target && given_later {
            return true;
        }
        clauses.windows(2).any(|pair| pair[0].ends_with('的') && grants(pair[1]))
            || self.rest.ends_with('的') && clauses.get(1).is_some_and(|next| grants(next))
    }

    pub(super) fn is_subsidy(&self) -> bool {
        let subsidy = &self.rules.words.subsidy;
        subsidy.is_in(self.place.left)
            || subsidy.is_in(self.rest)
            || subsidy.is_in(self.place.earlier)
    }

    /// Whether a sum of money is what all together reach and nobody's share: the clause says so, or
    /// it is a hundred million and more that is not capped.
    pub(super) fn is_total(&self) -> bool {
        let w = &self.rules.words;
        let left = self.place.left;
        let single = w.single.is_in(left) || w.single.is_in(self.rest);
        !single && (self.is_large() || w.total.is_in(left) && !w.subsidy.is_in(left))
    }

    /// A hundred million and more.
    pub(super) fn is_large(&self) -> bool {
        matches!(&self.quantity.amount, Amount::One(v) if v.len() > 8)
    }
}
