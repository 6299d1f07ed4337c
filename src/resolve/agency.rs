//! A name as printed → the body, group or unit it stands for in its document.
//!
//! Invariant: what cannot be completed keeps its surface and says so; a confidence below 1 marks
//! every name that a rule guessed.

use foldhash::{HashMap, HashSet};
use jiff::civil::Date;

use super::jurisdiction::{at_level, tier};
use super::listed::body_after_places;
use crate::knowledge::agencies::{Agencies, Form, Seat, Tier};
use crate::knowledge::divisions::{COUNTRY, Divisions};
use crate::knowledge::names::{Class, Ending};
use crate::knowledge::recognise::{Recognition, squeeze};
use crate::model::{AgencyKind, Division};

/// A name completed.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub kind: AgencyKind,
    pub name: String,
    /// The code of its division.
    pub place: Option<String>,
    /// Whether it is an internal office of `whole`.
    pub whole: Option<String>,
    /// For a group: who belongs to it, in words.
    pub members: Option<String>,
    /// 1 where the table says so, less where a rule guessed.
    pub confidence: f32,
}

/// What a document tells about the names in it.
pub struct Context<'a> {
    pub divisions: &'a Divisions,
    pub agencies: &'a Agencies,
    /// The division it speaks for.
    pub home: Option<&'a Division>,
    /// The division its title opens with where that lies in `home`: a province reports of a district.
    pub focus: Option<&'a Division>,
    /// Full name of the issuing department, whose offices are printed without it.
    pub department: Option<String>,
    pub date: Option<Date>,
    /// Short form → full form, introduced by the text.
    pub introduced: HashMap<String, String>,
    /// Whether it speaks to the offices of its department: most of its bearers are offices.
    pub inward: bool,
    /// Whether it leaves out its place before the names of its bodies.
    pub elides: bool,
    /// Full names of the home's offices that issue it or that it prints in full.
    pub offices: Vec<String>,
    /// Surface → what it stands for by itself: each is completed once, and then looked at beside the others.
    pub plain: HashMap<String, Named>,
    /// Name → the longer name of the same body that the document has too.
    pub same: HashMap<String, Named>,
    /// All surfaces of the document.
    pub surfaces: HashSet<String>,
    /// Full names of the home's bodies that the document prints itself, with their functions.
    pub bodies: Vec<(usize, String)>,
}

/// A name without a place that has no more characters may be that of an office.
const SHORT: usize = 5;

/// Confidences of what is not in the table.
pub(super) mod sure {
    /// A function word (`教育部门`) taken for the body of that function.
    pub const FUNCTION: f32 = 0.85;
    /// An unknown name with a sure ending, put after its place.
    pub const PREFIXED: f32 = 0.9;
    /// An unknown name without place, put after the document's own.
    pub const ELIDED: f32 = 0.7;
    /// A class of bodies, or a name without meaning outside its text.
    pub const OPEN: f32 = 0.9;
}

impl<'a> Context<'a> {
    /// The body, group or unit that `surface` stands for.
    pub fn name(&self, surface: &str) -> Named {
        let named = self.plain.get(surface).cloned().unwrap_or_else(|| self.by_itself(surface));
        let surface = tidy(surface);
        let named = match named.kind {
            AgencyKind::Unresolved => {
                let all = format!("各{surface}");
                let names = &self.agencies.names;
                let one_of_many = || {
                    self.surfaces.contains(&all)
                        && names.ending(&surface) == Some(Ending::Body)
                        && names.class(&surface).is_none()
                };
                let group = || one_of_many().then(|| self.complete(&all));
                let group = || group().filter(|named| named.kind == AgencyKind::Group);
                self.acronym(&surface).or_else(group).unwrap_or(named)
            }
            _ => named,
        };
        self.same.get(&named.name).cloned().unwrap_or(named)
    }

    /// What `surface` stands for, whatever other names the document has.
    pub fn by_itself(&self, surface: &str) -> Named {
        let surface = tidy(surface);
        match self.introduced.get(&surface) {
            Some(full) => self.complete(&tidy(full)),
            None => self.complete(&surface),
        }
    }

    /// Function and full name of a body of the home that is printed with its full stem.
    pub fn full_form(&self, surface: &str) -> Option<(usize, String)> {
        let surface = tidy(surface);
        let (division, rest) = self.placed(&surface).or_else(|| Some((self.home?, &*surface)))?;
        let form = self.agencies.printed_in(rest, &division.code)?;
        Some((form.function(), form.name(&self.seat(division))))
    }

    fn complete(&self, surface: &str) -> Named {
        if let Some(base) = without_gloss(surface)
            && self.agencies.names.class(surface) != Some(Class::Places)
        {
            let named = self.complete(base);
            if named.kind != AgencyKind::Unresolved {
                return named;
            }
            // `数字研究院（青澜）`: its place is part of the name.
            let gloss = &surface[base.len() + '（'.len_utf8()..surface.len() - '）'.len_utf8()];
            let context = self.home.map(|d| d.code.as_str());
            let place = self.divisions.at_start(gloss, context).filter(|p| p.len == gloss.len());
            let names = &self.agencies.names;
            return match place.filter(|_| names.ending(base) == Some(Ending::Body)) {
                Some(place) => self.body(surface.to_owned(), Some(place.division), sure::PREFIXED),
                None => named,
            };
        }
        self.government(surface)
            .or_else(|| self.institution(surface))
            .or_else(|| self.zone(surface))
            .or_else(|| self.function(surface))
            .or_else(|| self.class(surface))
            .or_else(|| self.national(surface))
            .or_else(|| self.branch(surface))
            .or_else(|| self.league(surface))
            .or_else(|| self.printed_here(surface))
            .or_else(|| self.unit(surface))
            .or_else(|| self.located(surface))
            .or_else(|| self.elided(surface))
            .unwrap_or_else(|| self.unresolved(surface))
    }

    /// The division that a word for a level means here.
    pub(super) fn level(&self, word: &str) -> Option<&'a Division> {
        let of = |place: Option<&'a Division>| at_level(word, place?, self.divisions);
        of(self.home).or_else(|| of(self.focus))
    }

    fn unresolved(&self, surface: &str) -> Named {
        Named {
            kind: AgencyKind::Unresolved,
            name: surface.to_owned(),
            place: self.home.map(|d| d.code.clone()),
            whole: None,
            members: None,
            confidence: sure::OPEN,
        }
    }

    pub(super) fn body(&self, name: String, place: Option<&Division>, confidence: f32) -> Named {
        let place = place.map(|d| d.code.clone());
        Named { kind: AgencyKind::Body, name, place, whole: None, members: None, confidence }
    }

    fn seat<'b>(&'b self, division: &'b Division) -> Seat<'b> {
        Seat {
            tier: tier(division, self.divisions),
            place: self.divisions.display(division),
            short: self.divisions.short(&division.code),
            code: &division.code,
            date: self.date,
        }
    }

    fn known(&self, form: Form, place: &Division, confidence: f32) -> Named {
        self.body(form.name(&self.seat(place)), Some(place), confidence)
    }

    /// The 市 of `省、市、县`, by which its government is meant.
    fn government(&self, surface: &str) -> Option<Named> {
        let place = self.level(surface).filter(|_| surface.chars().count() == 1)?;
        let name = format!("{}人民政府", self.divisions.display(place));
        Some(self.body(name, Some(place), sure::FUNCTION))
    }

    /// `雾川中学`: an institution that bears its place's name alone.
    fn institution(&self, surface: &str) -> Option<Named> {
        let names = &self.agencies.names;
        if !names.may_be_institution(surface) {
            return None;
        }
        let context = self.home.map(|d| d.code.as_str());
        let place = self.divisions.at_start(surface, context)?;
        let own = names.is_institution(&surface[place.len..]);
        own.then(|| self.body(surface.to_owned(), Some(place.division), sure::PREFIXED))
    }

    /// A zone, which bears a duty by its 管理委员会: `青澜经济技术开发区`, also where the document
    /// prints that beside it.
    fn zone(&self, surface: &str) -> Option<Named> {
        let names = &self.agencies.names;
        if names.ending(surface) != Some(Ending::Zone) {
            return None;
        }
        let context = self.home.map(|d| d.code.as_str());
        let placed = || {
            let place = self.divisions.at_start(surface, context);
            place.is_some_and(|place| place.len < surface.len())
        };
        let whole = ["管委会", "管理委员会"].map(|tail| format!("{surface}{tail}"));
        let printed = whole.iter().any(|whole| self.surfaces.contains(whole));
        let sure = names.is_full_zone(surface) && (printed || placed());
        let named = sure.then(|| self.complete(&whole[0]))?;
        (named.kind == AgencyKind::Body).then_some(named)
    }

    /// `教育部门`, `市财政部门`, and bare functions of a list (`应急管理`).
    fn function(&self, surface: &str) -> Option<Named> {
        let home = self.home?;
        let agencies = self.agencies;
        let part = agencies.function_part(surface);
        let word = part.or_else(|| agencies.is_function(surface).then_some(surface))?;
        if part.is_none() && agencies.is_form(surface) {
            return None;
        }
        let level = agencies.names.level(surface).filter(|_| !surface.starts_with(word));
        let place = match level {
            // `县级财政部门` in a city's document is many.
            Some((level, _)) => match self.level(level) {
                Some(place) => place,
                None => return Some(self.unresolved(surface)),
            },
            None => home,
        };
        let form = agencies.function_in(word, &place.code)?;
        if place.code == COUNTRY && !form.is_national() {
            return Some(self.unresolved(surface));
        }
        if place.code != home.code {
            return Some(self.known(form, place, sure::FUNCTION));
        }
        // The document's own name for that body, else the usual one of its level.
        let exact = self.bodies.iter().find(|(function, _)| *function == form.function());
        // 人民政府 has 民政 in it.
        let own = |name: &String| name.contains(word) && !agencies.names.is_governing(name);
        let wider = || self.bodies.iter().find(|(_, name)| own(name));
        match exact.or_else(wider) {
            Some((_, name)) => Some(self.body(name.clone(), Some(home), sure::FUNCTION)),
            None => Some(self.known(form, home, sure::FUNCTION)),
        }
    }

    fn class(&self, surface: &str) -> Option<Named> {
        let names = &self.agencies.names;
        let class = names.class(surface);
        let standing = || self.placed(surface).is_some_and(|(_, rest)| names.is_standing(rest));
        if class == Some(Class::Generic) && (names.is_proper(surface) || standing()) {
            return None;
        }
        if class != Some(Class::Places) {
            // A class of bodies has no name of its own, unless a body happens to end like one.
            let body = || {
                self.agencies.is_form(surface)
                    || self.placed(surface).is_some_and(|(_, rest)| {
                        self.agencies.is_form(rest) || self.agencies.names.class(rest).is_none()
                    })
            };
            let places = || {
                self.placed(surface).and_then(|(place, rest)| {
                    let places = self.agencies.names.class(rest) == Some(Class::Places);
                    places.then(|| self.group(place, rest))
                })
            };
            return places()
                .or_else(|| (class.is_some() && !body()).then(|| self.unresolved(surface)));
        }
        Some(self.group(self.home?, surface))
    }

    /// The name of a group with that of its body in full: `各县（市、区）市场监督管理局`.
    fn of_group(&self, place: &Division, surface: &str) -> String {
        let full = body_after_places(surface, self.agencies).and_then(|at| {
            let form = self.agencies.printed_in(&surface[at..], &place.code)?;
            let tier = match tier(place, self.divisions) {
                Tier::Country => Tier::Province,
                Tier::Province => Tier::City,
                Tier::Municipality | Tier::City | Tier::County => Tier::County,
            };
            // Only a name that begins with its place can be said of many places so.
            let name = form.name(&Seat { tier, place: "@".into(), ..self.seat(place) });
            Some(format!("{}{}", &surface[..at], name.strip_prefix('@')?))
        });
        full.unwrap_or_else(|| self.agencies.names.expand(surface))
    }

    fn group(&self, place: &Division, surface: &str) -> Named {
        let name = self.of_group(place, surface);
        // `县（市、区）人民政府` are all of them.
        let name = match name.starts_with(['县', '市', '区', '旗', '州']) {
            true => format!("各{name}"),
            false => name,
        };
        let place_name = match place.code.as_str() {
            COUNTRY => "全国".to_owned(),
            _ => self.divisions.display(place),
        };
        Named {
            kind: AgencyKind::Group,
            members: Some(format!("{place_name}范围内“{name}”所指的每一个机构")),
            name: format!("{place_name}{name}"),
            place: Some(place.code.clone()),
            whole: None,
            confidence: 1.0,
        }
    }

    /// `财政部`, `国家发展改革委`; in a national document also `发展改革委`.
    fn national(&self, surface: &str) -> Option<Named> {
        let country = self.divisions.get(COUNTRY)?;
        let at_home = self.home.is_some_and(|home| home.code == COUNTRY);
        if !at_home && self.agencies.is_form(surface) {
            return None;
        }
        let (named, len) = self.agencies.national_at_start(surface)?;
        let office = &surface[len..];
        if office.is_empty() {
            return Some(self.body(named.to_owned(), Some(country), 1.0));
        }
        // 教育部办公厅 is an office of the ministry, 国家税务总局青澜市税务局 a body of its place.
        let names = &self.agencies.names;
        let own = names.is_office(office) || office.ends_with('司');
        own.then(|| self.office(named.to_owned(), office, Some(country)))
    }

    /// A local office of a national body with its place inside.
    fn branch(&self, surface: &str) -> Option<Named> {
        let (name, inside) = self.agencies.branch(surface)?;
        // `人行市中心支行`.
        if let Some(place) = self.level(inside) {
            let (name, _) = self.agencies.branch(&surface.replacen(inside, &place.name, 1))?;
            return Some(self.body(name, Some(place), 1.0));
        }
        let context = self.home.map(|d| d.code.as_str());
        let place = self.divisions.at_start(inside, context).filter(|p| p.len == inside.len());
        // What a branch of the central bank is called whose prefecture is printed without 州, is not told.
        let bank = name.starts_with("中国人民银行");
        if place.as_ref().is_some_and(|p| bank && p.division.name.ends_with("自治州"))
            && !inside.ends_with('州')
        {
            return Some(self.unresolved(surface));
        }
        Some(self.body(name, place.map(|p| p.division).or(self.home), 1.0))
    }

    /// 团市委, 共青团青澜市委: the level inside, not before.
    fn league(&self, surface: &str) -> Option<Named> {
        let stem = surface.strip_prefix("共青团").or_else(|| surface.strip_prefix('团'))?;
        let stem = stem.strip_suffix("委员会").or_else(|| stem.strip_suffix('委'))?;
        let context = self.home.map(|d| d.code.as_str());
        let full = self.divisions.at_start(stem, context).filter(|p| p.len == stem.len());
        let place = full.map(|p| p.division).or_else(|| self.level(stem))?;
        Some(self.known(self.agencies.printed("团委")?, place, 1.0))
    }

    /// A known form without its place: the document's own.
    fn printed_here(&self, surface: &str) -> Option<Named> {
        let surface = surface.strip_prefix("中共").unwrap_or(surface);
        // `办公室`, `党委`: of the issuing department, or of nobody in particular.
        if self.department.is_some() && self.agencies.names.is_office(surface) {
            return None;
        }
        let home = self.home?;
        // A government without its place may be that of any level.
        if surface == "政府" || surface == "人民政府" {
            return Some(self.unresolved(surface));
        }
        let form = self.agencies.printed_in(surface, &home.code);
        let form = form.filter(|form| home.code != COUNTRY || form.is_national());
        form.map(|form| self.known(form, home, 1.0))
            .or_else(|| self.agencies.is_form(surface).then(|| self.unresolved(surface)))
    }

    /// An internal office of the issuing department: `基础教育科`, `厅法规处`.
    fn unit(&self, surface: &str) -> Option<Named> {
        let names = &self.agencies.names;
        if let Some((at, place)) = self.inner_body(surface) {
            let whole = self.complete(&surface[..at]);
            return Some(self.office(whole.name, &surface[at..], place));
        }
        let department = self.department.as_ref()?;
        // `委营商环境建设领导小组办公室` of a 委员会.
        let own_committee = surface
            .strip_prefix('委')
            .filter(|rest| department.ends_with("委员会") && names.ending(rest).is_some());
        if let Some(office) = own_committee {
            return Some(self.office(department.clone(), office, self.home));
        }
        let placed = self.placed(surface);
        if placed.is_some_and(|(_, rest)| self.agencies.is_form(rest)) {
            return None;
        }
        let own = names.own_department(surface);
        let office = names.is_office(surface) || names.ending(surface) == Some(Ending::Unit);
        let below = placed.is_none()
            && self.inward
            && names.may_be_office(surface)
            && !names.is_complete(surface)
            && !self.agencies.ends_in_known(surface);
        let short =
            placed.is_some() && names.is_short(surface) && !names.is_office(own.unwrap_or(surface));
        (!short && (own.is_some() || office || below)).then(|| {
            let named = self.office(department.clone(), own.unwrap_or(surface), self.home);
            Named { confidence: if office { 1.0 } else { sure::ELIDED }, ..named }
        })
    }

    fn office(&self, whole: String, office: &str, place: Option<&Division>) -> Named {
        let named = self.body(format!("{whole}{office}"), place, 1.0);
        Named { whole: Some(whole), ..named }
    }

    /// Where a body's name ends and that of its office begins: `市教育局|基础教育科`.
    fn inner_body(&self, surface: &str) -> Option<(usize, Option<&'a Division>)> {
        let unit = match self.agencies.names.ending(surface)? {
            Ending::Unit => true,
            Ending::Body => false,
            Ending::Organisation | Ending::Zone => return None,
        };
        let (place, rest) = match self.placed(surface) {
            Some((place, rest)) => (Some(place), rest),
            None => (self.home, surface),
        };
        let from = surface.len() - rest.len();
        let mut ends = rest.char_indices().map(|(at, _)| at).filter(|&at| at > 0);
        // `市委督查室` is no office of 市委, nor is a name of the table one.
        // Only a province's 厅 has offices that end like bodies (登记注册局).
        let body = |at: usize| {
            let body = &rest[..at];
            let has_offices = if unit { body.chars().count() > 1 } else { body.ends_with('厅') };
            has_offices && self.agencies.is_form(body)
        };
        let at = ends.rfind(|&at| body(at)).filter(|_| !self.agencies.is_form(rest))?;
        Some((from + at, place))
    }

    /// The division at the start of a name, printed or meant by 市, 省 …, and the rest.
    pub(super) fn placed<'b>(&self, surface: &'b str) -> Option<(&'a Division, &'b str)> {
        let bare = surface.strip_prefix("中共").unwrap_or(surface);
        if self.agencies.is_form(bare) {
            return None;
        }
        let context = self.home.map(|d| d.code.as_str());
        if let Some(place) = self.divisions.at_start(bare, context) {
            let rest = &bare[place.len..];
            if place.full || self.agencies.is_form(rest) {
                return Some((place.division, rest));
            }
        }
        let (level, rest) = self.agencies.names.level(bare)?;
        Some((self.level(level)?, rest))
    }

    /// A name with its place before it.
    fn located(&self, surface: &str) -> Option<Named> {
        let (place, rest) = self.placed(surface)?;
        let agencies = self.agencies;
        let display = self.divisions.display(place);
        if place.code == COUNTRY && rest.is_empty() {
            return Some(self.unresolved(surface));
        }
        if place.code == COUNTRY {
            let national = agencies.national(rest).unwrap_or(surface);
            return Some(self.body(national.to_owned(), Some(place), 1.0));
        }
        if rest.is_empty() {
            // The place bears the duty by its government.
            return Some(self.body(format!("{display}人民政府"), Some(place), sure::PREFIXED));
        }
        if let Some(form) = agencies.printed_in(rest, &place.code) {
            return Some(self.known(form, place, 1.0));
        }
        // A form of other provinces; `市直园区管委会` are all of them.
        let many = agencies.names.level(surface).is_some()
            && rest.starts_with(['直', '级'])
            && !rest.starts_with("直属");
        if many || agencies.is_form(rest) {
            return Some(self.unresolved(surface));
        }
        let party = rest.strip_prefix("党委").or_else(|| rest.strip_prefix('委'));
        if let Some(office) = party.filter(|o| !o.is_empty() && !o.starts_with("员会")) {
            if agencies.names.is_short(office) {
                return Some(self.unresolved(surface));
            }
            let name = format!("{}{}", self.seat(place).party(), agencies.names.expand(office));
            return Some(self.body(name, Some(place), sure::PREFIXED));
        }
        if let Some(office) =
            rest.strip_prefix("政府").filter(|o| agencies.names.ending(o).is_some())
        {
            let name = format!("{display}人民政府{}", agencies.names.expand(office));
            return Some(self.body(name, Some(place), sure::PREFIXED));
        }
        let level = agencies.names.level(surface).is_some();
        let open = match agencies.names.ending(rest) {
            Some(Ending::Organisation) => level && agencies.names.is_loose(rest),
            ending => ending == Some(Ending::Zone),
        };
        if open {
            return Some(self.unresolved(surface));
        }
        if rest.chars().count() == 1 {
            // `省局`, `雾川县局`: the body there that has the function of the department that speaks.
            let own = self.department.as_ref().zip(self.home).and_then(|(department, home)| {
                department.strip_prefix(&*self.divisions.display(home))
            });
            let form = own
                .and_then(|own| agencies.printed_in(own, &place.code))
                .filter(|_| rest == "局" || rest == "厅");
            let body = form.map(|form| self.known(form, place, sure::ELIDED));
            return Some(body.unwrap_or_else(|| self.unresolved(surface)));
        }
        // `市县两级政府` are many.
        let levels = agencies.names.level(surface).is_some() && rest.ends_with("政府");
        if levels && agencies.names.level(rest).is_some() || agencies.names.is_short(rest) {
            return Some(self.unresolved(surface));
        }
        let known = |name: &&str| agencies.recognise(name) != Recognition::None;
        let name = format!("{display}{}", agencies.names.expand(rest));
        (!level || [rest, surface].iter().any(known))
            .then(|| self.body(name, Some(place), sure::PREFIXED))
    }

    /// Whether the document prints the same name with a word for its level too (`市大数据中心`).
    fn is_leveled_elsewhere(&self, surface: &str) -> bool {
        self.surfaces
            .iter()
            .any(|other| self.agencies.names.level(other).is_some_and(|(_, rest)| rest == surface))
    }

    /// A name without a place that is not in the table.
    fn elided(&self, surface: &str) -> Option<Named> {
        let names = &self.agencies.names;
        let context = self.home.map(|d| d.code.as_str());
        let place = self.divisions.at_start(surface, context);
        if let Some(place) = place.filter(|p| p.len < surface.len()) {
            // `青澜港务有限公司` beside `青澜市港务有限公司` is the same.
            let rest = &surface[place.len..];
            names.ending(surface).filter(|e| *e != Ending::Zone && !names.is_loose(surface))?;
            let long = format!("{}{rest}", self.divisions.display(place.division));
            let same = self.surfaces.contains(&long);
            if names.is_short(surface) {
                return None;
            }
            let name = if same { long } else { names.expand(surface) };
            return Some(self.body(name, Some(place.division), sure::PREFIXED));
        }
        match names.ending(surface)? {
            Ending::Organisation if names.is_loose(surface) => None,
            Ending::Organisation => Some(self.body(surface.to_owned(), self.home, sure::PREFIXED)),
            Ending::Unit | Ending::Zone => None,
            Ending::Body => {
                // A level that is no single place here (`县公安局` in a city's document) says nothing.
                let home = self.home.filter(|_| names.level(surface).is_none())?;
                let own = home.code == COUNTRY || names.is_complete(surface);
                // In a list without places a long name is likely to be no office of another.
                let listed = || {
                    self.elides && surface.chars().count() > SHORT && !surface.ends_with("管委会")
                };
                // `青岭风景名胜区管委会` needs no place.
                let zone = surface.strip_suffix("管委会").or(surface.strip_suffix("管理委员会"));
                let own = own
                    || zone.is_some_and(|zone| {
                        names.is_full_zone(zone) && zone.chars().count() > SHORT
                    });
                if !own
                    && !names.is_standing(surface)
                    && !self.is_leveled_elsewhere(surface)
                    && !listed()
                {
                    return None;
                }
                let place = if own { String::new() } else { self.divisions.display(home) };
                let name = format!("{place}{}", names.expand(surface));
                Some(self.body(name, Some(home), sure::ELIDED))
            }
        }
    }
}

/// A surface in one spelling: no white space, brackets （）.
fn tidy(surface: &str) -> String {
    let bracket = |c| match c {
        '(' | '〔' | '[' | '［' | '〈' | '<' => '（',
        ')' | '〕' | ']' | '］' | '〉' | '>' => '）',
        c => c,
    };
    squeeze(surface).chars().map(bracket).collect()
}

/// The name before a gloss in brackets: `市交通委（市道运局）`.
fn without_gloss(surface: &str) -> Option<&str> {
    let (base, _) = surface.strip_suffix('）')?.rsplit_once('（')?;
    (base.chars().count() > 2 && !base.contains('（')).then_some(base)
}
