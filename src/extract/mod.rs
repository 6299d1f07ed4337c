//! Document → facts: one file a kind, each claim with the place that says so.
//!
//! Invariant: an extractor reads the document and its own table of knowledge, never another
//! extractor's claims, save that targets take the deadlines of their task. The pipeline depends on
//! this.

pub mod abbreviation;
pub mod assignment;
pub mod bound;
pub mod citation;
pub mod clause;
mod condition;
mod count;
pub mod deadline;
pub mod judge;
pub mod number;
pub mod prose;
pub mod quantity;
pub mod responsibility;
pub mod target;
pub mod title;
