//! A document → all that is read in it, as quads, and its audit. The input is in UTF-8.
#![no_main]

use gangmu_fuzz::{KNOWLEDGE, NAMES, sound};

libfuzzer_sys::fuzz_target!(|string: &str| {
    for name in NAMES {
        sound::check(name, string.as_bytes(), &KNOWLEDGE);
    }
});
