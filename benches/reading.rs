//! How fast bytes of documents become quads on one core, beside two yardsticks over the same text in
//! the same run: segmentation by jieba-rs, and a bare scan for the names of all known bodies.
//!
//! It reads `../shared/corpus/text` where that is, else the samples, and says which. The last group
//! reads one document at three lengths: the throughput must not fall.

use std::hint::black_box;
use std::path::Path;

use aho_corasick::AhoCorasick;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gangmu::knowledge::Knowledge;
use gangmu::store::CountingAllocator;
use gangmu::{pipeline, rdf};
use jieba_rs::Jieba;

/// The program's own.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Where documents are looked for, and what the results call them.
const SOURCES: [(&str, &str); 2] =
    [("../shared/corpus/text", "corpus"), ("seeds/samples", "samples")];

/// A document that is read once and several times over.
const REPEATED: &str = "seeds/samples/business-environment-plan-2024.txt";

fn here(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files of the first source that there is, by name, and what it is called.
fn documents() -> (Vec<(String, Vec<u8>)>, &'static str) {
    let (folder, called) = SOURCES
        .into_iter()
        .map(|(path, called)| (here(path), called))
        .find(|(path, _)| path.is_dir())
        .expect("the samples are part of the project");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt" || e == "html"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (name, std::fs::read(path).expect("a readable file"))
    };
    (paths.iter().map(read).collect(), called)
}

/// The quads of one document; how many there are.
fn quads(name: &str, bytes: &[u8], knowledge: &Knowledge, base: &rdf::Base) -> usize {
    let Ok(reading) = pipeline::read(name, bytes, knowledge) else { return 0 };
    let described = rdf::quads(&reading.as_rdf(), base);
    black_box(&described).own.len() + described.shared.len()
}

fn reading(criterion: &mut Criterion) {
    let (documents, called) = documents();
    let knowledge = Knowledge::embedded();
    let base = rdf::Base::new("http://localhost/").expect("a constant IRI");
    let size: usize = documents.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{called}: {} documents, {size} bytes", documents.len());

    let texts: Vec<String> = documents
        .iter()
        .filter_map(|(name, bytes)| pipeline::read(name, bytes, &knowledge).ok())
        .map(|reading| reading.document.text.as_str().to_owned())
        .collect();
    let characters = texts.iter().map(String::len).sum::<usize>() as u64;
    let jieba = Jieba::new();
    let names = AhoCorasick::new(knowledge.agencies.forms()).expect("names of moderate size");

    let mut group = criterion.benchmark_group(called);
    group.sample_size(10);
    group.throughput(Throughput::Bytes(size as u64));
    group.bench_function("bytes to quads", |b| {
        b.iter(|| {
            let each = |(name, bytes): &(String, Vec<u8>)| quads(name, bytes, &knowledge, &base);
            documents.iter().map(each).sum::<usize>()
        });
    });
    group.throughput(Throughput::Bytes(characters));
    group.bench_function("jieba-rs segmentation", |b| {
        b.iter(|| texts.iter().map(|text| jieba.cut(text, true).len()).sum::<usize>());
    });
    group.bench_function("scan for names of bodies", |b| {
        b.iter(|| texts.iter().map(|text| names.find_iter(text).count()).sum::<usize>());
    });
    group.finish();
}

fn linearity(criterion: &mut Criterion) {
    let knowledge = Knowledge::embedded();
    let base = rdf::Base::new("http://localhost/").expect("a constant IRI");
    let document = std::fs::read_to_string(here(REPEATED)).expect("a sample");
    let mut group = criterion.benchmark_group("one document, repeated");
    group.sample_size(10);
    for times in [1, 4, 16] {
        let longer = document.repeat(times);
        group.throughput(Throughput::Bytes(longer.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(times), &longer, |b, text| {
            b.iter(|| quads(REPEATED, text.as_bytes(), &knowledge, &base));
        });
    }
    group.finish();
}

criterion_group!(benches, reading, linearity);
criterion_main!(benches);
