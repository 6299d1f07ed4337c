//! Terms as the embedded store gives them back, whatever form an endpoint keeps their values in.
//!
//! The embedded store keeps numbers and truth values as values: `01` comes back as `1`, `85.0` as `85`. So do other
//! engines, each in a form of its own (Virtuoso says `1` for `true`). Read into one form, the same statements are the
//! same again.

use oxigraph::model::vocab::xsd;
use oxigraph::model::{Literal, Term};
use oxsdatatypes::{Boolean, Decimal, Double, Float, Integer};

/// The one form of a term's value.
pub(super) fn canonical(term: Term) -> Term {
    match term {
        Term::Literal(literal) => Term::Literal(value(&literal).unwrap_or(literal)),
        other => other,
    }
}

/// The one form of a value; none where the literal has one form only, or no value of its type.
fn value(literal: &Literal) -> Option<Literal> {
    let (text, kind) = (literal.value(), literal.datatype());
    let one = match kind {
        kind if kind == xsd::BOOLEAN => text.parse::<Boolean>().ok()?.to_string(),
        kind if kind == xsd::INTEGER => text.parse::<Integer>().ok()?.to_string(),
        kind if kind == xsd::DECIMAL => text.parse::<Decimal>().ok()?.to_string(),
        kind if kind == xsd::DOUBLE => text.parse::<Double>().ok()?.to_string(),
        kind if kind == xsd::FLOAT => text.parse::<Float>().ok()?.to_string(),
        _ => return None,
    };
    Some(Literal::new_typed_literal(one, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_form() {
        for (text, kind, one) in [
            ("1", xsd::BOOLEAN, "true"),
            ("true", xsd::BOOLEAN, "true"),
            ("85.0", xsd::DECIMAL, "85"),
            ("0.50", xsd::DECIMAL, "0.5"),
            ("007", xsd::INTEGER, "7"),
            ("many", xsd::INTEGER, "many"),
            ("2024", xsd::G_YEAR, "2024"),
            ("85.0", xsd::STRING, "85.0"),
        ] {
            let read = canonical(Literal::new_typed_literal(text, kind).into());
            assert_eq!(read, Literal::new_typed_literal(one, kind).into(), "{text}");
        }
    }
}
