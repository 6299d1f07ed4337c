//! Who has which part in a task: `gm:Responsibility`, leaders, and the short cuts from task to agency.

use foldhash::{HashSet, HashSetExt};

use super::Claims;
use crate::model::{Responsibility, Role};
use crate::rdf::graph::Name;
use crate::rdf::vocab::{gm, role as roles, skos};
use crate::rdf::{iri, terms};

impl Claims<'_> {
    pub(super) fn responsibilities(&mut self) {
        // One agency may have one role in one task for several reasons.
        let mut short_cuts = HashSet::new();
        for claim in &self.reading.facts.responsibilities {
            self.responsibility(claim);
            let agency = claim.agency.and_then(|id| self.agencies.get(id));
            if let Some(&agency) = agency
                && let Some(short_cut) = terms::agency_short_cut(claim.role)
                && short_cuts.insert((claim.task, claim.role, agency))
            {
                self.graph.link(self.items[claim.task], short_cut, agency);
            }
        }
    }

    fn responsibility(&mut self, claim: &Responsibility) {
        let task = self.item(claim.task);
        let role = terms::role(claim.role);
        let name = role.as_str().strip_prefix(roles::NAMESPACE).unwrap_or_default();
        let node = self.mint(task, &[name, &claim.surface]);
        self.graph.class(node, gm::RESPONSIBILITY);
        self.graph.link(node, gm::OF_TASK, task);
        self.graph.term(node, gm::ROLE, role);
        self.graph.text(node, gm::SURFACE, &claim.surface);
        self.graph.term(node, gm::BASIS, terms::basis(claim.basis));
        match claim.role {
            Role::Leader => {
                let leader = self.leader(&claim.surface);
                self.graph.link(node, gm::LEADER, leader);
            }
            _ => {
                if let Some(&agency) = claim.agency.and_then(|id| self.agencies.get(id)) {
                    self.graph.link(node, gm::AGENCY, agency);
                }
            }
        }
        self.prove(node, claim.evidence);
        self.rate(node, claim.confidence);
    }

    /// A person as this document names them, and no further.
    fn leader(&mut self, name: &str) -> Name {
        let leader = self.graph.below(self.version, |iri| iri::push(iri, &["leader", name]));
        self.graph.class(leader, gm::LEADER_CLASS);
        self.graph.text(leader, skos::PREF_LABEL, name);
        leader
    }
}
