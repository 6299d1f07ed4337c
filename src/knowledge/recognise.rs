//! Telling names of responsible parties from other words, and taking lists of names apart.
//!
//! Invariant: ranges lie on character boundaries of the list and ascend; a link (和, 及) inside the
//! name of a body never parts it. The extractors use this on what a bracket, cell or clause lists.

use std::ops::Range;

use super::agencies::Agencies;
use super::marks::{marks, without_space};
use super::names::{Class, Ending};

/// What a string names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recognition {
    /// One body, known or sure by its ending.
    Body,
    /// Many: `各县（市、区）教育局`, `市直有关部门`.
    Group,
    /// A party named by its part in the matter: `审批部门`.
    Generic,
    /// An internal office: `基础教育科`.
    Unit,
    /// A company, school, hospital, association.
    Organisation,
    /// No name of a responsible party.
    None,
}

/// What ends a short form after the word for a level.
const SHORT_ENDS: [char; 10] = ['办', '委', '局', '厅', '院', '队', '站', '联', '馆', '部'];

/// `text` without white space.
pub fn squeeze(text: &str) -> String {
    without_space(text).into_owned()
}

/// How many characters of a known name stand before the link inside.
const STEM: usize = 6;

impl Agencies {
    /// What `name` names. White space inside counts for nothing; lists are not taken apart.
    pub fn recognise(&self, name: &str) -> Recognition {
        let name = without_space(name);
        let name = match marks(&name).find(|&(at, c)| at > 0 && matches!(c, '（' | '(' | '〔')) {
            // `市交通委（市道运局）`; a bracket in mid-name stays.
            // The bracket of `县（市、区）` is no gloss.
            Some((at, _))
                if name.ends_with(['）', ')', '〕'])
                    && !name.starts_with('各')
                    && name[..at].chars().count() > 1 =>
            {
                &name[..at]
            }
            _ => &*name,
        };
        let name = name.strip_prefix("中共").unwrap_or(name);
        if !self.ends_as_name(name) {
            return Recognition::None;
        }
        let names = &self.names;
        if let Some(rest) = names.after_preposition(name)
            && (self.is_known(rest) || self.function_part(rest).is_some())
            && !self.is_known(name)
        {
            return Recognition::None;
        }
        if self.is_known(name) || self.is_place(name) {
            return Recognition::Body;
        }
        match names.class(name) {
            Some(Class::Places | Class::Many) if names.may_be_name(name) => {
                return Recognition::Group;
            }
            Some(Class::Generic) if self.function_part(name).is_some() => return Recognition::Body,
            Some(Class::Generic) if names.is_proper(name) => return Recognition::Organisation,
            Some(Class::Generic) if names.may_be_name(name) => return Recognition::Generic,
            _ => {}
        }
        if self.function_part(name).is_some() {
            return Recognition::Body;
        }
        if !names.may_be_name(name) {
            return Recognition::None;
        }
        if self.ends_as_known(name) {
            return Recognition::Body;
        }
        match names.ending(name) {
            Some(Ending::Body | Ending::Zone) => Recognition::Body,
            Some(Ending::Unit) => Recognition::Unit,
            Some(Ending::Organisation) => Recognition::Organisation,
            None => self.leveled(name),
        }
    }

    /// Whether the last character of `name`, which has no white space, lets it be a name: a quick
    /// look that spares most texts the rest.
    fn ends_as_name(&self, name: &str) -> bool {
        name.chars().next_back().is_some_and(|c| self.last_chars.has(c)) || self.names.is_open(name)
    }

    /// Whether `text` may end with a name or with what [`split_names`](Self::split_names) takes off
    /// the last name of a list.
    pub fn may_end_list(&self, text: &str) -> bool {
        let text = text.trim_end();
        text.chars().next_back().is_some_and(|c| self.list_chars.has(c)) || self.names.is_open(text)
    }

    /// Whether a list may end with `c`, unless it holds what makes it [open](super::names::Names::may_open).
    #[inline]
    pub fn may_end_list_with(&self, c: char) -> bool {
        self.list_chars.has(c)
    }

    /// Looks up anew which characters names end with, by all that [`recognise`](Self::recognise) asks.
    pub(super) fn find_last_chars(&mut self) {
        let forms = self.forms().filter_map(|form| form.chars().next_back());
        let all: Vec<char> = forms.chain(self.names.last_chars()).chain(SHORT_ENDS).collect();
        self.last_chars = all.iter().copied().collect();
        // What `split_names` takes off: separators, brackets, 等 and what may stand behind it.
        self.list_chars =
            all.into_iter().chain("、，,；;。等门位构".chars()).chain(BRACKETS.chars()).collect();
    }

    /// Whether `word` is the function of a body (`教育`, `市场监管`), as lists before 部门 have it.
    pub fn is_function(&self, word: &str) -> bool {
        self.function(word).is_some() || self.local_words.contains_key(word)
    }

    /// A form of the table as it stands, or after a word for a level, or a national body.
    fn is_known(&self, name: &str) -> bool {
        let printed = |form: &str| self.is_form(form);
        (printed(name) || self.national(name).is_some())
            && name.chars().count() > 1
            && self.names.may_be_name(name)
            || self.names.level(name).is_some_and(|(_, rest)| printed(rest))
            || name.strip_prefix('团').and_then(|rest| rest.strip_suffix('委')).is_some_and(
                |level| {
                    self.names.level(level).is_some()
                        || matches!(level, "市" | "省" | "县" | "区" | "州" | "中央")
                },
            )
            || self.branch(name).is_some()
    }

    /// A division's full name: the place itself bears the duty.
    fn is_place(&self, name: &str) -> bool {
        self.places.contains(name)
    }

    /// Whether `text` begins as the name of another issuer does: with a division's full name, a
    /// national body or 中共; or is a customs house (`长岭海关`).
    pub fn begins_anew(&self, text: &str) -> bool {
        let bare = text.strip_prefix("中共");
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).skip(1).take(10);
        let customs = text.chars().skip(2).take(2).eq("海关".chars());
        bare.is_some()
            || customs
            || self.national_at_start(text).is_some()
            || ends.into_iter().any(|end| self.places.contains(&text[..end]))
    }

    /// The function word of `教育部门`, `市教育行政部门`.
    pub fn function_part<'a>(&self, name: &'a str) -> Option<&'a str> {
        self.names.function_stem(name).find_map(|stem| {
            let bare = self.names.level(stem).map_or(stem, |(_, rest)| rest);
            // `市级财政部门`.
            let bare = bare.strip_prefix('级').unwrap_or(bare);
            [stem, bare].into_iter().find(|word| self.is_function(word))
        })
    }

    /// `云川市商务局`, `昆川税务局`: a known form after what can be a place's name.
    pub fn ends_in_known(&self, name: &str) -> bool {
        self.names.may_be_name(name) && self.ends_as_known(name)
    }

    fn ends_as_known(&self, name: &str) -> bool {
        name.char_indices().enumerate().skip(2).take(9).any(|(before, (at, _))| {
            let (place, form) = name.split_at(at);
            let sure = place.ends_with(['省', '市', '县', '区', '旗', '州', '盟', '国']);
            (sure || before <= 4 && form.chars().nth(2).is_some()) && self.is_form(form)
        })
    }

    /// `市营商办`, `市工改办`: an unknown short form after the word for a level, in what may be a name.
    fn leveled(&self, name: &str) -> Recognition {
        let Some((_, rest)) = self.names.level(name) else { return Recognition::None };
        let short = (2..=12).contains(&rest.chars().count());
        match short && rest.ends_with(SHORT_ENDS) && self.names.may_be_name(rest) {
            true => Recognition::Body,
            false => Recognition::None,
        }
    }

    /// Takes a list of names apart: the byte range of each, white space around it left out.
    ///
    /// Separators are 、，,；;, line breaks and white space between whole names, and 和, 及, 与, 以及
    /// between two names. Brackets are kept whole. A tail 等部门 is dropped; `等有关部门` gives
    /// `有关部门` as a name of its own.
    pub fn split_names<'a>(&'a self, list: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.pieces(list).into_iter().flat_map(move |piece| {
            let mut ranges = vec![];
            self.split_spaced(list, piece, &mut ranges);
            ranges
        })
    }

    /// The pieces between punctuation outside brackets.
    fn pieces(&self, list: &str) -> Vec<Range<usize>> {
        let mut pieces: Vec<Range<usize>> = vec![];
        let (mut start, mut depth) = (0, 0_usize);
        let mut left = marks(list).filter(|&(_, c)| closes(c)).count();
        for (at, c) in marks(list) {
            match c {
                // A bracket that is never closed opens nothing.
                c if opens(c) && left > depth => depth += 1,
                c if closes(c) => {
                    depth = depth.saturating_sub(1);
                    left = left.saturating_sub(1);
                }
                '、' | '，' | ',' | '；' | ';' | '。' if depth == 0 => {
                    pieces.push(start..at);
                    start = at + c.len_utf8();
                }
                _ => {}
            }
        }
        pieces.push(start..list.len());
        self.rejoin(list, pieces)
    }

    /// Puts `各县` `市` `区教育局` together again: one group, whose levels are listed.
    fn rejoin(&self, list: &str, pieces: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let mut joined: Vec<Range<usize>> = vec![];
        for piece in pieces {
            let text = list[piece.clone()].trim();
            if let Some(last) = joined.last_mut()
                && let Some(rest) = self.names.tiers.go_on(list[last.clone()].trim(), text)
                && (rest.is_empty()
                    || self.names.tiers.begins_government(rest)
                    || self.recognise(text) != Recognition::None
                    || self.recognise(rest) != Recognition::None)
            {
                last.end = piece.end;
                continue;
            }
            joined.push(piece);
        }
        joined
    }

    /// White space parts names only where both sides are names; else it is padding (`编  办`).
    fn split_spaced(&self, list: &str, piece: Range<usize>, ranges: &mut Vec<Range<usize>>) {
        let text = &list[piece.clone()];
        let mut start = piece.start;
        for (at, c) in marks(text) {
            let at = piece.start + at;
            if !c.is_whitespace() || at == start {
                continue;
            }
            // `各市(州) 教育局`: places in brackets go on with the body.
            let left = &list[start..at];
            let places = left.ends_with(closes) && self.names.class(left).is_some();
            if !places && self.is_name(left) {
                let rest = list[at..piece.end].trim_start();
                let next = rest.split(char::is_whitespace).next().unwrap_or_default();
                if self.is_name(next) || self.is_name(rest) {
                    self.split_linked(list, start..at, ranges);
                    start = at + c.len_utf8();
                }
            }
        }
        self.split_linked(list, start..piece.end, ranges);
    }

    fn is_name(&self, text: &str) -> bool {
        self.recognise(text) != Recognition::None
    }

    /// 和, 及 and the like part a piece only where a whole name stands before them.
    fn split_linked(&self, list: &str, piece: Range<usize>, ranges: &mut Vec<Range<usize>>) {
        let text = &list[piece.clone()];
        let mut start = 0;
        let mut depth = 0_usize;
        let mut skip = 0;
        for (at, c) in text.char_indices() {
            match c {
                '\u{4e00}'..='\u{9fff}' => {}
                c if opens(c) => depth += 1,
                c if closes(c) => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > 0 || at < skip || at == start || !self.names.may_link(c) {
                continue;
            }
            let Some(link) = self.names.links.starts_of(&text[at..]).next() else { continue };
            let after = at + link.len();
            if self.parts_here(&text[start..at], &text[after..], &text[start..]) {
                self.split_tail(list, piece.start + start..piece.start + at, ranges);
                start = after;
            }
            skip = after;
        }
        self.split_tail(list, piece.start + start..piece.end, ranges);
    }

    fn parts_here(&self, before: &str, after: &str, whole: &str) -> bool {
        let (before, after) = (without_space(before), without_space(after));
        let head =
            after.char_indices().map(|(at, _)| at).find(|&at| self.names.links.start(&after[at..]));
        let next = &after[..head.filter(|&at| at > 0).unwrap_or(after.len())];
        if next.is_empty() || self.names.is_joined(next) || self.names.is_joined(&after) {
            return false;
        }
        let whole = without_space(whole);
        if self.is_known(&whole) || self.function_part(&whole).is_some() {
            return false;
        }
        // The link of a known name that others stand before: `各区县（含新区）住房和城乡建设部门`.
        let end = whole.len() - after.len() + next.len();
        for (at, _) in before.char_indices().rev().take(STEM) {
            let name = &whole[at..end];
            if self.is_form(name) || self.function_part(name).is_some() {
                return false;
            }
        }
        // A name in brackets behind it, 及其, and names without a known ending still end the first name.
        match self.recognise(&before) {
            Recognition::None => {
                self.is_function(&before) && self.function_part(&after).is_some()
                    || before.starts_with('各') && self.names.class(&before).is_some()
            }
            _ => true,
        }
    }

    /// Where `各地各部门（单位）`, `各县市区市级各部门` parts: two groups without a separator. `各级各部门` is
    /// one.
    fn two_groups(&self, text: &str) -> Option<usize> {
        let rest = text.strip_prefix('各')?;
        let second = |group: &str| {
            let bodies = group.split(['（', '(']).next().unwrap_or_default();
            bodies.ends_with("部门") || bodies.ends_with("单位")
        };
        let first = |group: &str| {
            matches!(group, "各地" | "各地区" | "各部门" | "各有关部门" | "各单位")
                || !group.ends_with("级") && self.names.class(group) == Some(Class::Places)
        };
        let each = rest.find('各').map(|at| at + '各'.len_utf8());
        let above = ["市级", "市直", "省级", "省直", "州级", "州直"];
        let above = above.iter().filter_map(|level| text.find(level)).filter(|&at| {
            // `各市直部门`, `各市级部门` are one.
            text[..at].ends_with(['县', '区', '旗', '）', ')'])
        });
        above.chain(each).find(|&at| first(&text[..at]) && second(&text[at..]))
    }

    /// Takes the tail 等… off the last name.
    fn split_tail(&self, list: &str, range: Range<usize>, ranges: &mut Vec<Range<usize>>) {
        let text = &list[range.clone()];
        let etc = text
            .char_indices()
            .filter(|&(at, c)| c == '等' && at > 0)
            .map(|(at, _)| at)
            .next_back();
        if let Some(at) = etc {
            let (before, tail) = (&text[..at], &text[at + '等'.len_utf8()..]);
            let tail_name = without_space(tail);
            let known = self.is_name(before) || self.is_function(&without_space(before));
            if tail_name.is_empty() || known && is_count(&tail_name) {
                return push(list, range.start..range.start + at, ranges);
            }
            if self.recognise(tail) == Recognition::Group || known && self.is_name(tail) {
                push(list, range.start..range.start + at, ranges);
                return push(list, range.end - tail.len()..range.end, ranges);
            }
        }
        if let Some(at) = self.two_groups(text) {
            push(list, range.start..range.start + at, ranges);
            return push(list, range.start + at..range.end, ranges);
        }
        push(list, range, ranges);
    }
}

/// What only counts the names before it: 部门, 6个部门, 多部门.
fn is_count(tail: &str) -> bool {
    let noun = tail.trim_start_matches(|c: char| {
        c.is_ascii_digit() || "一二三四五六七八九十多几个家".contains(c)
    });
    matches!(
        noun,
        "部门"
            | "单位"
            | "机构"
            | "处室"
            | "科室"
            | "部门单位"
            | "部门和单位"
            | "部门（单位）"
            | "单位和部门"
    )
}

/// Adds a range without white space and stray brackets at its ends.
fn push(list: &str, range: Range<usize>, ranges: &mut Vec<Range<usize>>) {
    let Range { mut start, mut end } = range;
    loop {
        let text = &list[start..end];
        start += text.len() - text.trim_start().len();
        let text = text.trim();
        end = start + text.len();
        let opened = || marks(text).filter(|&(_, c)| opens(c)).count();
        let closed = || marks(text).filter(|&(_, c)| closes(c)).count();
        // `A、等有关部门`, `A及其有关部门`: 等 and 其 belong to the list.
        let etc = text.strip_prefix('等').filter(|rest| rest.chars().count() > 2);
        let own = text.strip_prefix('其').filter(|rest| {
            ["有关", "相关", "所属", "各", "工作部门", "职能部门", "部门"]
                .iter()
                .any(|begins| rest.starts_with(begins))
        });
        if let Some(rest) = etc.or(own) {
            start += text.len() - rest.len();
            continue;
        }
        match (text.chars().next(), text.chars().next_back()) {
            (_, Some(last)) if closes(last) && closed() > opened() => end -= last.len_utf8(),
            (Some(first), _) if opens(first) && opened() > closed() => start += first.len_utf8(),
            (Some(_), _) => return ranges.push(start..end),
            (None, _) => return,
        }
    }
}

const BRACKETS: &str = "（(〔[［【〈<）)〕]］】〉>";

fn opens(c: char) -> bool {
    matches!(c, '（' | '(' | '〔' | '[' | '［' | '【' | '〈' | '<')
}

fn closes(c: char) -> bool {
    matches!(c, '）' | ')' | '〕' | ']' | '］' | '】' | '〉' | '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_other_words() {
        let agencies = Agencies::embedded();
        let is = |name| agencies.recognise(name);
        for body in [
            "市教育局",
            "编办",
            "编  办",
            "团市委",
            "教育部门",
            "市市场监管局",
            "市委网信办",
            "市国动办",
            "中国人民银行青澜市中心支行",
            "市交通委（市道运局）",
            "青澜海关",
            "临澜区政府",
            "妇联",
            "工商联",
            "公安机关",
            "市教研室",
            "市营商办",
            "市大数据中心",
            "青澜市商务局",
            "国家发展改革委",
            "市消防救援支队",
            "中共青澜市委教育工委",
            "教育部",
            "市政府",
            "市委",
            "市优化营商环境工作领导小组办公室",
            "青澜市税务局",
            "市供销社",
            "共青团组织",
            "少先队",
        ] {
            assert_eq!(is(body), Recognition::Body, "{body}");
        }
        for group in [
            "各县（市、区）教育局",
            "各区人民政府",
            "市直有关部门",
            "有关部门",
            "各部门",
            "各相关处室",
            "相关单位",
        ] {
            assert_eq!(is(group), Recognition::Group, "{group}");
        }
        for generic in ["审批部门", "业主单位", "学校", "新闻媒体"] {
            assert_eq!(is(generic), Recognition::Generic, "{generic}");
        }
        for unit in ["基础教育科", "政策法规处", "机关党委", "督导办"] {
            assert_eq!(is(unit), Recognition::Unit, "{unit}");
        }
        for organisation in ["青澜港务有限公司", "青澜高新区中心学校", "国网青澜供电公司"]
        {
            assert_eq!(is(organisation), Recognition::Organisation, "{organisation}");
        }
        for word in [
            "",
            "完善办",
            "工作落实",
            "格局",
            "工作格局",
            "民办",
            "推进教育",
            "加强市财政局",
            "学科",
            "教室",
            "全面从严治党",
            "长期坚持",
            "委",
            "按职责分工负责",
            "2024年6月底前",
            "提高教育质量",
            "开创新局",
            "会同市财政局",
        ] {
            assert_eq!(is(word), Recognition::None, "{word}");
        }
        assert!(agencies.is_function("教育") && agencies.is_function("市场监管"));
        assert!(!agencies.is_function("审批") && !agencies.is_function("供水"));
    }

    #[test]
    fn lists_are_taken_apart() {
        let agencies = Agencies::embedded();
        let check = |list: &str, want: &[&str]| {
            let got: Vec<_> = agencies.split_names(list).map(|r| squeeze(&list[r])).collect();
            assert_eq!(got, want, "{list}");
        };
        check(
            "市教育局、市财政局，市民政局；团市委",
            &["市教育局", "市财政局", "市民政局", "团市委"],
        );
        check("市文化和旅游局、市住房和城乡建设局", &["市文化和旅游局", "市住房和城乡建设局"]);
        check("市司法局和市公安局", &["市司法局", "市公安局"]);
        check("市住房和城乡建设局和市水务局", &["市住房和城乡建设局", "市水务局"]);
        check(
            "市发展和改革委员会及各县（市、区）人民政府",
            &["市发展和改革委员会", "各县（市、区）人民政府"],
        );
        check("文化广播电视和旅游局、编  办、妇  联", &["文化广播电视和旅游局", "编办", "妇联"]);
        check("市教育局 市财政局\n市民政局", &["市教育局", "市财政局", "市民政局"]);
        check(
            "市交通委（市道运局）、市委组织部（老干部局、人才办）",
            &["市交通委（市道运局）", "市委组织部（老干部局、人才办）"],
        );
        check("市教育局等部门", &["市教育局"]);
        check("市教育局等有关部门", &["市教育局", "有关部门"]);
        check("妇联、团委等6个部门", &["妇联", "团委"]);
        check("市工信局等市直相关部门及各地区", &["市工信局", "市直相关部门", "各地区"]);
        check("有关部门和单位", &["有关部门和单位"]);
        check("数字办等市直相关单位", &["数字办", "市直相关单位"]);
        check("市市场监管局", &["市市场监管局"]);
        check("各地各部门", &["各地", "各部门"]);
        check("各级各部门", &["各级各部门"]);
        check("各县、市、区", &["各县、市、区"]);
        check("市财政局、地方金融监管局", &["市财政局", "地方金融监管局"]);
        check("文化广播电视和旅游部门", &["文化广播电视和旅游部门"]);
        check("公安和司法部门", &["公安", "司法部门"]);
        check("市规划和自然资源局与市经济和信息化局", &["市规划和自然资源局", "市经济和信息化局"]);
        check("各县（市、区", &["各县（市、区"]);
        check("", &[]);
        check("、，", &[]);
    }
}
