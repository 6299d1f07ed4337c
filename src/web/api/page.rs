//! `/api`: the operations as forms, made from the OpenAPI document.

use askama::Template;
use axum::response::Response;
use serde_json::Value;

use super::super::error::WebError;
use super::super::filters;
use super::super::site::{Here, Site, page};

#[derive(Template)]
#[template(path = "api.html")]
struct Api {
    operations: Vec<Operation>,
}

struct Operation {
    summary: String,
    path: String,
    /// Where the form goes.
    action: String,
    /// Whether a form can fill in all that the address needs.
    can_try: bool,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    description: String,
    required: bool,
    /// The values it may have; empty for any.
    choices: Vec<String>,
}

/// The page.
pub(in crate::web) async fn show(Here(app): Here) -> Result<Response, WebError> {
    page(app, |site| Ok(build(site))).await
}

fn build(site: &Site) -> Api {
    let top = site.top();
    let api = serde_json::to_value(super::description(site)).unwrap_or_default();
    let paths = api["paths"].as_object().into_iter().flatten();
    let operations = paths.map(|(path, operations)| operation(top, &api, path, &operations["get"]));
    Api { operations: operations.collect() }
}

fn operation(top: &str, api: &Value, path: &str, said: &Value) -> Operation {
    let parameters = said["parameters"].as_array().into_iter().flatten();
    Operation {
        summary: text(&said["summary"]),
        path: path.to_owned(),
        action: format!("{}{path}", top.trim_end_matches('/')),
        can_try: !path.contains('{'),
        fields: parameters.map(|parameter| field(api, parameter)).collect(),
    }
}

fn field(api: &Value, parameter: &Value) -> Field {
    Field {
        name: text(&parameter["name"]),
        description: text(&parameter["description"]).replace('`', ""),
        required: parameter["required"] == true,
        choices: choices(api, &parameter["schema"]),
    }
}

/// The values that a schema enumerates, itself or by reference.
fn choices(api: &Value, schema: &Value) -> Vec<String> {
    let referred = schema["$ref"].as_str().and_then(|path| api.pointer(&path[1..]));
    let parts = schema["oneOf"].as_array().into_iter().flatten();
    let values = schema["enum"].as_array().into_iter().flatten().map(text);
    let below = referred.into_iter().chain(parts).flat_map(|part| choices(api, part));
    values.chain(below).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
