//! Texts with variables in Go's template notation, `{{.Name}}`.
//!
//! Only plain variables are needed by the contract (phone.md §5). A variable that does not exist
//! renders as `<no value>`; anything else between braces stays as it is written.

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'t> {
    /// What stays as it is.
    Plain(&'t str),
    /// The name of a variable.
    Variable(&'t str),
}

/// Fills the variables of a template in.
pub fn render<'a>(template: &str, variable: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut text = String::with_capacity(template.len());
    for piece in pieces(template) {
        text.push_str(match piece {
            Piece::Plain(plain) => plain,
            Piece::Variable(name) => variable(name).unwrap_or("<no value>"),
        });
    }
    text
}

/// The names of the variables of a template, as often as they occur.
pub fn variables(template: &str) -> impl Iterator<Item = &str> {
    pieces(template).filter_map(|piece| match piece {
        Piece::Plain(_) => None,
        Piece::Variable(name) => Some(name),
    })
}

fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (piece, length) = match bounds(rest) {
            _ if rest.is_empty() => return None,
            Some((0, end)) => {
                let inside = rest[2..end - 2].trim();
                match inside.strip_prefix('.') {
                    Some(name) => (Piece::Variable(name), end),
                    None => (Piece::Plain(&rest[..end]), end),
                }
            }
            Some((start, _)) => (Piece::Plain(&rest[..start]), start),
            None => (Piece::Plain(rest), rest.len()),
        };
        rest = &rest[length..];
        Some(piece)
    })
}

/// Where the next braces begin and end.
fn bounds(text: &str) -> Option<(usize, usize)> {
    let start = text.find("{{")?;
    let length = text[start..].find("}}")?;
    Some((start, start + length + 2))
}

#[cfg(test)]
mod tests {
    use super::{render, variables};

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

    #[test]
    fn the_variables_of_a_template_are_named() {
        let names: Vec<_> = variables("{{.A}}{{if}} {{ .B }}}} {{.A}} {{.C").collect();
        assert_eq!(names, ["A", "B", "A"]);
        assert_eq!(variables("").count(), 0);
    }
}
