//! OFD (GB/T 33190) → printed pages: a ZIP file of XML, with each character's place.
//!
//! Units are millimetres, `y` grows downward. Invariant: pages stand in the order of the document; signatures and
//! annotations are no part of the text.

use std::collections::HashMap;

use super::ReadError;
use super::archive::Archive;
use super::draft::Content;
use super::layout::{self, Glyph, Page, Rule};
use super::xml::{self, Node};
use crate::knowledge::debris::Debris;

/// A file with more pages is refused.
const PAGES: usize = 5000;
/// So is one that draws more.
const DRAWN: usize = 5_000_000;
/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;
/// A line thicker than this, in millimetres, is an area.
const THICK: f32 = 1.0;

/// Reads an OFD file.
///
/// # Errors
/// Where it is damaged, where its pages are pictures, and where it goes beyond a limit.
pub(super) fn read(bytes: &[u8], debris: &Debris) -> Result<Content, ReadError> {
    let mut package = Package { archive: Archive::open(bytes)?, drawn: 0 };
    let root = package.part("OFD.xml")?;
    let mut pages = Vec::new();
    for body in root.all("DocRoot") {
        package.document(&resolve("", body.text.trim()), &mut pages)?;
    }
    layout::content(pages, "OFD", debris)
}

fn too_much(limit: usize, what: &'static str) -> ReadError {
    ReadError::TooMuch { part: "the document".into(), limit, what }
}

struct Package<'b> {
    archive: Archive<'b>,
    drawn: usize,
}

impl Package<'_> {
    fn part(&mut self, name: &str) -> Result<Element, ReadError> {
        let bytes = self.archive.part(name)?;
        parse(name, &bytes.ok_or_else(|| ReadError::Damaged { part: name.to_owned() })?)
    }

    fn document(&mut self, name: &str, pages: &mut Vec<Page>) -> Result<(), ReadError> {
        let document = self.part(name)?;
        let base = document.first("CommonData").and_then(|c| c.first("PageArea")).and_then(area);
        let mut templates: HashMap<&str, String> = HashMap::new();
        for template in document.all("TemplatePage") {
            if let (Some(id), Some(at)) = (template.attribute("ID"), template.attribute("BaseLoc"))
            {
                templates.insert(id, resolve(name, at));
            }
        }
        let mut read: HashMap<String, Element> = HashMap::new();
        let listed = document.first("Pages").map(|p| p.all("Page")).unwrap_or_default();
        for page in listed {
            if pages.len() >= PAGES {
                return Err(too_much(PAGES, "pages"));
            }
            let Some(at) = page.attribute("BaseLoc") else { continue };
            let page = self.part(&resolve(name, at))?;
            let frame = page.first("Area").and_then(area).or(base).unwrap_or(A4);
            let mut sheet = Sheet::new(frame);
            for used in page.all("Template") {
                let Some(at) = used.attribute("TemplateID").and_then(|id| templates.get(id)) else {
                    continue;
                };
                if !read.contains_key(at) {
                    let template = self.part(at)?;
                    read.insert(at.clone(), template);
                }
                sheet.draw(&read[at], Matrix::ONE);
            }
            sheet.draw(&page, Matrix::ONE);
            self.drawn += sheet.page.glyphs.len() + sheet.page.rules.len() + sheet.page.paths;
            if self.drawn > DRAWN {
                return Err(too_much(DRAWN, "things to draw"));
            }
            pages.push(sheet.page);
        }
        Ok(())
    }
}

/// A location in the part `from`: absolute, or relative to the folder of that part.
fn resolve(from: &str, to: &str) -> String {
    let mut path: Vec<&str> = match to.starts_with('/') {
        true => Vec::new(),
        false => {
            from.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect())
        }
    };
    for step in to.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

/// An element with what is in it; names are without the prefix of their namespace.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    /// The value of an attribute. Some writers do not keep to the case of its name.
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    fn first(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    /// All elements of this name, at any depth, in order.
    fn all(&self, name: &str) -> Vec<&Element> {
        let mut out = Vec::new();
        self.collect(name, &mut out);
        out
    }

    fn collect<'e>(&'e self, name: &str, out: &mut Vec<&'e Element>) {
        for child in &self.children {
            if child.name == name {
                out.push(child);
            }
            child.collect(name, out);
        }
    }

    /// The numbers of an attribute.
    fn numbers(&self, name: &str) -> Vec<f32> {
        self.attribute(name).map(numbers).unwrap_or_default()
    }
}

fn numbers(text: &str) -> Vec<f32> {
    text.split_whitespace().filter_map(|n| n.parse().ok()).filter(|n: &f32| n.is_finite()).collect()
}

/// The outermost element of a part.
fn parse(part: &str, bytes: &[u8]) -> Result<Element, ReadError> {
    let mut open = vec![Element::default()];
    xml::read(part, bytes, |node| {
        match node {
            Node::Start(tag) => open.push(Element {
                name: tag.name.to_owned(),
                attributes: tag.attributes().collect(),
                ..Element::default()
            }),
            Node::Text(text) => {
                if let Some(last) = open.last_mut() {
                    last.text.push_str(text);
                }
            }
            Node::End(_) => {
                if let Some(done) = open.pop()
                    && let Some(outer) = open.last_mut()
                {
                    outer.children.push(done);
                }
            }
        }
        Ok(())
    })?;
    let root = open.pop().and_then(|whole| whole.children.into_iter().next());
    root.ok_or_else(|| ReadError::Damaged { part: part.to_owned() })
}

/// Left and upper edge, width and height.
type Frame = [f32; 4];

const A4: Frame = [0.0, 0.0, 210.0, 297.0];

fn frame(text: &str) -> Option<Frame> {
    numbers(text).try_into().ok()
}

/// What a page area says of the size of the paper.
fn area(element: &Element) -> Option<Frame> {
    ["PhysicalBox", "ApplicationBox"].iter().find_map(|name| frame(&element.first(name)?.text))
}

/// A transformation: `a b c d e f`.
#[derive(Clone, Copy)]
struct Matrix([f32; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn of(element: &Element) -> Self {
        element.numbers("CTM").try_into().map_or(Self::ONE, Self)
    }

    fn point(self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// First `self`, then `next`.
    fn then(self, next: Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let (n, (x, y)) = (next.0, next.point(e, f));
        Self([
            n[0] * a + n[2] * b,
            n[1] * a + n[3] * b,
            n[0] * c + n[2] * d,
            n[1] * c + n[3] * d,
            x,
            y,
        ])
    }
}

/// Takes down what is drawn on a page.
struct Sheet {
    page: Page,
    frame: Frame,
}

impl Sheet {
    fn new(frame: Frame) -> Self {
        let page = Page { width: frame[2] * POINTS, height: frame[3] * POINTS, ..Page::default() };
        Self { page, frame }
    }

    /// Draws what is in `element`, which is in a coordinate system of its own.
    fn draw(&mut self, element: &Element, outer: Matrix) {
        for child in &element.children {
            let frame = child.attribute("Boundary").and_then(frame).unwrap_or_default();
            // Inside of an object its frame is where places are counted from.
            let inner = || {
                Matrix::of(child).then(Matrix([1.0, 0.0, 0.0, 1.0, frame[0], frame[1]])).then(outer)
            };
            match child.name.as_str() {
                "TextObject" => self.text(child, inner()),
                "PathObject" => self.path(child, inner()),
                "ImageObject" | "CompositeObject" => self.picture(frame, outer),
                // Layers and blocks of a page.
                "Content" | "Layer" | "PageBlock" => self.draw(child, outer),
                _ => {}
            }
        }
    }

    /// The place of a point on the paper, in points.
    fn point(&self, matrix: Matrix, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = matrix.point(x, y);
        ((x - self.frame[0]) * POINTS, (y - self.frame[1]) * POINTS)
    }

    fn text(&mut self, object: &Element, matrix: Matrix) {
        let [a, b, c, d, ..] = matrix.0;
        // What is printed askew is a stamp laid over the page.
        if b.abs() > 0.1 * a.abs() {
            return;
        }
        let size = object.numbers("Size").first().copied().unwrap_or(3.0);
        let stretch = object.numbers("HScale").first().copied().unwrap_or(1.0);
        let (mut x, mut y) = (0.0, 0.0);
        for code in object.children.iter().filter(|c| c.name == "TextCode") {
            x = code.numbers("X").first().copied().unwrap_or(x);
            y = code.numbers("Y").first().copied().unwrap_or(y);
            let (across, down) = (Steps::of(code, "DeltaX"), Steps::of(code, "DeltaY"));
            let (mut across, mut down) = (across.list.into_iter(), down.list.into_iter());
            for shown in code.text.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')) {
                let (left, base) = self.point(matrix, x, y);
                let step = across.next();
                let em = size * stretch * a.abs();
                let width = if layout::is_wide(shown) { em } else { 0.5 * em };
                // A step that is no wider than a Chinese character leaves no gap.
                let told = step.map(|step| (step * a).abs()).filter(|s| *s > 0.3 * width);
                let width = told.map_or(width, |s| if s < 1.05 * em { s } else { width });
                let glyph = Glyph {
                    c: shown,
                    left,
                    right: left + width * POINTS,
                    base,
                    size: size * c.hypot(d) * POINTS,
                };
                self.page.glyphs.push(glyph);
                let turned = down.next();
                x +=
                    step.unwrap_or(if turned.is_some() { 0.0 } else { width / a.abs().max(0.001) });
                y += turned.unwrap_or(0.0);
            }
        }
    }

    fn path(&mut self, object: &Element, matrix: Matrix) {
        self.page.paths += 1;
        let Some(data) = object.first("AbbreviatedData") else { return };
        let filled = object.attribute("Fill") == Some("true");
        let stroked = object.attribute("Stroke") != Some("false");
        let mut from = (0.0, 0.0);
        let mut start = from;
        let mut corners: Vec<(f32, f32)> = Vec::new();
        let mut words = data.text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let mut taken = Vec::new();
            while let Some(number) = words.peek().and_then(|w| w.parse::<f32>().ok()) {
                taken.push(number);
                words.next();
            }
            let end = match (word, taken.as_slice()) {
                ("S" | "M" | "L", &[x, y, ..]) => self.point(matrix, x, y),
                ("C", _) => start,
                // Curves are no lines of a table.
                (_, &[.., x, y]) => {
                    from = self.point(matrix, x, y);
                    continue;
                }
                _ => continue,
            };
            match word {
                "S" | "M" => start = end,
                _ if stroked => self.rule(from, end),
                _ => {}
            }
            corners.push(end);
            from = end;
        }
        if filled && !stroked {
            let bound = |pick: fn(&(f32, f32)) -> f32, fold: fn(f32, f32) -> f32| {
                corners.iter().map(pick).reduce(fold).unwrap_or(0.0)
            };
            let low = (bound(|c| c.0, f32::min), bound(|c| c.1, f32::min));
            let high = (bound(|c| c.0, f32::max), bound(|c| c.1, f32::max));
            self.rule(low, high);
        }
    }

    fn rule(&mut self, from: (f32, f32), to: (f32, f32)) {
        let (wide, high) = ((from.0 - to.0).abs(), (from.1 - to.1).abs());
        let upright = high > wide;
        let (at, from, to) = match upright {
            true => (f32::midpoint(from.0, to.0), from.1, to.1),
            false => (f32::midpoint(from.1, to.1), from.0, to.0),
        };
        if wide.min(high) <= THICK * POINTS {
            self.page.rules.push(Rule { upright, at, from: from.min(to), to: from.max(to) });
        }
    }

    fn picture(&mut self, frame: Frame, outer: Matrix) {
        let ((left, top), (right, foot)) = (
            self.point(outer, frame[0], frame[1]),
            self.point(outer, frame[0] + frame[2], frame[1] + frame[3]),
        );
        let across = right.min(self.page.width) - left.max(0.0);
        let down = foot.min(self.page.height) - top.max(0.0);
        let whole = self.page.width * self.page.height;
        if across > 0.0 && down > 0.0 && whole > 0.0 {
            self.page.pictures += across * down / whole;
        }
    }
}

/// How far it is from each character to the next: numbers, `g n d` for `n` times `d`.
#[derive(Default)]
struct Steps {
    list: Vec<f32>,
}

impl Steps {
    /// A text has no more characters.
    const MOST: usize = 1 << 16;

    fn of(code: &Element, name: &str) -> Self {
        let mut steps = Self::default();
        let mut words = code.attribute(name).unwrap_or_default().split_whitespace();
        while let Some(word) = words.next() {
            let (times, step) = match word {
                "g" => (words.next().and_then(|n| n.parse().ok()), words.next()),
                word => (Some(1usize), Some(word)),
            };
            let (Some(times), Some(step)) = (times, step.and_then(|d| d.parse::<f32>().ok()))
            else {
                break;
            };
            let room = Self::MOST.saturating_sub(steps.list.len());
            steps.list.extend(std::iter::repeat_n(step, times.min(room)));
        }
        steps
    }
}
