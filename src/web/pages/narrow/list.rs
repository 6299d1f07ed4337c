//! The lists that are narrowed, and what is found in each: of what is asked again and again, which is all, once a state
//! of the store.

use std::sync::Arc;

use super::counts::Counts;
use super::{Asked, Known};
use crate::store::QueryError;
use crate::web::api::columns::{Documents, Measures, Rows, TargetRows, TaskRows};
use crate::web::api::derived::Derived;
use crate::web::api::records::{Target, Task};
use crate::web::api::tables::Tables;
use crate::web::site::Site;

/// A list as columns.
pub(in crate::web::pages) trait List: Sized {
    fn documents(&self) -> &Documents;
    fn rows(&self) -> &Rows;
    /// What targets are narrowed by beside.
    fn measures(&self) -> Option<&Measures>;
    /// The text of a row.
    fn said(&self, row: u32) -> &str;
    /// What is found of all things of the class that is asked for.
    fn all(&self, known: &Known<'_>, asked: &Asked) -> Result<Arc<Answer>, QueryError>;

    /// What is found of what is asked for.
    fn answer(&self, known: &Known<'_>, asked: &Asked) -> Result<Arc<Answer>, QueryError> {
        if asked.is_of_all() {
            return self.all(known, asked);
        }
        Ok(Arc::new(Answer::new(known, self, asked)?))
    }
}

/// What a question finds in a list, in any order and language.
pub(in crate::web::pages) struct Answer {
    /// The rows, in their order.
    pub(in crate::web::pages) wanted: Vec<u32>,
    pub(in crate::web::pages) counts: Counts,
}

impl Answer {
    fn new(known: &Known<'_>, list: &impl List, asked: &Asked) -> Result<Self, QueryError> {
        let found = known.find(list, asked)?;
        let counts = Counts::new(known, list, asked, &found)?;
        Ok(Self { wanted: found.wanted, counts })
    }
}

/// All tasks, in the order of the texts, newest documents first.
pub(in crate::web::pages) struct Tasks<'s> {
    tasks: &'s [Task],
    documents: Arc<Documents>,
    pub(in crate::web::pages) own: Arc<TaskRows>,
}

impl<'s> Tasks<'s> {
    pub(in crate::web::pages) fn new(known: &Known<'s>) -> Result<Self, QueryError> {
        let Known { site, tables } = known;
        let (documents, own) = (tables.derived(site)?, tables.derived(site)?);
        Ok(Self { tasks: tables.tasks(site)?, documents, own })
    }

    pub(in crate::web::pages) fn get(&self, row: u32) -> &'s Task {
        &self.tasks[row as usize]
    }
}

impl List for Tasks<'_> {
    fn documents(&self) -> &Documents {
        &self.documents
    }

    fn rows(&self) -> &Rows {
        &self.own.rows
    }

    fn measures(&self) -> Option<&Measures> {
        None
    }

    fn said(&self, row: u32) -> &str {
        &self.get(row).said
    }

    fn all(&self, known: &Known<'_>, _: &Asked) -> Result<Arc<Answer>, QueryError> {
        Ok(Arc::clone(&known.tables.derived::<AllTasks>(known.site)?.0))
    }
}

/// What is found of all tasks.
pub(in crate::web::pages) struct AllTasks(Arc<Answer>);

impl Derived for AllTasks {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        TaskRows::read(site, tables)?;
        tables.divisions(site).map(|_| ())
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let known = Known::new(site, tables);
        let all = Answer::new(&known, &Tasks::new(&known)?, &Asked::default())?;
        Ok(Self(Arc::new(all)))
    }
}

/// All targets, achievements and limits, in the order of places, years and texts.
pub(in crate::web::pages) struct Targets<'s> {
    targets: &'s [Target],
    documents: Arc<Documents>,
    pub(in crate::web::pages) own: Arc<TargetRows>,
}

impl<'s> Targets<'s> {
    pub(in crate::web::pages) fn new(known: &Known<'s>) -> Result<Self, QueryError> {
        let Known { site, tables } = known;
        let (documents, own) = (tables.derived(site)?, tables.derived(site)?);
        Ok(Self { targets: tables.targets(site)?, documents, own })
    }

    pub(in crate::web::pages) fn get(&self, row: u32) -> &'s Target {
        &self.targets[self.own.at[row as usize] as usize]
    }
}

impl List for Targets<'_> {
    fn documents(&self) -> &Documents {
        &self.documents
    }

    fn rows(&self) -> &Rows {
        &self.own.rows
    }

    fn measures(&self) -> Option<&Measures> {
        Some(&self.own.measures)
    }

    fn said(&self, row: u32) -> &str {
        &self.get(row).quote
    }

    fn all(&self, known: &Known<'_>, asked: &Asked) -> Result<Arc<Answer>, QueryError> {
        let all = known.tables.derived::<AllTargets>(known.site)?;
        // What is no kind asks for the first of them.
        let kind = KINDS.iter().position(|kind| *kind == asked.kind).unwrap_or(0);
        Ok(Arc::clone(&all.0[kind]))
    }
}

/// The codes of the classes of quantities.
pub(in crate::web::pages) const KINDS: [&str; 3] = ["", "limit", "achievement"];

/// What is found of all quantities of each class.
pub(in crate::web::pages) struct AllTargets([Arc<Answer>; 3]);

impl Derived for AllTargets {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        TargetRows::read(site, tables)?;
        tables.divisions(site).map(|_| ())
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let known = Known::new(site, tables);
        let list = Targets::new(&known)?;
        let of_kind = |kind: &str| -> Result<_, QueryError> {
            let asked = Asked { kind: kind.to_owned(), ..Asked::default() };
            Ok(Arc::new(Answer::new(&known, &list, &asked)?))
        };
        let [targets, limits, achievements] = KINDS;
        Ok(Self([of_kind(targets)?, of_kind(limits)?, of_kind(achievements)?]))
    }
}
