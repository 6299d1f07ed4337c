//! The value of a cell → what a person sees there: `0.85` under a format of percent is `85%`, a day is
//! written as documents write it.
//!
//! Numbers are ssfmt's (the format codes of ECMA-376 part 1, 18.8.31). Dates are written in one way, with the
//! parts that their format shows: under `yyyy"年"m"月"` nobody was told a day, whatever the cell keeps.

use calamine::{DataRef, NumberFormat};

/// No program writes a longer format.
const LONGEST_FORMAT: usize = 255;

/// A format of numbers, of one style of cells.
pub(super) struct Format {
    /// None where numbers are shown as they are.
    numbers: Option<ssfmt::NumberFormat>,
    dates: Shows,
}

/// The parts of a date that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shows {
    year: bool,
    month: bool,
    day: bool,
    time: bool,
}

impl Format {
    pub fn new(format: Option<&NumberFormat>) -> Self {
        let code = format.map_or("", |f| f.format_code.as_str());
        // Such a thing is no format but an attack on who applies it.
        let code = if code.len() > LONGEST_FORMAT { "" } else { code };
        let code = if matches!(code, "General" | "@") { "" } else { code };
        let parse = || ssfmt::NumberFormat::parse(code).ok();
        Self {
            numbers: if code.is_empty() { None } else { parse() },
            dates: Shows::of(code, format.and_then(|f| f.format_id)),
        }
    }

    /// What is seen of a value.
    pub fn show(&self, value: &DataRef<'_>) -> String {
        match value {
            DataRef::Empty => String::new(),
            DataRef::String(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Int(number) => self.number(*number as f64),
            DataRef::Float(number) => self.number(*number),
            DataRef::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
            DataRef::DateTime(date) if date.is_datetime() => {
                let (year, month, day, hour, minute, ..) = date.to_ymd_hms_milli();
                self.dates.write([year, month.into(), day.into(), hour.into(), minute.into()])
            }
            DataRef::DateTime(duration) => self.number(duration.as_f64()),
            DataRef::DateTimeIso(date) => match iso(date) {
                Some(parts) => self.dates.write(parts),
                None => date.clone(),
            },
            DataRef::DurationIso(duration) => duration.clone(),
            DataRef::Error(error) => error.to_string(),
        }
    }

    fn number(&self, number: f64) -> String {
        match &self.numbers {
            Some(format) => format.format(number, &ssfmt::FormatOptions::default()),
            None => general(number),
        }
    }
}

/// A number without the noise of binary fractions: 0.3, not 0.30000000000000004.
fn general(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// Year, month, day, hour and minute of `2024-06-30T08:30:00`.
fn iso(date: &str) -> Option<[u16; 5]> {
    let mut parts = date.split(['-', 'T', ':']).map(|part| part.parse().ok());
    let mut next = || parts.next().flatten();
    let day = [next()?, next()?, next()?];
    Some([day[0], day[1], day[2], next().unwrap_or(0), next().unwrap_or(0)])
}

impl Shows {
    /// What a format shows: told by its code, or by its number where it has none (ECMA-376 part 1, 18.8.30,
    /// as Chinese programs take those numbers).
    fn of(code: &str, id: Option<u32>) -> Self {
        let shows = |year, month, day, time| Self { year, month, day, time };
        match id {
            Some(27 | 36 | 50 | 52 | 57) => return shows(true, true, false, false),
            Some(28 | 29 | 51 | 53 | 54 | 58) => return shows(false, true, true, false),
            Some(32..=35 | 55 | 56) => return shows(false, false, false, true),
            _ => {}
        }
        let (mut quoted, mut bracket, mut escaped) = (false, false, false);
        let mut letters = String::new();
        for c in code.chars() {
            match c {
                _ if std::mem::take(&mut escaped) => {}
                '\\' | '_' | '*' => escaped = true,
                '"' => quoted = !quoted,
                '[' => bracket = true,
                ']' => bracket = false,
                ';' if !quoted => break,
                _ if quoted || bracket => {}
                _ => letters.push(c.to_ascii_lowercase()),
            }
        }
        let has = |c| letters.contains(c);
        let time = has('h') || has('s');
        let (year, day) = (has('y') || has('e'), has('d'));
        // Minutes are written like months.
        let month = has('m') && (year || day || !time);
        match year || month || day || time {
            true => shows(year, month, day, time),
            false => shows(true, true, true, false),
        }
    }

    fn write(self, [year, month, day, hour, minute]: [u16; 5]) -> String {
        let part = |shown, part: String| if shown { part } else { String::new() };
        [
            part(self.year, format!("{year}年")),
            part(self.month, format!("{month}月")),
            part(self.day, format!("{day}日")),
            part(self.time && self.day, " ".to_owned()),
            part(self.time, format!("{hour}:{minute:02}")),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use calamine::{ExcelDateTime, ExcelDateTimeType};

    use super::*;

    fn format(code: &str) -> Format {
        let mut format = NumberFormat::default();
        format.format_code = code.to_owned();
        Format::new(Some(&format))
    }

    #[test]
    fn numbers_are_seen_as_their_format_says() {
        for (code, number, seen) in [
            ("General", 0.1 + 0.2, "0.3"),
            ("General", 2024.0, "2024"),
            ("@", 12.5, "12.5"),
            ("0%", 0.85, "85%"),
            ("0.0%", 0.853, "85.3%"),
            ("#,##0.00", 12500.0, "12,500.00"),
            ("0\"万元\"", 300.0, "300万元"),
            ("\"≥\"0.0", 7.25, "≥7.3"),
            ("0;-0;\"无\";@", 0.0, "无"),
            (&"0".repeat(400), 7.0, "7"),
        ] {
            assert_eq!(format(code).show(&DataRef::Float(number)), seen, "{code}");
        }
    }

    #[test]
    fn a_date_says_no_more_than_is_seen() {
        let date = |value| {
            DataRef::DateTime(ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false))
        };
        for (code, seen) in [
            ("mm-dd-yy", "2024年6月30日"),
            ("yyyy\"年\"m\"月\"d\"日\"", "2024年6月30日"),
            ("[$-804]yyyy\"年\"m\"月\";@", "2024年6月"),
            ("m/d", "6月30日"),
            ("yyyy/m/d\\ h:mm", "2024年6月30日 12:00"),
            ("h:mm", "12:00"),
            ("General", "2024年6月30日"),
        ] {
            assert_eq!(format(code).show(&date(45473.5)), seen, "{code}");
        }
        let mut month = NumberFormat::default();
        month.format_id = Some(57);
        assert_eq!(Format::new(Some(&month)).show(&date(45473.0)), "2024年6月");
        let iso = DataRef::DateTimeIso("2024-06-30T00:00:00".to_owned());
        assert_eq!(format("m\"月\"d\"日\"").show(&iso), "6月30日");
    }
}
