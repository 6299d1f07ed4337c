//! Titles → works: one work for one text however its title is punctuated, and what titles say of each other.
//!
//! Invariant: after [`works`] every citation has a work and no two works of a document share a key.
//! A title that names neither place nor maker is told from its namesakes by the maker that the text
//! names before it, or by the issuer of the document that makes it; a bare word (`《方案》`) by the document.

mod name;

use crate::knowledge::citations::{CitationRules, bare};
use crate::knowledge::words::without_draft_note;
use crate::model::{
    Citation, CitationKind, Document, Facts, Genre, Identities, Span, Stated, Work, WorkId,
};
use foldhash::{HashMap, HashMapExt};
use name::{Levels, Name};

/// How deep the titles nested in titles are followed.
const DEEPEST: usize = 6;

/// Finds the works a document speaks of: its own, its covering notice's, those it cites and those their
/// titles name. Fills `identities.works`, `.work` and `.notice`, and each citation's work.
pub fn works(
    document: &Document,
    facts: &mut Facts,
    identities: &mut Identities,
    rules: &CitationRules,
) {
    let levels = Levels::new(identities);
    let issuer = issuer(document, identities);
    let mut table = Table { rules, levels, works: Vec::new(), ids: HashMap::new() };
    let header = &document.header;
    let number = header.number.as_ref().map(|n| squeeze(&n.value));
    let own = header.title.as_ref().map(|t| {
        let normative = rules.titles.normative(&t.value);
        let policy = match header.genre {
            Some(Genre::Report | Genre::News) => false,
            Some(_) => normative != Some(false),
            None => normative == Some(true),
        };
        table.text(&t.value, Some(&issuer), policy, 0)
    });
    let notice = header.notice.as_ref().filter(|n| Some(&n.value) != title(&header.title));
    let notice = notice.map(|n| table.notice(&n.value, &issuer, own));
    for id in [own, notice].into_iter().flatten() {
        table.works[id].number.clone_from(&number);
    }
    let mut cited = Cited {
        document,
        own,
        own_key: title(&header.title).map(|t| name::plain(t)),
        issuer,
        short: HashMap::new(),
        outer: None,
    };
    for citation in &mut facts.citations {
        citation.work = Some(cited.work(citation, &mut table));
    }
    identities.works = table.works;
    identities.work = own;
    identities.notice = notice;
}

fn title(stated: &Option<Stated<String>>) -> Option<&String> {
    stated.as_ref().map(|s| &s.value)
}

/// The name that tells the document's own texts from namesakes: its first issuer, else its division.
fn issuer(document: &Document, identities: &Identities) -> String {
    let agency = identities.issuers.first().and_then(|&id| identities.agencies.get(id));
    let printed = || document.header.issuers.first().map(|i| i.value.clone());
    let division = || identities.jurisdiction.and_then(|id| identities.divisions.get(id));
    agency
        .map(|a| a.name.clone())
        .or_else(printed)
        .or_else(|| division().map(|d| d.name.clone()))
        .unwrap_or_default()
}

/// White space out, where it is no more than a line break or padding.
fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The works found so far.
struct Table<'a> {
    rules: &'a CitationRules,
    levels: Levels,
    works: Vec<Work>,
    ids: HashMap<String, WorkId>,
}

impl Table<'_> {
    /// The work of a title, made by `maker` where the title does not say who made it, with all works
    /// that the title itself names.
    fn text(&mut self, title: &str, maker: Option<&str>, policy: bool, depth: usize) -> WorkId {
        let name = Name::new(title, maker, &self.levels, &self.rules.titles);
        self.named(name, title, policy, depth)
    }

    fn named(&mut self, name: Name, title: &str, policy: bool, depth: usize) -> WorkId {
        if let Some(&id) = self.ids.get(&name.key) {
            let work = &mut self.works[id];
            work.policy |= policy;
            if work.maker.is_none() {
                work.maker = name.maker;
            }
            return id;
        }
        let id = self.works.len();
        self.ids.insert(name.key.clone(), id);
        self.works.push(Work {
            key: name.key,
            title: name::printed(title),
            policy,
            relations: vec![],
            number: None,
            maker: name.maker.clone(),
        });
        if depth < DEEPEST
            && let Some(relation) = self.rules.titles.relation(title)
        {
            let other = &title[relation.other];
            let normative = self.rules.titles.normative(name::inside(other)).unwrap_or(true);
            // Who issues a text made it; who implements one did not.
            let maker = match relation.kind {
                CitationKind::Issues => name.maker.as_deref(),
                _ => None,
            };
            let other = self.text(name::inside(other), maker, normative, depth + 1);
            if other != id {
                self.works[id].relations.push((relation.kind, other));
            }
        }
        id
    }

    /// The covering notice: it issues the document's own work, however its title prints that one's.
    fn notice(&mut self, title: &str, issuer: &str, own: Option<WorkId>) -> WorkId {
        let Some(own) = own else { return self.text(title, Some(issuer), true, 0) };
        let kind = self.rules.titles.relation(title).map(|r| r.kind);
        let id = self.text(title, Some(issuer), true, DEEPEST);
        if id != own {
            let forwards = kind == Some(CitationKind::Forwards);
            let kind = if forwards { CitationKind::Forwards } else { CitationKind::Issues };
            self.works[id].relations.push((kind, own));
        }
        id
    }
}

/// Ties the citations of one document, in its order.
struct Cited<'a> {
    document: &'a Document,
    own: Option<WorkId>,
    own_key: Option<String>,
    issuer: String,
    /// Short names that the text introduced.
    short: HashMap<String, WorkId>,
    /// The title that nested ones stand in, and its work.
    outer: Option<(Span, WorkId)>,
}

impl Cited<'_> {
    fn work(&mut self, citation: &Citation, table: &mut Table) -> WorkId {
        let title = self.document.text.slice(citation.title);
        let id = self.find(citation, title, table);
        let work = &mut table.works[id];
        if work.number.is_none() {
            work.number = citation.number.map(|n| squeeze(self.document.text.slice(n)));
        }
        if citation.kind != CitationKind::Via {
            self.outer = Some((citation.title, id));
            let after = &self.document.text.as_str()[citation.title.end..];
            if let Some(short) = table.rules.short_name(after) {
                self.short.insert(bare(short), id);
            }
        }
        id
    }

    fn find(&self, citation: &Citation, title: &str, table: &mut Table) -> WorkId {
        if let Some(&id) = self.short.get(&bare(title)) {
            return id;
        }
        let titles = &table.rules.titles;
        let issued = matches!(citation.kind, CitationKind::Issues) && citation.citing.is_none();
        if issued
            && let Some(own) = self.own
            && self.own_key.as_ref() == Some(&name::plain(without_draft_note(title)))
        {
            return own;
        }
        let before = self.document.text.slice(Span::new(
            citation.evidence.start,
            citation.title.start.max(citation.evidence.start),
        ));
        let spoken = name::maker_before(before, table.rules);
        let makes = issued || citation.kind == CitationKind::Drafts;
        let inside = self.outer.filter(|(span, _)| {
            citation.kind == CitationKind::Via && span.contains(citation.title)
        });
        let maker = match (inside, spoken) {
            (Some((_, outer)), _) => table.works[outer].maker.clone(),
            (None, Some(spoken)) => Some(spoken.to_owned()),
            (None, None) if makes => Some(self.issuer.clone()),
            (None, None) => None,
        };
        // A genre alone names a text only within its document.
        let genre = bare(title).chars().count() <= 4 && !titles.is_law(title);
        if genre && titles.normative(title) == Some(true) {
            let scope = self.own.map_or(&self.issuer, |own| &table.works[own].key);
            let key = format!("{scope}/{}", bare(title));
            return table.named(Name { key, maker }, title, citation.policy, DEEPEST);
        }
        table.text(title, maker.as_deref(), citation.policy, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::citation::citations;
    use crate::model::{Division, Header, Node, NodeKind, Text};

    /// The works of a document that is all preamble, issued by an agency of 青澜市 in 云泽省.
    fn read(own: Option<&str>, notice: Option<&str>, text: &str) -> (Vec<Citation>, Identities) {
        let rules = CitationRules::embedded();
        let stated = |t: Option<&str>| t.map(|t| Stated { value: t.into(), span: Span::new(0, 0) });
        let issuers =
            vec![Stated { value: "青澜市人民政府办公室".into(), span: Span::new(0, 0) }];
        let header = Header {
            title: stated(own),
            notice: stated(notice),
            issuers,
            genre: Some(Genre::Plan),
            ..Header::default()
        };
        let text = Text::new(text.into(), vec![(0, 1)], vec![]);
        let root = Node {
            kind: NodeKind::Root,
            parent: 0,
            path: String::new(),
            number: None,
            heading: None,
            own: vec![],
            assignments: vec![],
            columns: vec![],
            span: text.span(),
            in_table: false,
            counterpart: None,
        };
        let document = Document { text, header, nodes: vec![root] };
        let division = |code: &str, name: &str, above: Option<&str>| Division {
            code: code.into(),
            name: name.into(),
            broader: above.map(str::to_owned),
        };
        let divisions = vec![
            division("000000", "中国", None),
            division("990000", "云泽省", Some("000000")),
            division("990100", "青澜市", Some("990000")),
        ];
        let mut identities =
            Identities { divisions, jurisdiction: Some(2), ..Identities::default() };
        let mut facts = Facts { citations: citations(&document, &rules), ..Facts::default() };
        works(&document, &mut facts, &mut identities, &rules);
        (facts.citations, identities)
    }

    fn keys(text: &str) -> Vec<String> {
        let (citations, identities) = read(None, None, text);
        citations.iter().map(|c| identities.works[c.work.unwrap()].key.clone()).collect()
    }

    #[test]
    fn punctuation_makes_no_new_work() {
        for text in [
            "落实《中共云泽省委、云泽省人民政府关于保护青湖的意见》，按照《中共云泽省委 云泽省人民政府关于保护青湖的意见》",
            "落实省委、省政府《关于保护青湖的意见》，按照《中共云泽省委 云泽省人民政府〈关于保护青湖的意见〉》",
            "落实省委、省政府印发的《关于保护青湖的意见》，按照《中共云泽省委、云泽省人民政府关于保护\n青湖的意见》",
            "落实《教师法》，按照《中华人民共和国教师法》",
            "落实国办《关于保护湖泊的意见》，按照《国务院办公厅关于保护湖泊的意见》",
            "落实《云泽省校车管理办法（试行）》（以下简称《办法》），按照《办法》要求",
            "落实《关于加强云泽省湖泊保护的意见》，按照省水利厅《关于加强云泽省湖泊保护的意见》",
        ] {
            let keys = keys(text);
            assert_eq!(keys.len(), 2, "{text}: {keys:?}");
            assert_eq!(keys[0], keys[1], "{text}");
        }
        let keys = keys(
            "落实《关于保护湖泊的意见》，按照国务院办公厅《关于保护湖泊的意见》，对照《关于保护湖泊的意见（试行）》",
        );
        assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), 3, "{keys:?}");
    }

    #[test]
    fn a_title_without_place_belongs_to_its_issuer() {
        let (_, one) = read(Some("2024年工作要点"), None, "");
        assert_eq!(one.works[one.work.unwrap()].key, "青澜市人民政府办公室2024年工作要点");
        let (citations, two) =
            read(Some("青澜市校车方案"), None, "现将《青澜市校车方案》印发给你们。");
        assert_eq!(two.works[two.work.unwrap()].key, "青澜市校车方案");
        assert_eq!((citations[0].work, citations[0].kind), (two.work, CitationKind::Issues));
    }

    #[test]
    fn lineage_can_be_walked() {
        let (citations, found) = read(
            Some("贯彻落实《中共中央国务院关于保护湖泊的意见》任务分工方案"),
            Some(
                "青澜市人民政府办公室关于印发《贯彻落实〈中共中央国务院关于保护湖泊的意见〉任务分工方案》的通知",
            ),
            "贯彻落实《中共中央国务院关于保护湖泊的意见》任务分工方案\n为贯彻落实《云泽省水利厅关于印发〈贯彻落实中共中央、国务院关于保护湖泊的意见任务分工方案〉的通知》精神，制定本方案。",
        );
        let work = |id: WorkId| &found.works[id];
        let source = citations[0].work.unwrap();
        assert_eq!(work(source).key, "中共中央国务院保护湖泊的意见");
        let (own, notice) = (found.work.unwrap(), found.notice.unwrap());
        assert_eq!(work(own).relations, [(CitationKind::Implements, source)]);
        assert_eq!(work(notice).relations, [(CitationKind::Issues, own)]);
        let province = citations[1].work.unwrap();
        let (kind, plan) = work(province).relations[0];
        assert_eq!(kind, CitationKind::Issues);
        assert_eq!(citations[2].work, Some(plan), "the nested title is the issued work");
        assert_ne!(plan, own, "two plans of one title are two works");
        assert_eq!(work(plan).relations, [(CitationKind::Implements, source)]);
        assert_eq!(work(plan).maker.as_deref(), Some("云泽省水利厅"));
    }

    #[test]
    fn relations_need_no_brackets() {
        let (citations, found) = read(
            None,
            None,
            "落实《云泽省水利厅转发水利部关于保护湖泊的意见的通知》（云水〔2024〕3 号）",
        );
        let work = &found.works[citations[0].work.unwrap()];
        assert_eq!(work.number.as_deref(), Some("云水〔2024〕3号"));
        let (kind, other) = work.relations[0];
        assert_eq!(
            (kind, &*found.works[other].key),
            (CitationKind::Forwards, "水利部保护湖泊的意见")
        );
    }
}
