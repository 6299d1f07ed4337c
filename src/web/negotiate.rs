//! Which of the forms on offer a client wants (RFC 9110, section 12.5.1).

/// The offer that the `Accept` header weighs highest; the first of equals, and the first of all where there
/// is no header. None if the client accepts none of them.
pub(super) fn choose<T: Copy>(accept: Option<&str>, offers: &[(&str, T)]) -> Option<T> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
        return offers.first().map(|&(_, value)| value);
    };
    let ranges: Vec<(&str, u16)> = accept.split(',').map(range).collect();
    let mut best: Option<(u16, T)> = None;
    for &(name, value) in offers {
        let weight = weight(name, &ranges);
        if weight > best.map_or(0, |(weight, _)| weight) {
            best = Some((weight, value));
        }
    }
    best.map(|(_, value)| value)
}

/// A media range and its weight in thousandths.
fn range(text: &str) -> (&str, u16) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts
        .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
        .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
    (name, (quality.clamp(0.0, 1.0) * 1000.0) as u16)
}

/// The weight that the most specific range which covers `name` gives it.
fn weight(name: &str, ranges: &[(&str, u16)]) -> u16 {
    let kind = name.split('/').next().unwrap_or_default();
    let specificity = |range: &str| match range.split_once('/') {
        Some(("*", "*")) => Some(0),
        Some((r, "*")) if r.eq_ignore_ascii_case(kind) => Some(1),
        _ if range.eq_ignore_ascii_case(name) => Some(2),
        _ => None,
    };
    ranges
        .iter()
        .filter_map(|&(range, weight)| Some((specificity(range)?, weight)))
        .max_by_key(|&(specificity, _)| specificity)
        .map_or(0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERS: [(&str, u8); 3] = [("application/json", 1), ("text/csv", 2), ("text/html", 3)];

    #[test]
    fn the_heaviest_offer_wins() {
        for (accept, chosen) in [
            (None, Some(1)),
            (Some(""), Some(1)),
            (Some("*/*"), Some(1)),
            (Some("text/csv"), Some(2)),
            (Some("Text/CSV; q=0.5, application/json;q=0.4"), Some(2)),
            (Some("text/*"), Some(2)),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), Some(3)),
            (Some("*/*, application/json;q=0"), Some(2)),
            (Some("image/png"), None),
            (Some("text/csv;q=zero"), None),
        ] {
            assert_eq!(choose(accept, &OFFERS), chosen, "{accept:?}");
        }
    }
}
