//! Texts with variables in Go's template notation, `{{.Name}}`.
//!
//! Only plain variables are needed by the contract (phone.md §5). A variable that does not exist
//! renders as `<no value>`; anything else between braces stays as it is written.

/// Fills the variables of a template in.
pub fn render<'a>(template: &str, variable: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else {
            break;
        };
        let inside = rest[start + 2..start + length].trim();
        text.push_str(&rest[..start]);
        match inside.strip_prefix('.') {
            Some(name) => text.push_str(variable(name).unwrap_or("<no value>")),
            None => text.push_str(&rest[start..start + length + 2]),
        }
        rest = &rest[start + length + 2..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn variables_are_filled_in_and_unknown_ones_say_so() {
        let variable = |name: &str| (name == "Code").then_some("A1{{.Code}}");
        assert_eq!(
            render("Code {{.Code}}, {{ .Code }}", variable),
            "Code A1{{.Code}}, A1{{.Code}}"
        );
        assert_eq!(
            render("{{.Nobody}} {{if}} {{.Code", variable),
            "<no value> {{if}} {{.Code"
        );
    }
}
