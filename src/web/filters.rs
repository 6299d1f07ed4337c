//! What templates ask of the site they are rendered for; all pages' modules have this in scope for askama.

use std::fmt::Display;

use askama::{Result, Values, get_value};

use super::assets::{ENTRY, Entry};
use super::labels::Label;
use super::site::Site;

fn site(values: &dyn Values) -> Result<&Site> {
    get_value(values, Site::KEY)
}

/// What is said in the language of the page: `{{ "任务"|t("Tasks") }}`.
#[askama::filter_fn]
pub(super) fn t(zh: &str, values: &dyn Values, en: &str) -> Result<String> {
    Ok(site(values)?.say(zh, en).to_owned())
}

/// A label in the language of the page: `{{ role.label|name }}`.
#[askama::filter_fn]
pub(super) fn name(label: &Label, values: &dyn Values) -> Result<String> {
    Ok(label.of(site(values)?.lang).to_owned())
}

/// The address of a page, in the language of this one: `{{ "agencies"|page }}`.
#[askama::filter_fn]
pub(super) fn page(path: &str, values: &dyn Values) -> Result<String> {
    Ok(format!("{}{path}", site(values)?.root()))
}

/// The address of what has no language, such as `{{ "data/ontology.ttl"|file }}`.
#[askama::filter_fn]
pub(super) fn file(path: &str, values: &dyn Values) -> Result<String> {
    Ok(format!("{}{path}", site(values)?.top()))
}

/// The address of the page about a thing: `{{ iri|thing }}`.
#[askama::filter_fn]
pub(super) fn thing(iri: &str, values: &dyn Values) -> Result<String> {
    Ok(site(values)?.href(iri))
}

/// The tag of the language of the page; of the other one that there is: `{{ ""|lang }}`, `{{ "other"|lang }}`.
#[askama::filter_fn]
pub(super) fn lang(which: &str, values: &dyn Values) -> Result<String> {
    let lang = site(values)?.lang;
    Ok(if which == "other" { lang.other().tag() } else { lang.tag() }.to_owned())
}

/// The address of this page in the other language.
#[askama::filter_fn]
pub(super) fn switched(_: &str, values: &dyn Values) -> Result<String> {
    let site = site(values)?;
    Ok(site.here_in(site.lang.other()))
}

/// ` aria-current="page"` where this page is the one at `path` or lies below it.
#[askama::filter_fn]
pub(super) fn current(
    path: &str,
    values: &dyn Values,
) -> Result<askama::filters::Safe<&'static str>> {
    Ok(askama::filters::Safe(if site(values)?.is_at(path) { " aria-current=\"page\"" } else { "" }))
}

/// The address of the style sheet, which changes with what it says.
#[askama::filter_fn]
pub(super) fn style(path: &str, values: &dyn Values) -> Result<String> {
    Ok(format!("{}{path}?{}", site(values)?.top(), super::style::version()))
}

/// The address of a script: `{{ "document.js"|script }}`.
#[askama::filter_fn]
pub(super) fn script(name: &str, values: &dyn Values) -> Result<String> {
    Ok(format!("{}script/{name}?{}", site(values)?.top(), super::script::version(name)))
}

/// The same with the first `{}` filled in: `{{ "共 {} 份"|t("{} documents")|with(all) }}`.
#[askama::filter_fn]
pub(super) fn with<T: Display, V: Display>(text: T, _: &dyn Values, value: V) -> Result<String> {
    Ok(text.to_string().replacen("{}", &value.to_string(), 1))
}

/// The address of what this page shows in another form: `{{ "xlsx"|export }}`.
#[askama::filter_fn]
pub(super) fn export(form: &str, values: &dyn Values) -> Result<String> {
    Ok(site(values)?.export(form))
}

/// Of a text in both languages, the part in the language of the page: `{{ problem.title()|part }}`.
#[askama::filter_fn]
pub(super) fn part(text: &str, values: &dyn Values) -> Result<String> {
    Ok(site(values)?.lang.part(text).to_owned())
}

/// What a page loads for its islands: nothing where they were not built.
#[askama::filter_fn]
pub(super) fn islands(_: &str, values: &dyn Values) -> Result<askama::filters::Safe<String>> {
    let top = site(values)?.top();
    let Entry { script, styles } = &*ENTRY;
    let styles =
        styles.iter().map(|path| format!("<link rel=\"stylesheet\" href=\"{top}{path}\">\n"));
    let script =
        script.iter().map(|path| format!("<script type=\"module\" src=\"{top}{path}\"></script>"));
    Ok(askama::filters::Safe(styles.chain(script).collect()))
}
