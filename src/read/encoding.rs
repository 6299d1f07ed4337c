//! Bytes → string: UTF-8, UTF-16, GB18030 (with GBK and GB 2312) and Big5, with or without a mark.
//!
//! Invariant: what is returned is text: no NUL, hardly any control character or lost character.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memmem};

use super::ReadError;

/// So many bytes are looked at to guess an encoding.
const SAMPLE: usize = 1 << 16;
/// Fewer bytes do not tell UTF-16 from a binary file.
const SHORTEST: usize = 32;
/// One lost or control character in so many is damage; more is no text.
const TOLERATED: usize = 200;

/// The text of `bytes`, without byte order mark.
///
/// # Errors
/// Where there is nothing, bytes that no text has, or an encoding that is none of the known ones.
pub(super) fn decode(bytes: &[u8]) -> Result<String, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let string = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => decode_as(encoding, &bytes[mark..]),
        None if let Some(encoding) = utf_16(bytes) => decode_as(encoding, bytes),
        None => {
            if let Some(offset) = memchr(0, bytes) {
                return Err(ReadError::Binary { offset });
            }
            // Damage in a few places does not make UTF-8 another encoding.
            match std::str::from_utf8(bytes) {
                Ok(string) => string.to_owned(),
                Err(_) => decode_as(guess(bytes), bytes),
            }
        }
    };
    check(string)
}

/// How the names of files in an archive are decoded, told by all of them: each alone is too short to tell.
pub(super) fn of_names<'n>(names: impl Iterator<Item = &'n [u8]>) -> impl Fn(&[u8]) -> String {
    let other: Vec<&[u8]> = names.filter(|name| str::from_utf8(name).is_err()).collect();
    let encoding = guess(&other.join(&b'\n'));
    move |name| match str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => decode_as(encoding, name),
    }
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16 without a mark: every other byte of its ASCII characters and line breaks is NUL, and of
/// its Chinese characters from 0x4E to 0x9F.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if !bytes.len().is_multiple_of(2) || bytes.len() < SHORTEST || !sample.contains(&0) {
        return None;
    }
    let high = |first: usize| {
        let likely = |b: &&u8| matches!(b, 0 | 0x20 | 0x30 | 0x4e..=0x9f | 0xff);
        sample.iter().skip(first).step_by(2).filter(likely).count()
    };
    let zero = |first: usize| sample.iter().skip(first).step_by(2).any(|&b| b == 0);
    let pairs = sample.len() / 2;
    match (high(0), high(1)) {
        (be, le) if be * 100 >= pairs * 98 && be > le && !zero(1) => Some(UTF_16BE),
        (be, le) if le * 100 >= pairs * 98 && le > be && !zero(0) => Some(UTF_16LE),
        _ => None,
    }
}

/// The encoding that a page declares, or else the likeliest.
fn guess(bytes: &[u8]) -> &'static Encoding {
    if let Some(declared) = declared(bytes)
        && (declared == GB18030 || declared == BIG5 || declared == UTF_8)
        && losses(&decode_as(declared, &bytes[..bytes.len().min(SAMPLE)]))
            <= bytes.len() / TOLERATED
    {
        return declared;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], bytes.len() <= SAMPLE);
    let guess = detector.guess(None, Utf8Detection::Allow);
    if guess == BIG5 || guess == UTF_8 { guess } else { GB18030 }
}

/// The encoding of a `<meta charset>` or an XML declaration.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let at = ["charset=", "encoding="].iter().find_map(|key| Some(head.find(key)? + key.len()))?;
    let label: String = head[at..]
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    let encoding = Encoding::for_label(label.as_bytes())?;
    // The web's GBK is read as GB18030, which contains it.
    Some(if encoding.name() == "GBK" { GB18030 } else { encoding })
}

/// Characters that text does not have: lost ones and control characters.
fn losses(string: &str) -> usize {
    let control = |&b: &u8| u8::from(b < b' ' && !matches!(b, b'\t'..=b'\r' | 0x1a) || b == 0x7f);
    // So many bytes at once that the sum fits in one.
    let controls = |some: &[u8]| usize::from(some.iter().map(control).sum::<u8>());
    string.as_bytes().chunks(64).map(controls).sum::<usize>()
        + memmem::find_iter(string.as_bytes(), "\u{fffd}").count()
}

fn check(string: String) -> Result<String, ReadError> {
    let lost = losses(&string);
    if lost > 0 && lost > string.len() / 3 / TOLERATED {
        return Err(ReadError::UnknownEncoding);
    }
    Ok(string)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "青澜市教育局要会同市财政局，在2024年底前完成全部任务。\n";

    fn text() -> String {
        SENTENCE.repeat(20)
    }

    #[test]
    fn encodings_of_chinese_files() {
        let utf16 = |be: bool, mark: bool| -> Vec<u8> {
            let order = |u: u16| if be { u.to_be_bytes() } else { u.to_le_bytes() };
            let mark = mark.then_some(0xfeff).into_iter();
            mark.chain(text().encode_utf16()).flat_map(order).collect()
        };
        let traditional = "青瀾市教育局應會同市財政局，於年底前完成全部任務。\n".repeat(20);
        assert_eq!(decode(text().as_bytes()).unwrap(), text());
        assert_eq!(decode(format!("\u{feff}{}", text()).as_bytes()).unwrap(), text());
        assert_eq!(decode(&GB18030.encode(&text()).0).unwrap(), text());
        assert_eq!(decode(&BIG5.encode(&traditional).0).unwrap(), traditional);
        for (be, mark) in [(true, true), (true, false), (false, true), (false, false)] {
            assert_eq!(decode(&utf16(be, mark)).unwrap(), text(), "big endian {be}, mark {mark}");
        }
    }

    #[test]
    fn a_page_says_its_encoding() {
        let page = "<meta charset=\"gb2312\"><p>青澜</p>";
        assert_eq!(decode(&GB18030.encode(page).0).unwrap(), page);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(decode(b""), Err(ReadError::Empty));
        assert_eq!(decode(b"%PDF\x01\x00\x02"), Err(ReadError::Binary { offset: 5 }));
        let noise: Vec<u8> =
            (1..4000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8 | 1).collect();
        assert_eq!(decode(&noise), Err(ReadError::UnknownEncoding));
    }
}
