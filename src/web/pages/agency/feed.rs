//! The days on which a bearer's tasks are due, as a calendar that other programs subscribe to (iCalendar, RFC 5545).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use icalendar::{Calendar, Component, Event, Property, ValueType};
use jiff::Timestamp;

use super::duties::{Duties, Task, duties};
use super::{Asked, name};
use crate::web::error::WebError;
use crate::web::site::Site;

/// One event for each day on which a task, or a target of it, is due; of the tasks that an address asks for.
pub(in crate::web::pages) fn answer(
    site: &Site,
    iri: &str,
    asked: &Asked,
) -> Result<Response, WebError> {
    let name = name(site, iri)?;
    let title = format!("{name}{}", site.say("：时限", ": deadlines"));
    let changed = site.store.last_change().and_then(|at| Timestamp::try_from(at).ok());
    // The same state of the store makes the same calendar.
    let stamp = changed.unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut calendar = Calendar::new();
    calendar.name(&title);
    for mut duties in asked.of(site, duties(site, iri)?) {
        for mut task in std::mem::take(&mut duties.tasks) {
            if !task.due.is_empty() {
                task.limit(site)?;
            }
            for day in &*task.due {
                calendar.push(event(site, &duties, &task, day, &stamp));
            }
        }
    }
    let headers = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((headers, calendar.done().to_string()).into_response())
}

fn event(site: &Site, duties: &Duties, task: &Task, day: &str, stamp: &str) -> Event {
    let link = format!("{}{}", site.host, task.href);
    let document = task.document.title.as_deref().unwrap_or_default();
    let quotes = task.deadlines.iter().chain(&task.targets);
    let quotes = quotes.filter(|limit| limit.date.as_deref() == Some(day));
    let lines: Vec<&str> =
        quotes.map(|limit| limit.quote.as_str()).chain([document, &task.text]).collect();
    let mut day_of = Property::new("DTSTART", day.replace('-', ""));
    day_of.append_parameter(ValueType::Date);
    let mut event = Event::with_uid(&format!("{}/{}/{day}", task.iri, duties.code));
    event
        .summary(&format!("【{}】{}", duties.role.of(site.lang), task.name))
        .description(&lines.join("\n"))
        .url(&link)
        .append_property(day_of)
        .add_property("DTSTAMP", stamp)
        // Nobody is busy on that day because of it.
        .add_property("TRANSP", "TRANSPARENT");
    event
}
