//! A reading for people.

use std::io::{self, Write};

use crate::knowledge::confidence::GUESS;
use crate::model::{
    AgencyKind, CitationKind, Comparator, Deadline, Document, Facts, Genre, Identities, Node,
    NodeId, NodeKind, Places, ROOT, Role, Span, Stated, Target, TargetClass, Tier, Value,
};
use crate::pipeline::Reading;

/// Writes the header, then the outline with what is said at each node.
pub(super) fn write(reading: &Reading, out: &mut impl Write) -> io::Result<()> {
    let mut view = View {
        document: &reading.document,
        places: reading.document.text.places(),
        facts: &reading.facts,
        identities: &reading.identities,
        out,
    };
    view.header(reading)?;
    for id in 0..reading.document.nodes.len() {
        view.node(id)?;
    }
    Ok(())
}

/// The pages of a document that have no text.
fn not_read(pages: &[usize]) -> Option<String> {
    let list: Vec<String> = pages.iter().map(usize::to_string).collect();
    (!pages.is_empty()).then(|| {
        let list = list.join("、");
        format!("第{list}页是图片，没有文字，须先识别（OCR） pages {list} are pictures: recognise their text first")
    })
}

struct View<'a, W> {
    document: &'a Document,
    places: Places<'a>,
    facts: &'a Facts,
    identities: &'a Identities,
    out: &'a mut W,
}

impl<W: Write> View<'_, W> {
    fn header(&mut self, reading: &Reading) -> io::Result<()> {
        let header = &self.document.header;
        let title = header.title.as_ref().map_or("（无题 no title）", |title| &title.value);
        writeln!(self.out, "{title}")?;
        let text = |value: &Option<Stated<String>>| value.as_ref().map(|v| v.value.clone());
        let issuers: Vec<_> = header.issuers.iter().map(|issuer| issuer.value.clone()).collect();
        let place = self.identities.jurisdiction.and_then(|id| self.identities.divisions.get(id));
        let lines = [
            ("印发通知 notice", text(&header.notice)),
            ("文号 number", text(&header.number)),
            ("发文 issuers", (!issuers.is_empty()).then(|| issuers.join("、"))),
            ("成文 written", header.written.as_ref().map(|date| date.value.to_string())),
            ("发布 published", header.published.as_ref().map(|date| date.value.to_string())),
            ("体裁 genre", header.genre.map(|genre| self::genre(genre).to_owned())),
            ("效力 tier", header.tier.map(|tier| self::tier(tier).to_owned())),
            ("年度 year", header.year.map(|year| year.to_string())),
            ("地区 place", place.map(|place| format!("{} {}", place.name, place.code))),
            ("文件 file", Some(reading.source_name.clone())),
            ("未读 not read", not_read(self.document.text.gaps())),
        ];
        for (name, value) in lines {
            if let Some(value) = value {
                writeln!(self.out, "  {name}: {value}")?;
            }
        }
        Ok(())
    }

    fn node(&mut self, id: NodeId) -> io::Result<()> {
        let node = &self.document.nodes[id];
        let claims = Claims::of(self.facts, id);
        if id == ROOT && claims.is_empty() {
            return Ok(());
        }
        let depth = self.document.ancestors(id).count();
        let indent = "  ".repeat(depth.saturating_sub(1));
        if id == ROOT {
            writeln!(self.out, "\n全文 the whole document")?;
        } else {
            self.title(id, node, &indent)?;
        }
        self.claims(&claims, &format!("{indent}    "))
    }

    /// `(一) 突出德育实效  [task 1.1, line 23]`
    fn title(&mut self, id: NodeId, node: &Node, indent: &str) -> io::Result<()> {
        let text = &self.document.text;
        let number = node.number.map_or("", |span| text.slice(span));
        let heading =
            self.document.heading(id).unwrap_or_else(|| shorten(&self.document.own_text(id), 40));
        let kind = match node.kind {
            NodeKind::Root => return Ok(()),
            NodeKind::Section => "section",
            NodeKind::Task if node.in_table => "task in a table",
            NodeKind::Task => "task",
            NodeKind::Measure => "measure",
            NodeKind::Practice => "practice",
        };
        let blank = if node.kind == NodeKind::Section { "\n" } else { "" };
        let place = self.place(node.span);
        let space = if number.is_empty() { "" } else { " " };
        writeln!(
            self.out,
            "{blank}{indent}{number}{space}{heading}  [{kind} {}, {place}]",
            node.path
        )?;
        if let Some(other) = node.counterpart.and_then(|other| self.document.nodes.get(other)) {
            writeln!(self.out, "{indent}    对应 counterpart: {}", other.path)?;
        }
        Ok(())
    }

    fn claims(&mut self, claims: &Claims<'_>, indent: &str) -> io::Result<()> {
        // The same words often prove several claims: they are shown once, after the last of them.
        let mut evidence: Vec<Span> = Vec::new();
        for (role, name) in ROLES {
            let bearers: Vec<String> = claims
                .responsibilities
                .iter()
                .filter(|claim| claim.role == role)
                .map(|claim| {
                    evidence.push(claim.evidence);
                    self.bearer(claim)
                })
                .collect();
            if !bearers.is_empty() {
                writeln!(self.out, "{indent}{name}: {}", bearers.join("、"))?;
            }
        }
        for deadline in &claims.deadlines {
            evidence.push(deadline.evidence);
            let limit = self.deadline(deadline);
            writeln!(self.out, "{indent}时限 by: {limit}{}", guess(deadline.confidence))?;
        }
        for target in &claims.targets {
            evidence.push(target.evidence);
            let (name, said) = self.target(target);
            writeln!(self.out, "{indent}{name}: {said}{}", guess(target.confidence))?;
        }
        for citation in &claims.citations {
            evidence.push(citation.evidence);
            let title = self.document.text.slice(citation.title).replace('\n', "");
            let number = citation.number.map_or("", |number| self.document.text.slice(number));
            let kind = citation_kind(citation.kind);
            writeln!(
                self.out,
                "{indent}{kind}: 《{title}》{number}{}",
                guess(citation.confidence)
            )?;
        }
        evidence.sort_unstable();
        evidence.dedup();
        for span in evidence {
            let place = self.place(span);
            let quote = shorten(self.document.text.slice(span), 120);
            writeln!(self.out, "{indent}  │ {place}: {quote}")?;
        }
        Ok(())
    }

    /// Where in the source it stands: `第3页`, `表2 第5行`; by its line where the format has only those.
    fn place(&self, span: Span) -> String {
        match self.places.of(span.start) {
            Some(place) => place.to_string(),
            None => format!("line {}", self.document.text.source_line(span.start)),
        }
    }

    /// `市教育局（青澜市教育局，承 inherited）`
    fn bearer(&self, claim: &crate::model::Responsibility) -> String {
        let mut notes = Vec::new();
        if let Some(agency) = claim.agency.and_then(|id| self.identities.agencies.get(id)) {
            match agency.kind {
                AgencyKind::Group => notes.push("群体 group".to_owned()),
                AgencyKind::Unresolved => notes.push("未识别 unresolved".to_owned()),
                AgencyKind::Body if agency.name != claim.surface => notes.push(agency.name.clone()),
                AgencyKind::Body => {}
            }
        }
        if claim.basis == crate::model::Basis::Inherited {
            notes.push("承上 inherited".to_owned());
        }
        if claim.confidence < GUESS {
            notes.push("推断 guess".to_owned());
        }
        let notes =
            if notes.is_empty() { String::new() } else { format!("（{}）", notes.join("，")) };
        format!("{}{notes}", claim.surface)
    }

    fn deadline(&self, deadline: &Deadline) -> String {
        let quote = self.document.text.slice(deadline.quote);
        let date = deadline.date.map_or_else(String::new, |date| format!(" → {date}"));
        let ongoing = if deadline.ongoing { " → 长期 ongoing" } else { "" };
        format!("{quote}{date}{ongoing}")
    }

    /// `(目标 target, 义务教育巩固率 ≥ 95 %, 2025年底 → 2025-12-31)`
    fn target(&self, target: &Target) -> (&'static str, String) {
        let name = match target.class {
            TargetClass::Target => "目标 target",
            TargetClass::Achievement => "成果 achieved",
            TargetClass::Limit => "限度 limit",
        };
        let slice = |span| self.document.text.slice(span);
        let indicator = target.indicator.map_or("", slice);
        let sign = match target.comparator {
            Comparator::Ge => "≥",
            Comparator::Le => "≤",
            Comparator::Eq => "=",
            Comparator::Inc => "↑",
            Comparator::Dec => "↓",
        };
        let (Value::Decimal(value) | Value::Ratio(value)) = &target.value;
        let unit = target.unit.as_deref().unwrap_or_default();
        let due = target
            .deadline
            .as_ref()
            .map_or_else(String::new, |deadline| format!("，{}", self.deadline(deadline)));
        let modality = target.modality.map_or_else(String::new, |span| format!("{} ", slice(span)));
        let said = format!("{modality}{indicator} {sign} {value} {unit}{due}");
        (name, said.trim().to_owned())
    }
}

/// What is claimed at one node.
struct Claims<'a> {
    responsibilities: Vec<&'a crate::model::Responsibility>,
    deadlines: Vec<&'a Deadline>,
    targets: Vec<&'a Target>,
    citations: Vec<&'a crate::model::Citation>,
}

impl<'a> Claims<'a> {
    fn of(facts: &'a Facts, id: NodeId) -> Self {
        Self {
            responsibilities: facts.responsibilities.iter().filter(|c| c.task == id).collect(),
            deadlines: facts.deadlines.iter().filter(|c| c.task == id).collect(),
            targets: facts.targets.iter().filter(|c| c.task == id).collect(),
            citations: facts.citations.iter().filter(|c| c.citing.unwrap_or(ROOT) == id).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.responsibilities.is_empty()
            && self.deadlines.is_empty()
            && self.targets.is_empty()
            && self.citations.is_empty()
    }
}

/// Roles in the order in which they are shown.
const ROLES: [(Role, &str); 5] = [
    (Role::Lead, "牵头 lead"),
    (Role::Responsible, "责任 responsible"),
    (Role::Support, "配合 support"),
    (Role::Guide, "指导 guide"),
    (Role::Leader, "责任领导 leader"),
];

fn guess(confidence: f32) -> &'static str {
    if confidence < GUESS { "（推断 guess）" } else { "" }
}

fn shorten(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn genre(genre: Genre) -> &'static str {
    match genre {
        Genre::WorkPoints => "工作要点 work-points",
        Genre::DivisionPlan => "任务分工 division-plan",
        Genre::Plan => "方案 plan",
        Genre::Opinion => "意见 opinion",
        Genre::Notice => "通知 notice",
        Genre::Report => "报告 report",
        Genre::News => "新闻 news",
        Genre::Regulation => "法规 regulation",
        Genre::Bulletin => "通报 bulletin",
    }
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Official => "正式 official",
        Tier::Draft => "征求意见稿 draft",
        Tier::Unofficial => "非官方 unofficial",
    }
}

fn citation_kind(kind: CitationKind) -> &'static str {
    match kind {
        CitationKind::Implements => "贯彻 implements",
        CitationKind::BasedOn => "依据 based on",
        CitationKind::Issues => "印发 issues",
        CitationKind::Forwards => "转发 forwards",
        CitationKind::Drafts => "制定 drafts",
        CitationKind::Mentions => "提及 mentions",
        CitationKind::Via => "经由 via",
    }
}
