//! Names → identities: which division, body or work a document speaks of.
//!
//! Invariant: identities are per document; that two documents mean the same body follows from equal
//! names, kinds and scopes alone. Every responsibility but a leader's has an agency afterwards.

mod agency;
pub mod confidence;
mod jurisdiction;
mod listed;
pub mod work;

use foldhash::{HashMap, HashMapExt};

use crate::knowledge::Knowledge;
use crate::knowledge::recognise::squeeze;
use crate::model::{
    Agency, AgencyId, AgencyKind, Division, Document, Facts, Identities, JurisdictionId, Role,
};
use agency::{Context, Named};

/// Finds the identities of a document and ties its responsibilities to them.
pub fn resolve(document: &Document, facts: &mut Facts, knowledge: &Knowledge) -> Identities {
    let (divisions, agencies) = (&knowledge.divisions, &knowledge.agencies);
    let header = &document.header;
    let bearers = || facts.responsibilities.iter().filter(|r| r.role != Role::Leader);
    let home = jurisdiction::of_document(document, divisions, agencies);
    let mut context = Context {
        divisions,
        agencies,
        home,
        focus: home.and_then(|home| jurisdiction::focus(document, home, divisions)),
        department: None,
        date: header.written.as_ref().or(header.published.as_ref()).map(|d| d.value),
        introduced: facts.abbreviations.iter().cloned().collect(),
        inward: false,
        elides: false,
        offices: vec![],
        plain: HashMap::new(),
        same: HashMap::new(),
        surfaces: bearers().map(|r| squeeze(&r.surface)).collect(),
        bodies: vec![],
    };
    context.bodies = bodies(&context);
    let issuers: Vec<Named> = header.issuers.iter().map(|i| context.name(&i.value)).collect();
    context.department = department(&issuers, &context);
    context.look_at_bearers();
    let plain = context.surfaces.iter().map(|s| (s.clone(), context.by_itself(s)));
    context.plain = plain.collect();
    context.offices = offices(&issuers, &context);
    context.find_same(document.text.as_str());

    let scope = || header.title.as_ref().map_or_else(String::new, |t| t.value.clone());
    let mut table = Table { context: &context, scope: scope(), ..Table::new(&context) };
    table.identities.jurisdiction = context.home.map(|d| table.division(d));
    for (issuer, named) in header.issuers.iter().zip(issuers) {
        let id = table.agency(named, &issuer.value);
        table.identities.issuers.push(id);
    }
    let mut known: HashMap<String, (AgencyId, f32)> = HashMap::new();
    let alone = {
        let bearers: Vec<_> = bearers().collect();
        listed::alone(&bearers, &document.text, agencies, context.elides)
    };
    let bearers = facts.responsibilities.iter_mut().filter(|r| r.role != Role::Leader);
    for (at, bearer) in bearers.enumerate() {
        let name = alone.get(&at).unwrap_or(&bearer.surface);
        let (id, confidence) = *known.entry(name.clone()).or_insert_with(|| {
            let named = context.name(name);
            let confidence = named.confidence;
            (table.agency(named, &bearer.surface), confidence)
        });
        bearer.agency = Some(id);
        bearer.confidence *= confidence;
    }
    let mut identities = table.identities;
    work::works(document, facts, &mut identities, &knowledge.citations);
    identities
}

/// The home's bodies as the document itself prints them, longest names first.
fn bodies(context: &Context) -> Vec<(usize, String)> {
    let mut bodies: Vec<_> = context.surfaces.iter().filter_map(|s| context.full_form(s)).collect();
    bodies.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.cmp(b)));
    bodies.dedup();
    bodies
}

/// Full names of offices that the document prints or that issue it.
fn offices(issuers: &[Named], context: &Context) -> Vec<String> {
    let printed = context.surfaces.iter().map(|s| context.name(s));
    let all = printed.chain(issuers.iter().cloned()).filter(|n| n.kind == AgencyKind::Body);
    let mut names: Vec<_> = all.map(|n| n.name).filter(|n| n.ends_with("办公室")).collect();
    names.sort();
    names.dedup();
    names
}

/// The issuing department, where a department issues: a bureau rather than its party committee.
fn department(issuers: &[Named], context: &Context) -> Option<String> {
    let names = &context.agencies.names;
    let department = |n: &&Named| n.kind == AgencyKind::Body && !names.is_governing(&n.name);
    let bureau = issuers.iter().filter(department).rfind(|n| !n.name.starts_with("中共"));
    bureau.or_else(|| issuers.iter().rfind(department)).map(|n| n.name.clone())
}

/// The identities being collected.
struct Table<'a> {
    context: &'a Context<'a>,
    scope: String,
    identities: Identities,
    divisions: HashMap<String, JurisdictionId>,
    agencies: HashMap<(AgencyKind, String), AgencyId>,
}

impl<'a> Table<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            scope: String::new(),
            identities: Identities::default(),
            divisions: HashMap::new(),
            agencies: HashMap::new(),
        }
    }

    /// The division, with all above it.
    fn division(&mut self, division: &Division) -> JurisdictionId {
        for above in self.context.divisions.lineage(&division.code) {
            if !self.divisions.contains_key(&above.code) {
                self.divisions.insert(above.code.clone(), self.identities.divisions.len());
                self.identities.divisions.push(above.clone());
            }
        }
        self.divisions[&division.code]
    }

    fn agency(&mut self, named: Named, surface: &str) -> AgencyId {
        let unit_of = named.whole.clone().map(|whole| {
            let named = Named { name: whole, whole: None, ..named.clone() };
            self.entry(named, None)
        });
        let id = self.entry(named, unit_of);
        let agency = &mut self.identities.agencies[id];
        let surface = squeeze(surface);
        if surface != agency.name {
            agency.alt.insert(surface);
        }
        id
    }

    fn entry(&mut self, named: Named, unit_of: Option<AgencyId>) -> AgencyId {
        let key = (named.kind, named.name.clone());
        if let Some(&id) = self.agencies.get(&key) {
            return id;
        }
        let division = named.place.as_ref().and_then(|code| self.context.divisions.get(code));
        // 有关部门 of two documents are two; a name of its own is one body in its division.
        let class = self.context.agencies.names.class(&named.name).is_some();
        let scope = (named.kind == AgencyKind::Unresolved).then(|| match division {
            Some(division) if !class => division.code.clone(),
            _ => self.scope.clone(),
        });
        let id = self.identities.agencies.len();
        let agency = Agency {
            kind: named.kind,
            name: named.name,
            alt: Default::default(),
            jurisdiction: division.map(|d| self.division(d)),
            part_of: None,
            unit_of,
            member_rule: named.members,
            scope,
        };
        self.identities.agencies.push(agency);
        self.agencies.insert(key, id);
        id
    }
}

/// The invented places of the tests and of the examples in `seeds/agencies.toml`.
#[cfg(test)]
const INVENTED: &str = r#"
division = [
    { code = "990000", name = "云泽省" },
    { code = "990100", name = "青澜市", broader = "990000" },
    { code = "990102", name = "临澜区", broader = "990100" },
    { code = "990121", name = "雾川县", broader = "990100" },
    { code = "990200", name = "青岭苗族自治州", broader = "990000" },
]
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::agencies::{Agencies, SOURCE};
    use crate::knowledge::divisions::Divisions;
    use crate::knowledge::examples;

    fn tables() -> (Divisions, Agencies) {
        let mut divisions = Divisions::embedded();
        divisions.extend(INVENTED).expect("sound");
        (divisions, Agencies::embedded())
    }

    fn context<'a>(divisions: &'a Divisions, agencies: &'a Agencies, home: &str) -> Context<'a> {
        Context {
            divisions,
            agencies,
            home: divisions.named(home).next(),
            focus: None,
            department: None,
            date: None,
            introduced: HashMap::new(),
            inward: false,
            elides: false,
            offices: vec![],
            plain: HashMap::new(),
            same: HashMap::new(),
            surfaces: Default::default(),
            bodies: vec![],
        }
    }

    #[test]
    fn every_entry_completes_its_examples() {
        let (divisions, agencies) = tables();
        let mut wrong = vec![];
        for table in ["bureau", "body", "branch"] {
            for entry in examples::entries(SOURCE, table) {
                assert!(!entry.examples.is_empty(), "an entry of {table} has no example");
                for example in &entry.examples {
                    let (printed, full) = example.split_once(" = ").expect("`printed = full`");
                    let (printed, home) = printed.split_once(" @ ").unwrap_or((printed, "青澜市"));
                    let named = context(&divisions, &agencies, home).name(printed);
                    if (named.kind, &*named.name) != (AgencyKind::Body, full) {
                        wrong.push(format!("{example}: {:?} {}", named.kind, named.name));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn named(home: &str, department: Option<&str>, surface: &str) -> Named {
        let (divisions, agencies) = tables();
        let department = department.map(str::to_owned);
        Context { department, ..context(&divisions, &agencies, home) }.name(surface)
    }

    #[test]
    fn groups_keep_one_name() {
        let group = |surface| named("青澜市", None, surface);
        let schools = group("各县(市、区)教育局");
        assert_eq!(
            (schools.kind, &*schools.name),
            (AgencyKind::Group, "青澜市各县（市、区）教育局")
        );
        assert!(schools.members.is_some());
        assert_eq!(group("各区政府").name, "青澜市各区人民政府");
        assert_eq!(group("各县〈市、区〉人民政府").name, "青澜市各县（市、区）人民政府");
    }

    #[test]
    fn open_classes_stay_unresolved() {
        for surface in [
            "有关部门",
            "各部门",
            "审批部门",
            "业主单位",
            "市直各单位",
            "学校",
            "县公安局",
            "市水务集团",
            "高新区",
        ] {
            let named = named("青澜市", None, surface);
            assert_eq!((named.kind, &*named.name), (AgencyKind::Unresolved, surface));
        }
    }

    #[test]
    fn offices_are_units_of_the_department_that_speaks() {
        let unit = |surface| named("青澜市", Some("青澜市教育局"), surface);
        for surface in ["基础教育科", "办公室", "机关党委", "督导办"] {
            let named = unit(surface);
            assert_eq!(named.name, format!("青澜市教育局{surface}"));
            assert_eq!(named.whole.as_deref(), Some("青澜市教育局"));
        }
        assert_eq!(unit("市教研室").name, "青澜市教学研究室");
        assert_eq!(unit("局办公室").name, "青澜市教育局办公室");
        let inside = named("青澜市", None, "市财政局预算科");
        assert_eq!(
            (&*inside.name, inside.whole.as_deref()),
            ("青澜市财政局预算科", Some("青澜市财政局"))
        );
        assert_eq!(named("青澜市", None, "预算科").kind, AgencyKind::Unresolved);
    }

    #[test]
    fn names_of_the_text_win() {
        let (divisions, agencies) = tables();
        let plain = context(&divisions, &agencies, "青澜市");
        let introduced =
            HashMap::from_iter([("推进中心".to_owned(), "青澜市项目推进中心".to_owned())]);
        let bodies = vec![plain.full_form("市规划和自然资源局").expect("known")];
        let context = Context { introduced, bodies, ..plain };
        assert_eq!(context.name("推进中心").name, "青澜市项目推进中心");
        assert_eq!(context.name("自然资源部门").name, "青澜市规划和自然资源局");
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for surface in [
            "政府",
            "市热线中心",
            "市领导小组办公室",
            "市委营商办",
            "市直园区管委会",
            "市金融办",
            "市金融局",
            "市政数局",
            "县级财政部门",
            "青澜经开区管委会",
        ] {
            let named = named("青澜市", None, surface);
            assert_eq!((named.kind, &*named.name), (AgencyKind::Unresolved, surface));
        }
    }

    #[test]
    fn names_follow_the_place_and_what_the_document_has_beside_them() {
        let body = |surface| named("青澜市", None, surface).name;
        assert_eq!(body("人行市中心支行"), "中国人民银行青澜市中心支行");
        assert_eq!(body("市级财政部门"), "青澜市财政局");
        assert_eq!(body("青澜经济技术开发区"), "青澜经济技术开发区管理委员会");
        assert_eq!(body("雾川中学"), "雾川中学");
        assert_eq!(body("数字研究院（青澜）"), "数字研究院（青澜）");
        assert_eq!(body("市社会信用体系建设联席会议"), "青澜市社会信用体系建设联席会议");
        assert_eq!(body("青澜市医院"), "青澜市医院");
        assert_eq!(body("各区市场监管局"), "青澜市各区市场监督管理局");
        let (divisions, agencies) = tables();
        let surfaces = [
            "市大数据局",
            "市大数据管理局",
            "市审批制度改革工作小组办公室",
            "市审改办",
            "市招商引资领导小组办公室",
        ];
        let surfaces = surfaces.map(str::to_owned).into_iter().collect();
        let mut context = Context { surfaces, ..context(&divisions, &agencies, "青澜市") };
        context.offices = offices(&[], &context);
        context.find_same("成立招商引资工作领导小组");
        assert_eq!(context.name("市大数据局").name, "青澜市大数据管理局");
        let group = context.name("市招商引资领导小组办公室");
        assert_eq!(group.name, "青澜市招商引资工作领导小组办公室");
        assert_eq!(context.name("市审改办").name, "青澜市审批制度改革工作小组办公室");
    }

    #[test]
    fn a_document_for_its_own_offices_names_them_without_their_kind() {
        let (divisions, agencies) = tables();
        let surfaces = ["法规处", "价格处", "投资处", "审批办"].map(str::to_owned);
        let department = Some("青澜市发展和改革委员会".to_owned());
        let surfaces = surfaces.into_iter().collect();
        let plain = context(&divisions, &agencies, "青澜市");
        let mut context = Context { department, surfaces, ..plain };
        context.look_at_bearers();
        assert_eq!(context.name("审批办").name, "青澜市发展和改革委员会审批办");
        assert_eq!(context.name("委机关党委").name, "青澜市发展和改革委员会机关党委");
        assert_eq!(context.name("基础教育一处").name, "青澜市发展和改革委员会基础教育一处");
    }

    #[test]
    fn without_a_place_nothing_is_completed() {
        let named = named("nowhere", None, "市教育局");
        assert_eq!((named.kind, &*named.name), (AgencyKind::Unresolved, "市教育局"));
    }
}
