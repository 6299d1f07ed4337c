//! What the extractors claim, each with the place that says so.

use jiff::civil::Date;

use super::{AgencyId, NodeId, Span, WorkId};

/// All claims of one document.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub responsibilities: Vec<Responsibility>,
    pub targets: Vec<Target>,
    pub deadlines: Vec<Deadline>,
    pub citations: Vec<Citation>,
    /// Names introduced in the text: (short form, full form), from `（以下简称X）`.
    pub abbreviations: Vec<(String, String)>,
}

/// The concepts of the `role:` scheme.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Lead,
    Support,
    Responsible,
    Guide,
    /// A named person (责任领导).
    Leader,
}

/// `gm:basis`: what kind of place states a responsibility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// A bracket or label line at the item.
    Inline,
    /// A cell of the task table.
    Table,
    /// An assignment at a heading.
    AtHeading,
    /// A position rule (`排在第一位的为牵头单位`).
    Position,
    /// A clause of running text.
    Prose,
    /// Taken over from the heading above; not printed at the task itself.
    Inherited,
}

/// Someone's part in a task.
#[derive(Clone, Debug)]
pub struct Responsibility {
    pub task: NodeId,
    pub role: Role,
    /// The name as printed in the list, white space removed.
    pub surface: String,
    /// Where the name stands.
    pub span: Span,
    /// The bracket, line, cell or sentence that assigns.
    pub evidence: Span,
    pub basis: Basis,
    /// 0 to 1.
    pub confidence: f32,
    /// The body, set by the resolve stage; none for a leader.
    pub agency: Option<AgencyId>,
}

/// Whether a quantity is an aim, a result or a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetClass {
    Target,
    Achievement,
    Limit,
}

/// `gm:comparator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparator {
    Ge,
    Le,
    Eq,
    Inc,
    Dec,
}

/// A quantity: a plain decimal with 万 and 亿 multiplied out (lexical `xsd:decimal`), or a ratio `8:1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Decimal(String),
    Ratio(String),
}

/// A quantified aim, achievement or limit.
#[derive(Clone, Debug)]
pub struct Target {
    pub task: NodeId,
    pub class: TargetClass,
    /// What is counted (`义务教育巩固率`), where the clause names it.
    pub indicator: Option<Span>,
    pub comparator: Comparator,
    pub value: Value,
    /// As printed (`%`, `所`, `人次`); a ratio has `比`.
    pub unit: Option<String>,
    /// 确保, 力争, 争取 … as printed.
    pub modality: Option<Span>,
    /// From the clause, else from its task.
    pub deadline: Option<Deadline>,
    /// The shortest clause that states it.
    pub quote: Span,
    /// The sentence.
    pub evidence: Span,
    pub confidence: f32,
}

/// How exactly a deadline is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    Day,
    Month,
    Quarter,
    HalfYear,
    Season,
    Year,
    /// A plan period (`“十四五”期间`).
    Period,
    /// Counted from another event (`印发后30日内`).
    Relative,
    /// Every so often (`每季度末`).
    Recurring,
    /// Without end (`长期坚持`).
    Ongoing,
    /// Soon, without a date (`近期`).
    Vague,
}

/// A time limit of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Deadline {
    pub task: NodeId,
    /// The limit as printed, without its label.
    pub quote: Span,
    /// The last day, where it can be told.
    pub date: Option<Date>,
    pub ongoing: bool,
    pub precision: Precision,
    /// The sentence, line, bracket or cell.
    pub evidence: Span,
    pub confidence: f32,
}

/// `gm:kind` of a citation.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "camelCase")]
pub enum CitationKind {
    Implements,
    BasedOn,
    Issues,
    Forwards,
    Drafts,
    Mentions,
    /// A title nested in that of a notice about it.
    Via,
}

/// A title in 《》 (or the like) and how the text uses it.
#[derive(Clone, Debug)]
pub struct Citation {
    /// The task that cites; none where the whole document does (title, preamble).
    pub citing: Option<NodeId>,
    pub kind: CitationKind,
    /// The title as printed, without its outer brackets.
    pub title: Span,
    /// 发文字号 printed beside it.
    pub number: Option<Span>,
    /// Whether it is a normative text (policy, law, plan, standard).
    pub policy: bool,
    /// The sentence.
    pub evidence: Span,
    pub confidence: f32,
    /// The work, set by the resolve stage.
    pub work: Option<WorkId>,
}
