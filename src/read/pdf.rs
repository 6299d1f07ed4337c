//! PDF (ISO 32000) → printed pages.
//!
//! `hayro` interprets the file and tells each character with its place; nothing is painted. Invariant: no
//! picture is decoded, nothing is fetched, and a file made to take time or memory is refused.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use flate2::read::ZlibDecoder;
use hayro_interpret::font::{Glyph as Shown, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, ParamCurve, PathSeg, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, interpret_page,
};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::ReadError;
use super::draft::Content;
use super::layout::{self, Glyph, Page, Rule};
use crate::knowledge::debris::Debris;

/// A file with more pages is refused.
const PAGES: usize = 5000;
/// So is one with a stream that expands to more bytes,
const STREAM: u64 = 256 << 20;
/// one whose streams together expand to more,
const STREAMS: u64 = 4 << 30;
/// one whose pages do,
const CONTENTS: usize = 512 << 20;
/// one that draws more often,
const DRAWN: usize = 10_000_000;
/// and one that takes longer.
const TIME: usize = 30;
/// Compressed streams in a compressed stream.
const NESTED: usize = 4;
/// A line thicker than this, in points, is an area.
const THICK: f64 = 3.0;
/// Units of a font in the size of its characters.
const UNITS: f64 = 1000.0;

/// Reads a PDF.
///
/// # Errors
/// Where it is damaged or encrypted, where its pages are pictures, where its fonts do not tell what they
/// print, and where it goes beyond a limit.
pub(super) fn read(bytes: &[u8], debris: &Debris) -> Result<Content, ReadError> {
    check_streams(bytes)?;
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => ReadError::Encrypted,
        _ => ReadError::Damaged { part: "its list of objects or of pages".into() },
    })?;
    let pages = catch_unwind(AssertUnwindSafe(|| pages(&pdf))).unwrap_or_else(|panic| {
        match panic.downcast::<Exceeded>() {
            Ok(exceeded) => Err(too_much(exceeded.0, exceeded.1)),
            Err(panic) => resume_unwind(panic),
        }
    })?;
    layout::content(pages, "PDF", debris)
}

fn too_much(limit: usize, what: &'static str) -> ReadError {
    ReadError::TooMuch { part: "the document".into(), limit, what }
}

fn pages(pdf: &Pdf) -> Result<Vec<Page>, ReadError> {
    if pdf.pages().len() > PAGES {
        return Err(too_much(PAGES, "pages"));
    }
    let cache = InterpreterCache::new();
    let mut budget = Budget { drawn: 0, until: Instant::now() + Duration::from_secs(TIME as u64) };
    let mut contents = 0;
    let mut pages = Vec::with_capacity(pdf.pages().len());
    for page in pdf.pages().iter() {
        contents += page.page_stream().map_or(0, <[u8]>::len);
        if contents > CONTENTS {
            return Err(too_much(CONTENTS, "bytes on its pages"));
        }
        let (width, height) = page.render_dimensions();
        let frame = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let upright = Affine::new(page.initial_transform(true).as_coeffs());
        let mut context =
            Context::new(upright, frame, &cache, pdf.xref(), InterpreterSettings::default());
        let mut sheet =
            Sheet { page: Page { width, height, ..Page::default() }, runs: Vec::new(), budget };
        interpret_page(page, &mut context, &mut sheet);
        budget = sheet.budget;
        pages.push(sheet.finish());
    }
    Ok(pages)
}

/// Why interpreting was given up: the library knows no other way to stop it than to unwind.
struct Exceeded(usize, &'static str);

/// What a file may still take.
#[derive(Clone, Copy)]
struct Budget {
    drawn: usize,
    until: Instant,
}

impl Budget {
    fn draw(&mut self, n: usize) {
        self.drawn += n;
        if self.drawn > DRAWN {
            resume_unwind(Box::new(Exceeded(DRAWN, "things to draw")));
        }
        if Instant::now() > self.until {
            resume_unwind(Box::new(Exceeded(TIME, "seconds of work")));
        }
    }
}

/// Takes down what is drawn on a page.
struct Sheet {
    page: Page,
    /// Characters with the direction they are printed in, in quarter turns.
    runs: Vec<(u8, Glyph)>,
    budget: Budget,
}

impl Sheet {
    /// The page, turned so that most of what is printed on it is upright.
    fn finish(mut self) -> Page {
        let turned = |turn| self.runs.iter().filter(|(t, _)| *t == turn).count();
        let turn = (0..4).rev().max_by_key(|&turn| turned(turn)).unwrap_or(0);
        let Page { width, height, .. } = self.page;
        self.page.glyphs =
            self.runs.into_iter().filter(|(t, _)| *t == turn).map(|(_, g)| g).collect();
        if turn % 2 == 1 {
            (self.page.width, self.page.height) = (height, width);
        }
        for rule in &mut self.page.rules {
            let (across, along) = if rule.upright { (width, height) } else { (height, width) };
            // What happens to `x` and `y` at each turn.
            let (flip_at, flip_along) = match (turn, rule.upright) {
                (0, _) => (false, false),
                (2, _) => (true, true),
                (1, true) | (3, false) => (true, false),
                _ => (false, true),
            };
            if flip_at {
                rule.at = across - rule.at;
            }
            if flip_along {
                (rule.from, rule.to) = (along - rule.to, along - rule.from);
            }
            rule.upright ^= turn % 2 == 1;
        }
        self.page
    }

    /// Takes down a character that takes `advance` points of its line.
    fn glyph(&mut self, c: char, at: Point, along: Affine, advance: f64) {
        let [a, b, s, t, ..] = along.as_coeffs();
        // What is printed askew is a stamp laid over the page.
        let askew = a.abs().min(b.abs()) > 0.1 * a.abs().max(b.abs());
        if askew || !at.is_finite() || !advance.is_finite() {
            return;
        }
        let turn = match (a.abs() > b.abs(), a > 0.0, b > 0.0) {
            (true, true, _) => 0,
            (true, false, _) => 2,
            (false, _, true) => 1,
            (false, _, false) => 3,
        };
        let (width, height) = (f64::from(self.page.width), f64::from(self.page.height));
        let (x, y) = match turn {
            0 => (at.x, at.y),
            1 => (at.y, width - at.x),
            2 => (width - at.x, height - at.y),
            _ => (height - at.y, at.x),
        };
        let right = x + advance;
        let size = s.hypot(t) * UNITS;
        #[expect(clippy::cast_possible_truncation, reason = "a hundredth of a point is enough")]
        let glyph =
            Glyph { c, left: x as f32, right: right as f32, base: y as f32, size: size as f32 };
        self.runs.push((turn, glyph));
    }

    fn rule(&mut self, from: Point, to: Point) {
        let (wide, high) = ((from.x - to.x).abs(), (from.y - to.y).abs());
        let upright = high > wide;
        let (thick, at) = if upright { (wide, from.x + to.x) } else { (high, from.y + to.y) };
        let (from, to) = if upright { (from.y, to.y) } else { (from.x, to.x) };
        if thick <= THICK {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a hundredth of a point is enough"
            )]
            self.page.rules.push(Rule {
                upright,
                at: (at / 2.0) as f32,
                from: from.min(to) as f32,
                to: from.max(to) as f32,
            });
        }
    }
}

impl Device<'_> for Sheet {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'_>, mode: &DrawMode) {
        let path = props.transform * path.clone();
        self.budget.draw(path.elements().len());
        self.page.paths += 1;
        if matches!(mode, DrawMode::Stroke(_) | DrawMode::FillAndStroke(..)) {
            for segment in path.segments() {
                if let PathSeg::Line(line) = segment {
                    self.rule(line.start(), line.end());
                }
            }
            return;
        }
        // A filled area is a line if it is thin; one fill may paint many.
        let mut corners: Option<Rect> = None;
        let mut areas = Vec::new();
        let mut start = None;
        for segment in path.segments() {
            let PathSeg::Line(line) = segment else { return };
            if start != Some(line.start()) {
                areas.extend(corners.take());
            }
            start = Some(line.end());
            let here = Rect::from_points(line.start(), line.end());
            corners = Some(corners.map_or(here, |c| c.union(here)));
        }
        areas.extend(corners);
        for area in areas {
            if area.width().min(area.height()) <= THICK {
                self.rule(area.origin(), Point::new(area.x1, area.y1));
            }
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        self.budget.draw(run.glyphs().len());
        let glyphs = run.glyphs();
        for (i, glyph) in glyphs.iter().enumerate() {
            let along = props.transform * glyph.transform();
            let at = along * Point::ORIGIN;
            let known = glyph.as_unicode();
            let text: &[char] = match &known {
                Some(BfString::Char(c)) => std::slice::from_ref(c),
                Some(BfString::String(s)) => &s.chars().collect::<Vec<_>>(),
                None => &[char::REPLACEMENT_CHARACTER],
            };
            let told = match &**glyph {
                Shown::Outline(outline) => outline.advance_width(),
                Shown::Type3(drawn) => drawn.advance_width(),
            };
            let [.., s, t, _, _] = along.as_coeffs();
            let mut advance = f64::from(told.unwrap_or(500.0)).abs() * s.hypot(t);
            // The next one may stand nearer: a font may be set narrow.
            if let Some(next) = glyphs.get(i + 1) {
                let room = (props.transform * next.transform() * Point::ORIGIN - at).hypot();
                if room > 0.3 * advance {
                    advance = advance.min(room);
                }
            }
            // A ligature stands for several characters.
            #[expect(clippy::cast_precision_loss, reason = "a few")]
            let each = advance / text.len() as f64;
            for (&c, n) in text.iter().zip(0i32..) {
                let [a, b, ..] = along.as_coeffs();
                let step = each * f64::from(n) / a.hypot(b).max(f64::MIN_POSITIVE);
                self.glyph(c, along * Point::new(step, 0.0), along, each);
            }
        }
    }

    fn draw_image(&mut self, image: Image<'_, '_>, props: ImageDrawProps<'_>) {
        self.budget.draw(1);
        let size = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let page = Rect::new(0.0, 0.0, f64::from(self.page.width), f64::from(self.page.height));
        let area = props.transform.transform_rect_bbox(size).intersect(page);
        #[expect(clippy::cast_possible_truncation, reason = "a share")]
        let share = (area.area() / page.area()) as f32;
        self.page.pictures += share;
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.budget.draw(1);
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {
        self.budget.draw(1);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

/// Refuses a file with a stream made to fill the memory.
///
/// The library expands a stream as a whole, so each is expanded here first, piece by piece.
fn check_streams(bytes: &[u8]) -> Result<(), ReadError> {
    let mut left = STREAMS;
    for at in memchr::memmem::find_iter(bytes, b"stream") {
        if bytes[..at].ends_with(b"end") {
            continue;
        }
        let rest = &bytes[at + 6..];
        let data = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"));
        let data = data.or_else(|| rest.strip_prefix(b"\r")).unwrap_or(rest);
        let limit = left.min(STREAM);
        let size = match grows(&bytes[..at]) {
            1 => expanded(data, limit),
            times => (expanded(data, limit).max(length(data)) * times).min(limit),
        };
        if size >= limit {
            let limit = usize::try_from(STREAM).unwrap_or(usize::MAX);
            return Err(ReadError::Expands { part: format!("the stream at byte {at}"), limit });
        }
        left -= size;
    }
    Ok(())
}

/// How many times the rarer compressions that a stream states before it, `LZWDecode` and `RunLengthDecode`, may let it
/// grow. Pictures are not expanded.
fn grows(before: &[u8]) -> u64 {
    let dictionary = &before[before.len().saturating_sub(2048)..];
    let from = memchr::memmem::rfind(dictionary, b"obj").unwrap_or(0);
    let says = |name: &[u8]| memchr::memmem::find(&dictionary[from..], name).is_some();
    match (says(b"/LZW"), says(b"/RunLength") || says(b"/RL")) {
        _ if says(b"/Image") => 1,
        (false, false) => 1,
        (false, true) => 64,
        (true, _) => 2730,
    }
}

/// How long a stream is, as far as one is read that may grow.
fn length(data: &[u8]) -> u64 {
    let data = &data[..data.len().min(1 << 22)];
    memchr::memmem::find(data, b"endstream").unwrap_or(data.len()) as u64
}

/// To how many bytes `data` expands, at most `limit`: it may be compressed more than once.
fn expanded(data: &[u8], limit: u64) -> u64 {
    let mut most = 0;
    for depth in 1..=NESTED {
        let mut reader: Box<dyn Read + '_> = Box::new(data);
        for _ in 0..depth {
            let mut head = [0; 2];
            let read = reader.read_exact(&mut head);
            if read.is_err() || head[0] & 0x0f != 8 || !u16::from_be_bytes(head).is_multiple_of(31)
            {
                return most;
            }
            reader = Box::new(ZlibDecoder::new(io::Cursor::new(head).chain(reader)));
        }
        let mut buffer = vec![0; 1 << 16];
        let mut size = 0;
        while let Ok(n @ 1..) = reader.read(&mut buffer)
            && size < limit
        {
            size += n as u64;
        }
        most = most.max(size);
        if most >= limit {
            return limit;
        }
    }
    // Nobody compresses so often.
    limit
}
