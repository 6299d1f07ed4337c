//! What a target is called: the words that state it, and those that name what is counted.

use super::{Claim, Reader};
use crate::extract::clause::Clause;
use crate::model::{Deadline, Span};

impl Reader<'_> {
    /// The clause, cut where another quantity with words of its own begins (`A达到40%、B达到30%`).
    pub(super) fn quote(&self, clause: &Clause, claims: &[Claim], which: usize) -> Span {
        let text = self.slice(clause.span);
        let cut = |before: &Claim, after: &Claim| {
            if after.linked || before.tail > after.quantity.start {
                return None;
            }
            let between = &text[before.tail..after.quantity.start];
            let at = between.rfind(['、', '和', '及'])?;
            let mark = between[at..].chars().next()?;
            Some((before.tail + at, before.tail + at + mark.len_utf8()))
        };
        let start = (1..=which).rev().find_map(|i| cut(&claims[i - 1], &claims[i]));
        let end = (which + 1..claims.len()).find_map(|i| cut(&claims[i - 1], &claims[i]));
        let from = clause.span.start + start.map_or(0, |(_, after)| after);
        let to = clause.span.start + end.map_or(text.len(), |(before, _)| before);
        Span::new(from, to)
    }

    /// What is counted: before the quantity (`覆盖率达到85%`), else behind it (`3所学校`).
    pub(super) fn indicator(
        &self,
        quote: Span,
        head: usize,
        tail: usize,
        deadline: Option<&Deadline>,
    ) -> Option<Span> {
        let w = &self.rules.words;
        let start = deadline.map(|d| d.quote.end).filter(|&end| end <= head);
        let start = start.map_or(quote.start, |end| end.max(quote.start)).min(head);
        let mut before = self.text[start..head.max(start)].trim();
        let each = w.modality.strip_start(before).unwrap_or(before).starts_with(['每', '各'])
            && w.rate.strip_end(before).is_none();
        while let Some(rest) =
            w.modality.strip_start(before).or_else(|| w.leading.strip_start(before))
        {
            before = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '，');
        }
        let behind = self.text[tail.min(quote.end)..quote.end].trim().trim_start_matches('的');
        let behind = behind.split(['，', '、', '；']).next().unwrap_or_default();
        // a bracket that only closes here held the quantity
        let closes = behind.find(['）', ')']).filter(|&at| !behind[..at].contains(['（', '(']));
        let behind = &behind[..closes.unwrap_or(behind.len())];
        // a quotation mark that lost its partner to the number
        let before = before.trim_end_matches(['“', '：', ':']).trim_start_matches('”');
        let behind = behind.trim_end_matches('“').trim_start_matches('”');
        // what it was before (`由原来20个工作日压缩至`) is no part of the name
        let old = before.rfind(['由', '从']).filter(|&at| {
            before[at..].contains(char::is_numeric) && before[at..].chars().count() <= 20
        });
        let before = before[..old.unwrap_or(before.len())].trim_end();
        // `大型企业按`, `对接`: what hangs between the name and the number
        let before = w.hanging.strip_end(before).map_or(before, str::trim_end);
        // `在全市范围内组织实施`, `餐饮店、便利店等`, `省`: where, or examples of what is counted
        let aside = before.starts_with(['在', '于']) && w.rate.strip_end(before).is_none()
            || before.ends_with('等')
            || before.ends_with('的')
            || w.place_of.strip_start(before) == Some("");
        // a verb directly before the number has its object behind it; `每个县` is not what is counted
        let verb = before.is_empty() || w.aim.strip_end(before).is_some() || each || aside;
        let behind = match w.spread.first(behind) {
            Some((at, _)) if aside && at > 0 => behind[..at].trim_end_matches("大力"),
            _ => behind,
        };
        let name = if verb && !behind.is_empty() { behind } else { before };
        let offset = name.as_ptr() as usize - self.text.as_ptr() as usize;
        (!name.is_empty() && name.chars().count() <= 40)
            .then(|| Span::new(offset, offset + name.len()))
    }
}
