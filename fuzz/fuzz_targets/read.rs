//! Bytes → clean text.
#![no_main]

use gangmu::read::read;
use gangmu_fuzz::{KNOWLEDGE, NAMES, sound};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in NAMES {
        if let Ok(text) = read(name, bytes, &KNOWLEDGE.debris) {
            sound::text(&text);
        }
    }
});
