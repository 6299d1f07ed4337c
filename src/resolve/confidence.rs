//! From what a rule thinks of its claims to how often such claims were right.

use foldhash::{HashMap, HashMapExt};

use crate::knowledge::confidence::{ClaimKind, Confidences};
use crate::model::{Basis, Facts, Role, Span};

/// Sets the confidence of all claims. It comes last: a name that was guessed has made a claim less
/// sure before.
pub fn calibrate(facts: &mut Facts, table: &Confidences) {
    // What a heading's assignment says of the tasks below is no surer than the assignment.
    let mut stated: HashMap<(Span, Role), f32> = HashMap::new();
    for claim in facts.responsibilities.iter_mut().filter(|c| c.basis != Basis::Inherited) {
        claim.confidence = table.of(ClaimKind::Responsibility(claim.basis), claim.confidence);
        stated.insert((claim.span, claim.role), claim.confidence);
    }
    for claim in facts.responsibilities.iter_mut().filter(|c| c.basis == Basis::Inherited) {
        let source = stated.get(&(claim.span, claim.role)).copied().unwrap_or(1.0);
        claim.confidence = claim.confidence.min(source);
    }
    for target in &mut facts.targets {
        target.confidence = table.of(ClaimKind::Quantity(target.class), target.confidence);
    }
    for citation in &mut facts.citations {
        citation.confidence = table.of(ClaimKind::Citation(citation.kind), citation.confidence);
    }
    let limits = facts.deadlines.iter_mut();
    for limit in limits.chain(facts.targets.iter_mut().filter_map(|t| t.deadline.as_mut())) {
        limit.confidence = table.of(ClaimKind::Deadline, limit.confidence);
    }
}
