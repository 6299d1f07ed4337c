//! What a list can be narrowed by, with how many things each choice would leave.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::labels::Label;
use super::paging::encode;

/// What an address asks for, to make addresses of that ask for a little more or less.
pub(super) struct Question(Vec<(&'static str, String)>);

impl Question {
    /// The parameters that have values; not the number of the page, since another question has other pages.
    pub(super) fn new(asked: &[(&'static str, &str)]) -> Self {
        let given = asked.iter().filter(|(_, value)| !value.is_empty());
        Self(given.map(|(name, value)| (*name, (*value).to_owned())).collect())
    }

    /// The question with another value of one parameter.
    pub(super) fn and(mut self, name: &'static str, value: &str) -> Self {
        self.0.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            self.0.push((name, value.to_owned()));
        }
        self
    }

    /// The same question with another value of one parameter; without it, if the value is empty.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let others = self.0.iter().filter(|(other, _)| *other != name);
        let others = others.map(|(name, value)| (*name, value.as_str()));
        let new = (!value.is_empty()).then_some((name, value));
        let pairs = others.chain(new).map(|(name, value)| format!("{name}={}", encode(value)));
        format!("?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

/// One property that a list can be narrowed by.
pub(super) struct Facet {
    pub(super) label: Label,
    pub(super) choices: Vec<Choice>,
    /// Choices that there are beside these.
    pub(super) left_off: usize,
}

/// A value of the property.
pub(super) struct Choice {
    pub(super) text: String,
    /// How many things have it, of those that answer the rest of the question.
    pub(super) count: usize,
    /// Where it is chosen, or no longer.
    pub(super) href: String,
    pub(super) chosen: bool,
    /// How deep it lies in other choices, which count what lies in them.
    pub(super) depth: usize,
}

/// A value that is chosen, and where it is no longer.
pub(super) struct Chip {
    pub(super) text: String,
    pub(super) href: String,
}

impl Facet {
    /// A facet named `name` in addresses, of which `asked` is chosen. The choices are what stands in addresses, what is
    /// shown and how many things have it, in the order they are listed in.
    pub(super) fn new<'c>(
        question: &Question,
        (name, label): (&'static str, Label),
        asked: &str,
        choices: impl IntoIterator<Item = (&'c str, String, usize)>,
    ) -> Self {
        let choices = choices.into_iter().map(|(code, text, count)| {
            let chosen = code == asked;
            let href = question.with(name, if chosen { "" } else { code });
            Choice { text, count, href, chosen, depth: 0 }
        });
        Self { label, choices: choices.collect(), left_off: 0 }
    }

    /// Whether a choice of it would leave less than all of so many things, or one is made.
    pub(super) fn narrows(&self, things: usize) -> bool {
        self.choices.iter().any(|choice| choice.chosen || choice.count < things)
    }

    /// What is chosen in these.
    pub(super) fn chips(facets: &[Self]) -> Vec<Chip> {
        let chosen = facets.iter().flat_map(|facet| &facet.choices).filter(|choice| choice.chosen);
        chosen.map(|choice| Chip { text: choice.text.clone(), href: choice.href.clone() }).collect()
    }
}

/// How many things have each value, the most frequent first; those of equal counts in the order of the values.
pub(super) fn by_count<V: Ord>(values: impl IntoIterator<Item = V>) -> Vec<(V, usize)> {
    let mut counted: BTreeMap<V, usize> = BTreeMap::new();
    for value in values {
        *counted.entry(value).or_default() += 1;
    }
    let mut counted: Vec<(V, usize)> = counted.into_iter().collect();
    counted.sort_by_key(|(_, count)| Reverse(*count));
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_leads_in_and_out() {
        let question = Question::new(&[("q", "教 育"), ("year", "2024"), ("place", "")]);
        let years = by_count(["2023", "2024", "2022", "2024"]);
        assert_eq!(years, [("2024", 2), ("2022", 1), ("2023", 1)]);
        let years = years.into_iter().filter(|(year, _)| *year != "2022");
        let years = years.map(|(year, count)| (year, format!("{year} 年"), count));
        let facet = Facet::new(&question, ("year", Label::default()), "2024", years);
        let shown: Vec<_> = facet.choices.iter().map(|c| (&*c.text, c.count, &*c.href)).collect();
        let q = "?q=%E6%95%99%20%E8%82%B2";
        let expected = [("2024 年", 2, q.to_owned()), ("2023 年", 1, format!("{q}&year=2023"))];
        assert_eq!(shown, expected.each_ref().map(|(text, n, href)| (*text, *n, href.as_str())));
        assert_eq!(Facet::chips(&[facet]).len(), 1);
    }
}
