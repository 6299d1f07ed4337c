//! SPARQL updates: each one transaction.

use oxigraph::sparql::{SparqlEvaluator, SparqlSyntaxError, UpdateEvaluationError};
use oxigraph::store::StorageError;
use spargebra::SparqlParser;

use super::Store;
use super::query::{QueryError, graphs};

/// The dataset that the WHERE parts of an update see, as `using-graph-uri` and `using-named-graph-uri` name
/// it; two empty lists leave it to the update: what USING or WITH names, or else the union of all graphs.
#[derive(Clone, Copy, Default)]
pub struct Using<'a> {
    pub default: &'a [String],
    pub named: &'a [String],
}

/// Why an update was not done; the store is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error("the update is not SPARQL: {0}")]
    Syntax(#[from] SparqlSyntaxError),
    #[error("{0}")]
    Dataset(QueryError),
    #[error("using-graph-uri and using-named-graph-uri do not go with USING or WITH in the update")]
    TwoDatasets,
    #[error("the update cannot be done: {0}")]
    Evaluation(#[from] UpdateEvaluationError),
    #[error("the database says: {0}")]
    Database(#[from] StorageError),
}

impl Store {
    /// Does all operations of an update, or none of them.
    ///
    /// # Errors
    /// When the text is no update, names two datasets, or an operation fails.
    pub fn update(&self, text: &str, using: Using<'_>) -> Result<(), UpdateError> {
        let evaluator = SparqlEvaluator::new();
        let evaluator = evaluator.clone().with_base_iri(self.base.as_str()).unwrap_or(evaluator);
        let mut update = evaluator.parse_update(text)?;
        let parser = SparqlParser::new();
        let parser = parser.clone().with_base_iri(self.base.as_str()).unwrap_or(parser);
        let operations = parser.parse_update(text)?;
        let (default, named) = graphs(using.default, using.named).map_err(UpdateError::Dataset)?;
        let is_given = !default.is_empty() || !named.is_empty();
        for dataset in update.using_datasets_mut() {
            match (is_given, dataset.is_default_dataset()) {
                (true, false) => return Err(UpdateError::TwoDatasets),
                (true, true) => {
                    dataset.set_default_graph(default.clone());
                    dataset.set_available_named_graphs(named.clone());
                }
                (false, true) => dataset.set_default_graph_as_union(),
                (false, false) => {}
            }
        }
        let _changing = self.revisions.changing();
        let mut tx = self.quads.start_transaction()?;
        update.on_transaction(&mut tx).execute()?;
        self.indexing.expect_update(&operations)?;
        Ok(tx.commit()?)
    }
}
