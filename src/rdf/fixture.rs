//! A document read by hand: one of everything that the graph can say.

use jiff::civil::date;

use oxigraph::model::{Quad, QuadRef};

use super::{Base, Described, Quads, Reading, quads};
use crate::model::{
    Agency, AgencyKind, Basis, Citation, CitationKind, Comparator, Deadline, Division, Document,
    Facts, Genre, Header, Identities, Node, NodeId, NodeKind, Precision, ROOT, Responsibility,
    Role, Span, Stated, Target, TargetClass, Text, Tier, Value, Work,
};

const TEXT: &str = "\
青澜市人民政府办公室关于印发青澜市智慧养老行动方案的通知
青政办发〔2024〕7号
2024年3月5日
青澜市智慧养老行动方案
为贯彻落实《国务院关于推进银龄服务的意见》（国发〔2023〕90号），制定本方案。
一、主要任务
（一）建设社区食堂。2024年底前新建社区食堂30个，力争助餐覆盖率达到85%以上。（牵头单位：市民政局；配合单位：市财政局、有关部门）
①出台《社区食堂管理办法》，每餐补贴最高2.5元。
二、队伍建设（责任领导：林望舒；责任单位：各县（市、区）民政局）
（二）培训护理员。护理员与老人配比达到1:4，长期坚持。去年已培训200人。
附表
社区食堂
市民政局牵头，市卫生健康委指导";

const BODY: NodeId = 3;
const TRAINING: NodeId = 6;
const ROW: NodeId = 8;

/// The pieces of a [`Reading`].
pub struct Fixture {
    pub document: Document,
    pub facts: Facts,
    pub identities: Identities,
}

impl Fixture {
    pub fn new() -> Self {
        Self { document: document(), facts: facts(), identities: identities() }
    }

    pub fn reading(&self) -> Reading<'_> {
        Reading {
            source_name: "plan.txt",
            sha256: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
            knowledge: "0123456789abcdef",
            document: &self.document,
            facts: &self.facts,
            identities: &self.identities,
        }
    }

    pub fn describe(&self) -> Described {
        quads(&self.reading(), &base())
    }
}

/// The quads as the RDF library has them.
pub fn owned(quads: &Quads) -> Vec<Quad> {
    quads.iter().map(QuadRef::into_owned).collect()
}

pub fn base() -> Base {
    Base::new("http://localhost:8080/").expect("a base")
}

/// Where the text first has `words`.
fn at(words: &str) -> Span {
    let start = TEXT.find(words).unwrap_or_else(|| panic!("{words} is not in the text"));
    Span::new(start, start + words.len())
}

fn stated<T>(value: T, words: &str) -> Stated<T> {
    Stated { value, span: at(words) }
}

fn node(kind: NodeKind, parent: NodeId, path: &str, heading: &str, own: &[&str]) -> Node {
    Node {
        kind,
        parent,
        path: path.into(),
        number: None,
        heading: Some(at(heading)).filter(|h| !h.is_empty()),
        own: own.iter().map(|words| at(words)).collect(),
        assignments: vec![],
        columns: vec![],
        span: own.first().map_or_else(|| at(heading), |words| at(words)),
        in_table: false,
        counterpart: None,
    }
}

fn document() -> Document {
    use NodeKind::{Measure, Root, Section, Task};
    let preamble = "为贯彻落实《国务院关于推进银龄服务的意见》（国发〔2023〕90号），制定本方案。";
    let body = "建设社区食堂。2024年底前新建社区食堂30个，力争助餐覆盖率达到85%以上。";
    let measure = "出台《社区食堂管理办法》，每餐补贴最高2.5元。";
    let training = "培训护理员。护理员与老人配比达到1:4，长期坚持。去年已培训200人。";
    let nodes = vec![
        Node { span: Span::new(0, TEXT.len()), ..node(Root, ROOT, "", "", &[]) },
        node(Section, ROOT, "0", "", &[preamble]),
        Node { number: Some(at("一、")), ..node(Section, ROOT, "1", "主要任务", &[]) },
        Node {
            number: Some(at("（一）")),
            counterpart: Some(ROW),
            assignments: vec![at("（牵头单位：市民政局；配合单位：市财政局、有关部门）")],
            ..node(Task, 2, "1.1", "建设社区食堂", &[body])
        },
        Node { number: Some(at("①")), ..node(Measure, BODY, "1.1.1", "", &[measure]) },
        Node { number: Some(at("二、")), ..node(Section, ROOT, "2", "队伍建设", &[]) },
        Node {
            number: Some(at("（二）")), ..node(Task, 5, "2.1", "培训护理员", &[training])
        },
        node(Section, ROOT, "annex1", "附表", &[]),
        Node { in_table: true, ..node(Task, 7, "annex1.1", "", &["社区食堂\n"]) },
    ];
    let header = Header {
        title: Some(stated("青澜市智慧养老行动方案".into(), "青澜市智慧养老行动方案")),
        notice: Some(stated(
            "青澜市人民政府办公室关于印发青澜市智慧养老行动方案的通知".into(),
            "青澜市人民政府办公室关于印发青澜市智慧养老行动方案的通知",
        )),
        number: Some(stated("青政办发〔2024〕7号".into(), "青政办发〔2024〕7号")),
        issuers: vec![stated("青澜市人民政府办公室".into(), "青澜市人民政府办公室")],
        written: Some(stated(date(2024, 3, 5), "2024年3月5日")),
        published: None,
        genre: Some(Genre::Plan),
        tier: Some(Tier::Official),
        year: Some(2024),
    };
    Document { text: Text::new(TEXT.into(), vec![(0, 1)], vec![]), header, nodes }
}

fn facts() -> Facts {
    let bracket = "（牵头单位：市民政局；配合单位：市财政局、有关部门）";
    let heading = "（责任领导：林望舒；责任单位：各县（市、区）民政局）";
    let row = "市民政局牵头，市卫生健康委指导";
    let part = |task, role, surface: &str, evidence, basis, agency| Responsibility {
        task,
        role,
        surface: surface.into(),
        span: at(surface),
        evidence: at(evidence),
        basis,
        confidence: 0.95,
        agency,
    };
    let responsibilities = vec![
        part(BODY, Role::Lead, "市民政局", bracket, Basis::Inline, Some(0)),
        part(BODY, Role::Support, "市财政局", bracket, Basis::Inline, Some(1)),
        part(BODY, Role::Support, "有关部门", bracket, Basis::Inline, Some(2)),
        part(ROW, Role::Lead, "市民政局", row, Basis::Table, Some(0)),
        part(ROW, Role::Guide, "市卫生健康委", row, Basis::Table, Some(3)),
        part(5, Role::Leader, "林望舒", heading, Basis::AtHeading, None),
        part(TRAINING, Role::Leader, "林望舒", heading, Basis::Inherited, None),
        part(
            TRAINING,
            Role::Responsible,
            "各县（市、区）民政局",
            heading,
            Basis::Inherited,
            Some(4),
        ),
    ];
    Facts {
        responsibilities,
        targets: targets(),
        deadlines: vec![by_year_end(), without_end()],
        citations: citations(),
        abbreviations: vec![],
    }
}

fn by_year_end() -> Deadline {
    Deadline {
        task: BODY,
        quote: at("2024年底前"),
        date: Some(date(2024, 12, 31)),
        ongoing: false,
        precision: Precision::Year,
        evidence: at("2024年底前新建社区食堂30个，力争助餐覆盖率达到85%以上。"),
        confidence: 1.0,
    }
}

fn without_end() -> Deadline {
    Deadline {
        task: TRAINING,
        quote: at("长期坚持"),
        date: None,
        ongoing: true,
        precision: Precision::Ongoing,
        evidence: at("护理员与老人配比达到1:4，长期坚持。"),
        confidence: 0.8,
    }
}

fn targets() -> Vec<Target> {
    let target = |task, quote, value: &str, unit: &str| Target {
        task,
        class: TargetClass::Target,
        indicator: None,
        comparator: Comparator::Eq,
        value: Value::Decimal(value.into()),
        unit: Some(unit.into()),
        modality: None,
        deadline: None,
        quote: at(quote),
        evidence: at(quote),
        confidence: 0.9,
    };
    vec![
        Target {
            indicator: Some(at("社区食堂")),
            deadline: Some(by_year_end()),
            ..target(BODY, "新建社区食堂30个", "30", "个")
        },
        Target {
            indicator: Some(at("助餐覆盖率")),
            comparator: Comparator::Ge,
            modality: Some(at("力争")),
            ..target(BODY, "力争助餐覆盖率达到85%以上", "85", "%")
        },
        Target {
            class: TargetClass::Limit,
            comparator: Comparator::Le,
            ..target(4, "每餐补贴最高2.5元", "2.5", "元")
        },
        Target {
            value: Value::Ratio("1:4".into()),
            ..target(TRAINING, "护理员与老人配比达到1:4", "", "比")
        },
        Target {
            class: TargetClass::Achievement,
            ..target(TRAINING, "去年已培训200人", "200", "人")
        },
    ]
}

fn citations() -> Vec<Citation> {
    let citation = |citing, kind, title, evidence, work| Citation {
        citing,
        kind,
        title: at(title),
        number: None,
        policy: true,
        evidence: at(evidence),
        confidence: 0.9,
        work: Some(work),
    };
    let preamble = "为贯彻落实《国务院关于推进银龄服务的意见》（国发〔2023〕90号），制定本方案。";
    let title = "青澜市智慧养老行动方案";
    let opinion = "国务院关于推进银龄服务的意见";
    vec![
        citation(None, CitationKind::Issues, title, title, 0),
        Citation {
            number: Some(at("国发〔2023〕90号")),
            ..citation(Some(1), CitationKind::Implements, opinion, preamble, 2)
        },
        citation(Some(4), CitationKind::Drafts, "社区食堂管理办法", "出台《社区食堂管理办法》", 3),
        citation(Some(TRAINING), CitationKind::BasedOn, opinion, preamble, 2),
    ]
}

fn identities() -> Identities {
    let division = |code: &str, name: &str, broader: Option<&str>| Division {
        code: code.into(),
        name: name.into(),
        broader: broader.map(str::to_owned),
    };
    let agency = |kind, name: &str, alt: &str| Agency {
        kind,
        name: name.into(),
        alt: [alt.to_owned()].into(),
        jurisdiction: Some(1),
        part_of: None,
        unit_of: None,
        member_rule: None,
        scope: None,
    };
    let work = |key: &str, relations| Work {
        key: key.into(),
        title: key.into(),
        policy: true,
        relations,
        number: None,
        maker: None,
    };
    Identities {
        divisions: vec![
            division("000000", "中国", None),
            division("990100", "青澜市", Some("000000")),
        ],
        agencies: vec![
            agency(AgencyKind::Body, "青澜市民政局", "市民政局"),
            Agency {
                part_of: Some(5), ..agency(AgencyKind::Body, "青澜市财政局", "市财政局")
            },
            Agency {
                jurisdiction: None, ..agency(AgencyKind::Unresolved, "有关部门", "有关部门")
            },
            Agency {
                unit_of: Some(5),
                ..agency(AgencyKind::Body, "青澜市卫生健康委员会", "市卫健委")
            },
            Agency {
                member_rule: Some("青澜市所辖各县、县级市、市辖区的民政局".into()),
                ..agency(AgencyKind::Group, "各县（市、区）民政局", "各县（市、区）民政局")
            },
            agency(AgencyKind::Body, "青澜市人民政府办公室", "市政府办公室"),
        ],
        works: vec![
            work("青澜市智慧养老行动方案", vec![]),
            Work {
                maker: Some("青澜市人民政府办公室".into()),
                ..work(
                    "青澜市人民政府办公室关于印发青澜市智慧养老行动方案的通知",
                    vec![(CitationKind::Issues, 0)],
                )
            },
            work("国务院关于推进银龄服务的意见", vec![]),
            Work {
                title: "《社区食堂管理办法》".into(), ..work("社区食堂管理办法", vec![])
            },
        ],
        jurisdiction: Some(1),
        issuers: vec![5],
        work: Some(0),
        notice: Some(1),
    }
}
