//! The rows of an endpoint's answer, read as they come.

use std::sync::Arc;

use oxigraph::model::Variable;
use oxigraph::sparql::results::{
    QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput, ReaderSolutionsParser,
};
use oxigraph::sparql::{QueryEvaluationError, QuerySolution};

use super::body::Body;
use super::query::of_endpoint;
use super::terms::canonical;
use super::{Endpoint, RemoteError};

/// See the module. An answer that the server cut ends with an error.
pub(super) struct Rows {
    parser: ReaderSolutionsParser<Body>,
    variables: Arc<[Variable]>,
    /// The number of rows from which on the server leaves the others out.
    most: Option<u64>,
    read: u64,
    address: String,
    over: bool,
}

impl Endpoint {
    /// The answer to a SELECT.
    ///
    /// # Errors
    /// When the endpoint cannot be reached, refuses, or sends no table.
    pub(super) fn rows(&self, query: &str) -> Result<Rows, RemoteError> {
        let answer = self.client.select(query)?;
        let address = self.client.address();
        let bad = |why: String| RemoteError::Results(address.clone(), why);
        let parser = QueryResultsParser::from_format(QueryResultsFormat::Json);
        match parser.for_reader(answer.body).map_err(|e| bad(e.to_string()))? {
            ReaderQueryResultsParserOutput::Solutions(parser) => {
                let variables = parser.variables().into();
                Ok(Rows { parser, variables, most: answer.most, read: 0, address, over: false })
            }
            ReaderQueryResultsParserOutput::Boolean(_) => Err(bad("yes or no".to_owned())),
        }
    }
}

impl Rows {
    pub(super) fn variables(&self) -> Arc<[Variable]> {
        Arc::clone(&self.variables)
    }

    /// The next row, with its values in their one form.
    pub(super) fn row(&mut self) -> Result<Option<QuerySolution>, RemoteError> {
        let Some(row) = self.parser.next() else {
            return match self.most {
                Some(most) if self.read >= most => {
                    Err(RemoteError::Cut(self.address.clone(), most))
                }
                _ => Ok(None),
            };
        };
        let row = row.map_err(|e| RemoteError::Results(self.address.clone(), e.to_string()))?;
        self.read += 1;
        let values: Vec<Option<_>> =
            row.values().iter().map(|value| value.clone().map(canonical)).collect();
        Ok(Some(QuerySolution::from((self.variables(), values))))
    }
}

impl Iterator for Rows {
    type Item = Result<QuerySolution, QueryEvaluationError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = self.row().map_err(of_endpoint).transpose();
        self.over = !matches!(row, Some(Ok(_)));
        row
    }
}
