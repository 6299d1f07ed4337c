//! The index: entries in, hits out.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::StrColumn;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, PhraseQuery, Query, RegexQuery, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{
    DocAddress, DocId, IndexReader, ReloadPolicy, Score, Searcher, SegmentReader, TantivyDocument,
    TantivyError, Term,
};

use super::pinyin::readings;
use super::question::{All, Clause, Question};
use super::score::{Living, round};
use super::snippet::{Needles, Snippet};
use super::{Entry, Kind, SearchError, Tokenizer};

/// Bytes of memory in which entries are gathered before they are written.
const BUFFER: usize = 48 << 20;

/// How much more a hit counts in a name than in a text, as the characters sought rather than as their words,
/// and by its sound.
const IN_NAME: f32 = 2.0;
const AS_WRITTEN: f32 = 2.0;
const BY_SOUND: f32 = 6.0;

/// Changes whenever entries are indexed otherwise than before, so that an index of another release is rebuilt.
const FORMAT: u32 = 1;

#[derive(Clone, Copy)]
struct Fields {
    iri: Field,
    graph: Field,
    kind: Field,
    /// As they are shown.
    name: Field,
    text: Field,
    name_words: Field,
    name_characters: Field,
    text_words: Field,
    text_characters: Field,
    pinyin: Field,
}

impl Fields {
    fn new() -> (Schema, Self) {
        let tokens = |record| {
            let indexing = TextFieldIndexing::default().set_index_option(record);
            TextOptions::default().set_indexing_options(indexing)
        };
        let words = || tokens(IndexRecordOption::WithFreqs);
        let characters = || tokens(IndexRecordOption::WithFreqsAndPositions);
        let mut schema = Schema::builder();
        let fields = Self {
            iri: schema.add_text_field("iri", TextOptions::default().set_fast("raw")),
            graph: schema.add_text_field("graph", STRING),
            kind: schema.add_text_field("kind", STRING.set_fast("raw")),
            name: schema.add_text_field("name", STORED),
            text: schema.add_text_field("text", STORED),
            name_words: schema.add_text_field("name_words", words()),
            name_characters: schema.add_text_field("name_characters", characters()),
            text_words: schema.add_text_field("text_words", words()),
            text_characters: schema.add_text_field("text_characters", characters()),
            pinyin: schema.add_text_field("pinyin", STRING),
        };
        (schema.build(), fields)
    }
}

/// A full-text index, on disk or in memory.
pub struct Index {
    index: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
    tokenizer: Arc<Tokenizer>,
}

impl Index {
    /// An empty index in memory.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn in_memory(tokenizer: Arc<Tokenizer>) -> Result<Self, SearchError> {
        Self::new(tantivy::Index::create_in_ram(Fields::new().0), tokenizer)
    }

    /// An empty index in a directory, in the place of what was there.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn create(dir: &Path, tokenizer: Arc<Tokenizer>) -> Result<Self, SearchError> {
        if dir.exists() {
            std::fs::remove_dir_all(dir)?;
        }
        std::fs::create_dir_all(dir)?;
        Self::new(tantivy::Index::create_in_dir(dir, Fields::new().0)?, tokenizer)
    }

    /// The index in a directory.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn open(dir: &Path, tokenizer: Arc<Tokenizer>) -> Result<Self, SearchError> {
        Self::new(tantivy::Index::open_in_dir(dir)?, tokenizer)
    }

    fn new(index: tantivy::Index, tokenizer: Arc<Tokenizer>) -> Result<Self, SearchError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, fields: Fields::new().1, tokenizer })
    }

    /// Whether the directory has an index, of this release's format, that was last given this stamp.
    pub fn has_stamp(dir: &Path, stamp: &str) -> bool {
        Self::stamp(dir).is_some_and(|given| given == stamp)
    }

    /// The stamp that an index of this release's format was last given; none where there is no such index.
    pub fn stamp(dir: &Path) -> Option<String> {
        let metas = tantivy::Index::open_in_dir(dir).and_then(|index| index.load_metas()).ok()?;
        Some(metas.payload?.strip_prefix(&payload(""))?.to_owned())
    }

    /// The files of the index in a directory that are not as they were written.
    ///
    /// # Errors
    /// When there is no index that can be read.
    pub fn damaged(dir: &Path) -> Result<Vec<PathBuf>, SearchError> {
        let damaged = tantivy::Index::open_in_dir(dir)?.validate_checksum()?;
        Ok(damaged.into_iter().collect())
    }

    /// Puts the entries of each graph in the place of those it had before, and stamps the index: all or nothing.
    ///
    /// # Errors
    /// When a graph cannot be read, or the index not be written; then it is as it was before.
    pub fn replace<E: Into<SearchError>>(
        &self,
        graphs: impl IntoIterator<Item = Result<(String, Vec<Entry>), E>>,
        stamp: &str,
    ) -> Result<(), SearchError> {
        // One thread writes one segment; reading the store takes longer than indexing.
        let mut writer = self.index.writer_with_num_threads(1, BUFFER)?;
        for graph in graphs {
            let (graph, entries) = graph.map_err(Into::into)?;
            writer.delete_term(Term::from_field_text(self.fields.graph, &graph));
            for entry in &entries {
                writer.add_document(self.document(&graph, entry))?;
            }
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&payload(stamp));
        commit.commit()?;
        writer.wait_merging_threads()?;
        Ok(self.reader.reload()?)
    }

    fn document(&self, graph: &str, entry: &Entry) -> TantivyDocument {
        let fields = &self.fields;
        let mut document = TantivyDocument::new();
        document.add_text(fields.iri, &entry.iri);
        document.add_text(fields.graph, graph);
        document.add_text(fields.kind, entry.kind.name());
        let mut tokens = |field, tokens| {
            let text = String::new();
            document.add_pre_tokenized_text(field, PreTokenizedString { text, tokens });
        };
        for name in &entry.names {
            tokens(fields.name_words, self.tokenizer.words(name));
            tokens(fields.name_characters, Tokenizer::characters(name));
        }
        if let Some(text) = &entry.text {
            tokens(fields.text_words, self.tokenizer.words(text));
            tokens(fields.text_characters, Tokenizer::characters(text));
            document.add_text(fields.text, text);
        }
        for name in &entry.names {
            document.add_text(fields.name, name);
            if entry.kind == Kind::Agency {
                for reading in readings(name) {
                    document.add_text(fields.pinyin, reading);
                }
            }
        }
        document
    }

    /// All things that answer a question, the best first; of one kind only if one is given.
    ///
    /// # Errors
    /// When the question asks for nothing, or the index cannot be read.
    pub fn search(&self, question: &str, only: Option<Kind>) -> Result<Found, SearchError> {
        let question = Question::parse(question)?;
        let any = question.any.iter().map(|all| self.all(all)).collect::<Result<_, _>>()?;
        let mut query = union(any);
        if let Some(kind) = only {
            let kind = Term::from_field_text(self.fields.kind, kind.name());
            let kind = Box::new(TermQuery::new(kind, IndexRecordOption::Basic));
            let kind = Box::new(BoostQuery::new(kind, 0.0));
            query = Box::new(BooleanQuery::intersection(vec![kind, query]));
        }
        let searcher = self.reader.searcher();
        let living = Living(&searcher);
        let mut hits = searcher.search_with_statistics_provider(&*query, &Everything, &living)?;
        // Two graphs may describe one thing: the better hit stays. Both sorts are stable.
        hits.sort_by(|a, b| a.iri.cmp(&b.iri).then_with(|| b.score.total_cmp(&a.score)));
        hits.dedup_by(|next, kept| next.iri == kept.iri);
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        let needles = Needles::new(&question, &self.tokenizer);
        Ok(Found { hits, needles, searcher, fields: self.fields })
    }

    fn all(&self, all: &All) -> Result<Box<dyn Query>, SearchError> {
        let clause = |occur, clause| Ok::<_, SearchError>((occur, self.clause(clause)?));
        let wanted = all.wanted.iter().map(|wanted| clause(Occur::Must, wanted));
        let unwanted = all.unwanted.iter().map(|unwanted| clause(Occur::MustNot, unwanted));
        Ok(Box::new(BooleanQuery::new(wanted.chain(unwanted).collect::<Result<_, _>>()?)))
    }

    /// A phrase as it is written; without quotation marks also its words wherever they stand, and a name that
    /// sounds so.
    fn clause(&self, clause: &Clause) -> Result<Box<dyn Query>, SearchError> {
        let Fields { name_words, name_characters, text_words, text_characters, .. } = self.fields;
        let characters = Tokenizer::characters(&clause.text);
        let mut ways = vec![
            boost(AS_WRITTEN * IN_NAME, phrase(name_characters, &characters)),
            boost(AS_WRITTEN, phrase(text_characters, &characters)),
        ];
        if !clause.exact {
            let words = self.tokenizer.sought_words(&clause.text);
            let in_either = |word: &Token| {
                let in_name = term(name_words, &word.text, IndexRecordOption::WithFreqs);
                let in_text = term(text_words, &word.text, IndexRecordOption::WithFreqs);
                union(vec![boost(IN_NAME, in_name), in_text])
            };
            let words = words.iter().map(in_either).collect();
            ways.push(Box::new(BooleanQuery::intersection(words)));
            if let Some(typed) = typed(&characters) {
                let begins = RegexQuery::from_pattern(&format!("{typed}.*"), self.fields.pinyin)?;
                ways.push(boost(BY_SOUND, Box::new(begins)));
            }
        }
        Ok(union(ways))
    }
}

fn payload(stamp: &str) -> String {
    format!("{FORMAT} {stamp}")
}

/// What could be pinyin: one run of at least two letters.
fn typed(tokens: &[Token]) -> Option<String> {
    let [token] = tokens else { return None };
    let typed = token.text.replace('ü', "v");
    let is_pinyin = typed.len() > 1 && typed.bytes().all(|byte| byte.is_ascii_lowercase());
    is_pinyin.then_some(typed)
}

fn term(field: Field, text: &str, record: IndexRecordOption) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), record))
}

fn phrase(field: Field, tokens: &[Token]) -> Box<dyn Query> {
    match tokens {
        [only] => term(field, &only.text, IndexRecordOption::WithFreqs),
        _ => {
            let terms = tokens
                .iter()
                .map(|token| (token.position, Term::from_field_text(field, &token.text)));
            Box::new(PhraseQuery::new_with_offset(terms.collect()))
        }
    }
}

fn union(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::union(queries))
}

fn boost(factor: f32, query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, factor))
}

/// The answer to a question, of one state of the index.
pub struct Found {
    /// The best first; of the same score in the order of their IRIs.
    pub hits: Vec<Hit>,
    needles: Needles,
    searcher: Searcher,
    fields: Fields,
}

/// A thing that answers.
#[derive(Clone, Debug)]
pub struct Hit {
    pub iri: String,
    pub kind: Kind,
    /// Comparable within one answer only.
    pub score: f32,
    address: DocAddress,
}

impl Found {
    /// A little of the hit's text, or the name that was hit.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn snippet(&self, hit: &Hit) -> Result<Snippet, SearchError> {
        let document: TantivyDocument = self.searcher.doc(hit.address)?;
        let values = |field| {
            let values = document.get_all(field).filter_map(|value| value.as_str());
            values.map(str::to_owned).collect::<Vec<String>>()
        };
        let (texts, names) = (values(self.fields.text), values(self.fields.name));
        Ok(self.needles.snippet(if texts.is_empty() { &names } else { &texts }))
    }
}

/// Collects all hits with their scores.
struct Everything;

struct Segment {
    ordinal: u32,
    iris: Option<StrColumn>,
    kinds: Option<StrColumn>,
    /// Where the IRI of each hit stands in the dictionary.
    found: Vec<(u64, DocId, Score)>,
}

impl Collector for Everything {
    type Fruit = Vec<Hit>;
    type Child = Segment;

    fn for_segment(&self, ordinal: u32, segment: &SegmentReader) -> tantivy::Result<Segment> {
        let columns = segment.fast_fields();
        let (iris, kinds) = (columns.str("iri")?, columns.str("kind")?);
        Ok(Segment { ordinal, iris, kinds, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, hits: Vec<tantivy::Result<Vec<Hit>>>) -> tantivy::Result<Vec<Hit>> {
        Ok(hits.into_iter().collect::<tantivy::Result<Vec<_>>>()?.concat())
    }
}

impl SegmentCollector for Segment {
    type Fruit = tantivy::Result<Vec<Hit>>;

    fn collect(&mut self, doc: DocId, score: Score) {
        if let Some(iri) = self.iris.as_ref().and_then(|iris| iris.term_ords(doc).next()) {
            self.found.push((iri, doc, score));
        }
    }

    /// The hits in the order of their IRIs, so that the dictionary is gone through once: a look into it reads a block.
    fn harvest(mut self) -> tantivy::Result<Vec<Hit>> {
        let (Some(iris), Some(kinds)) = (self.iris, self.kinds) else { return Ok(Vec::new()) };
        self.found.sort_unstable_by_key(|&(iri, doc, _)| (iri, doc));
        let ordinals: Vec<u64> = self.found.iter().map(|&(iri, ..)| iri).collect();
        let names = (0..kinds.num_terms() as u64).map(|ordinal| {
            let mut name = String::new();
            kinds.ord_to_str(ordinal, &mut name).map(|_| Kind::named(&name))
        });
        let names = names.collect::<io::Result<Vec<_>>>()?;
        let kind = |doc| names.get(usize::try_from(kinds.term_ords(doc).next()?).ok()?).copied()?;
        let mut hits = Vec::with_capacity(ordinals.len());
        let mut found = self.found.iter();
        let is_whole = iris.dictionary().sorted_ords_to_term_cb(&ordinals, |iri| {
            let Some(&(_, doc, score)) = found.next() else { return };
            if let (Some(kind), Ok(iri)) = (kind(doc), str::from_utf8(iri)) {
                let address = DocAddress::new(self.ordinal, doc);
                hits.push(Hit { iri: iri.to_owned(), kind, score: round(score), address });
            }
        })?;
        if is_whole {
            Ok(hits)
        } else {
            Err(TantivyError::InternalError("IRIs are missing".into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tests::TOKENIZER;
    use super::*;

    fn task(iri: &str, heading: &str, text: &str) -> Entry {
        let text = Some(format!("{heading}。{text}"));
        Entry { iri: iri.into(), kind: Kind::Task, names: vec![heading.into()], text }
    }

    fn named(kind: Kind, iri: &str, names: &[&str]) -> Entry {
        let names = names.iter().map(|&name| name.into()).collect();
        Entry { iri: iri.into(), kind, names, text: None }
    }

    fn samples() -> Vec<(String, Vec<Entry>)> {
        let tasks = vec![
            task("t/drop", "抓好控辍保学", "健全台账，落实联控联保责任，防止学生失学辍学。"),
            task("t/teach", "培训教师", "组织教师参加培训，兼顾控辍保学。新建5G教室12间。"),
            task("t/food", "建设社区食堂", "各县（市、区）新建社区食堂。推进助餐服务。"),
        ];
        let agencies = vec![
            named(Kind::Agency, "a/edu", &["青澜市教育局", "市教育局"]),
            named(Kind::Agency, "a/bank", &["青澜市人民银行"]),
        ];
        let documents =
            vec![named(Kind::Document, "d/1", &["青澜市智慧养老行动方案", "青政办发〔2024〕7号"])];
        vec![("g/1".into(), tasks), ("g/2".into(), agencies), ("g/3".into(), documents)]
    }

    fn replace(index: &Index, graphs: &[(String, Vec<Entry>)]) {
        index.replace(graphs.iter().cloned().map(Ok::<_, SearchError>), "stamp").unwrap();
    }

    fn index() -> Index {
        let index = Index::in_memory(Arc::clone(&TOKENIZER)).unwrap();
        replace(&index, &samples());
        index
    }

    fn found(index: &Index, question: &str) -> Vec<String> {
        let found = index.search(question, None).unwrap();
        found.hits.into_iter().map(|hit| hit.iri).collect()
    }

    #[test]
    fn words_phrases_and_parts_of_names_are_found() {
        let index = index();
        for (question, iris) in [
            ("控辍保学", &["t/drop", "t/teach"][..]),
            ("辍保", &["t/drop", "t/teach"]),
            ("控辍保学 培训", &["t/teach"]),
            ("控辍保学 -培训", &["t/drop"]),
            ("食堂 OR 5g", &["t/food", "t/teach"]),
            ("５Ｇ教室", &["t/teach"]),
            ("\"各县市区新建\"", &["t/food"]),
            ("\"食堂推进\"", &[]),
            ("\"教师培训\"", &[]),
            ("教师培训", &["t/teach"]),
            ("教育局", &["a/edu"]),
            ("澜市人", &["a/bank"]),
            ("青政办发2024 7号", &["d/1"]),
            ("养老行动", &["d/1"]),
            ("没有的词", &[]),
        ] {
            let mut found = found(&index, question);
            if question.contains("OR") {
                found.sort();
            }
            assert_eq!(found, iris, "{question}");
        }
    }

    #[test]
    fn agencies_are_found_by_their_sound() {
        let index = index();
        for typed in ["jiaoyuju", "jyj", "JYJ", "qlsjyj", "jiaoyu"] {
            assert_eq!(found(&index, typed), ["a/edu"], "{typed}");
        }
        assert_eq!(found(&index, "yinhang"), ["a/bank"]);
        assert_eq!(found(&index, "shitang"), Vec::<String>::new(), "tasks have no pinyin");
        assert_eq!(found(&index, "\"jyj\""), Vec::<String>::new());
    }

    #[test]
    fn a_heading_counts_more_than_a_text_and_one_kind_can_be_asked_for() {
        let index = index();
        let hits = index.search("控辍保学", None).unwrap().hits;
        assert!(hits[0].score > hits[1].score && hits[1].score > 0.0);
        let only = index.search("青澜市", Some(Kind::Document)).unwrap().hits;
        assert_eq!(only.iter().map(|hit| &*hit.iri).collect::<Vec<_>>(), ["d/1"]);
        let free = index.search("青澜市", None).unwrap().hits;
        let same = free.iter().find(|hit| hit.iri == "d/1").unwrap();
        assert_eq!(same.score, only[0].score, "a restriction changes no score");
    }

    #[test]
    fn a_changed_index_answers_as_one_built_anew() {
        let mut samples = samples();
        let changed = index();
        // Something else in between, then a graph fewer and one other.
        replace(&changed, &[("g/1".into(), vec![task("t/else", "控辍保学", "教育局")])]);
        assert_eq!(found(&changed, "食堂"), Vec::<String>::new());
        samples[0].1.remove(1);
        samples[2].1.clear();
        replace(&changed, &samples);
        let anew = Index::in_memory(Arc::clone(&TOKENIZER)).unwrap();
        replace(&anew, &samples);
        for question in ["控辍保学", "教育", "食堂 OR 教育局", "jyj", "方案"] {
            let answers = |index: &Index| {
                let found = index.search(question, None).unwrap();
                found.hits.into_iter().map(|hit| (hit.iri, hit.score)).collect::<Vec<_>>()
            };
            assert_eq!(answers(&changed), answers(&anew), "{question}");
        }
    }

    #[test]
    fn one_thing_in_two_graphs_is_one_hit() {
        let index = index();
        let again = named(Kind::Document, "d/1", &["智慧养老行动方案"]);
        replace(&index, &[("g/4".into(), vec![again])]);
        assert_eq!(found(&index, "养老"), ["d/1"]);
    }

    #[test]
    fn an_index_on_disk_knows_its_stamp_and_is_all_or_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("search");
        assert!(!Index::has_stamp(&dir, "stamp"));
        let index = Index::create(&dir, Arc::clone(&TOKENIZER)).unwrap();
        assert!(!Index::has_stamp(&dir, "stamp"));
        replace(&index, &samples());
        assert!(Index::has_stamp(&dir, "stamp") && !Index::has_stamp(&dir, "other"));
        let failing = samples().into_iter().map(Ok).chain([Err(SearchError::NothingSought)]);
        let failing = failing.map(|graph| graph.map(|(name, _)| (name, Vec::new())));
        assert!(index.replace(failing, "other").is_err());
        drop(index);
        let index = Index::open(&dir, Arc::clone(&TOKENIZER)).unwrap();
        assert_eq!(found(&index, "jyj"), ["a/edu"]);
        assert!(Index::has_stamp(&dir, "stamp"));
        index.replace::<SearchError>([], "other").unwrap();
        assert!(Index::has_stamp(&dir, "other"));
    }
}
