//! Clean text → head and tree of items. The input is the text of a document, in UTF-8.
#![no_main]

use gangmu::outline::outline;
use gangmu::read::read;
use gangmu_fuzz::{KNOWLEDGE, NAMES, sound};

libfuzzer_sys::fuzz_target!(|string: &str| {
    let tables = &*KNOWLEDGE;
    for name in NAMES {
        if let Ok(text) = read(name, string.as_bytes(), &tables.debris) {
            let document = outline(text, &tables.outline, &tables.roles, &tables.agencies);
            sound::head(&document);
            sound::nodes(&document);
        }
    }
});
