//! The examples that stand beside every entry of `seeds/`, for the tests that check them both ways.

/// What one entry must and must not read.
pub struct Entry {
    pub examples: Vec<String>,
    pub counter_examples: Vec<String>,
}

/// The entries of the table or array of tables `name` of a TOML source, in its order.
pub fn entries(source: &str, name: &str) -> Vec<Entry> {
    let file: toml::Table = toml::from_str(source).expect("seeds are TOML");
    let tables = match &file[name] {
        toml::Value::Array(tables) => tables.clone(),
        table => vec![table.clone()],
    };
    let list = |table: &toml::Value, key: &str| match table.get(key) {
        Some(toml::Value::Array(all)) => {
            all.iter().map(|v| v.as_str().expect("examples are strings").to_owned()).collect()
        }
        _ => vec![],
    };
    tables
        .iter()
        .map(|t| Entry {
            examples: list(t, "examples"),
            counter_examples: list(t, "counter_examples"),
        })
        .collect()
}
