//! 纲目 gangmu: a knowledge graph of who must do what, by when, to what measure, under which policy,
//! from Chinese government documents, with the sentence that says so.
//!
//! The way of a document, a module a stage:
//!
//! ```text
//! bytes ─read→ Text ─outline→ Document ─extract→ Facts ─resolve→ Identities ─rdf→ quads ─store→ answers
//!                     └──────────── knowledge: the tables of seeds/ ───────────┘          ├─ cli
//!        pipeline.rs names all of these stages, and only it                               └─ web
//! ```
//!
//! * [`model`]: the plain types that the stages hand on.
//! * [`knowledge`]: what the program knows, from `seeds/`.
//! * [`read`]: bytes of any format to clean text, with the line, page or cell of the source each piece came from.
//! * [`outline`]: the head, and the tree of sections, tasks and measures.
//! * [`extract`]: responsibilities, targets, deadlines, citations, each with its evidence.
//! * [`resolve`]: names to identities: divisions, agencies, works.
//! * [`rdf`]: claims to quads, IRIs, canonical form.
//! * [`store`]: the store, in a directory or behind an endpoint; a document goes in whole or not at all.
//! * [`search`]: full text, kept in step with the store and rebuildable from it.
//! * [`pipeline`]: the stages in their order.
//! * [`audit`]: what looks like a claim and was not read.
//! * [`cli`], [`web`]: the ways to ask; [`config`]: the settings.

pub mod audit;
pub mod cli;
pub mod config;
pub mod extract;
pub mod knowledge;
pub mod model;
pub mod outline;
pub mod pipeline;
pub mod rdf;
pub mod read;
pub mod resolve;
pub mod search;
pub mod store;
pub mod web;

/// So that tests can see limits on memory hold.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: store::CountingAllocator = store::CountingAllocator;
