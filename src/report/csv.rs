//! Fields of comma-separated tables.

/// A field as RFC 4180 has it. What a spreadsheet would take for a formula gets a quote in front.
pub fn quoted(field: &str) -> String {
    let plain =
        if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() };
    match plain.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", plain.replace('"', "\"\"")),
        false => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_tables_are_what_they_were() {
        assert_eq!(quoted("Ada, \"the\" Countess"), "\"Ada, \"\"the\"\" Countess\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }
}
