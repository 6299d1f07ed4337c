//! What the store holds of a source already, so that it need not be read again.

use oxigraph::model::vocab::rdf;
use oxigraph::model::{LiteralRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};
use oxigraph::store::StorageError;

use super::Store;
use crate::rdf::used;
use crate::rdf::vocab::{gm, prov};

impl Store {
    /// The version that a source of this name and these bytes gave when it was read by this release of the program
    /// with this knowledge ([`crate::knowledge::Knowledge::digest`]): reading it again would change nothing. None
    /// where there is no such version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn held(
        &self,
        source_name: &str,
        sha256: &str,
        knowledge: &str,
    ) -> Result<Option<NamedNode>, StorageError> {
        let used = used(&self.base, knowledge);
        let sha256 = LiteralRef::new_simple_literal(sha256);
        for quad in self.quads.matching(None, Some(gm::SHA256), Some(sha256.into()), None) {
            let NamedOrBlankNode::NamedNode(version) = quad?.subject else { continue };
            let name = LiteralRef::new_simple_literal(source_name).into();
            // What makes it a version is written last: without it, the rest may not be all.
            if self.says(version.as_ref(), rdf::TYPE, gm::VERSION.into())?
                && self.says(version.as_ref(), gm::SOURCE_NAME, name)?
                && self.used(version.as_ref(), used.as_ref())?
            {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    fn used(
        &self,
        version: NamedNodeRef<'_>,
        used: NamedNodeRef<'_>,
    ) -> Result<bool, StorageError> {
        let reading = Some(prov::WAS_GENERATED_BY);
        for quad in self.quads.matching(Some(version.into()), reading, None, None) {
            if let Term::NamedNode(reading) = quad?.object
                && self.says(reading.as_ref(), prov::USED, used.into())?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn says(
        &self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        object: TermRef<'_>,
    ) -> Result<bool, StorageError> {
        let (subject, predicate) = (Some(subject.into()), Some(predicate));
        let found = self.quads.matching(subject, predicate, Some(object), None).next();
        Ok(found.transpose()?.is_some())
    }
}
