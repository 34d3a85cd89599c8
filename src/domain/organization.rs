//! Organizations and the domains they get.

use super::Aggregate;

/// An organization as commands see it.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its identity and history.
    pub aggregate: Aggregate,
    /// Its name, unique in the instance.
    pub name: String,
}

/// The first label of a new organization's domain (contract/orgs-and-auth.md §1): spaces become
/// hyphens, everything but letters, marks, digits and hyphens goes, 63 bytes at most, in lower case.
pub fn domain_label(name: &str) -> String {
    let mut label: String = name
        .chars()
        .map(|c| if c == ' ' { '-' } else { c })
        .filter(|c| c.is_alphanumeric() || *c == '-')
        .flat_map(char::to_lowercase)
        .collect();
    while label.len() > 63 {
        label.pop();
    }
    label.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::domain_label;

    #[test]
    fn a_label_keeps_letters_digits_and_inner_hyphens() {
        assert_eq!(domain_label("Acme & Söhne 2"), "acme--söhne-2");
        assert_eq!(domain_label(" -x- "), "x");
        assert!(domain_label(&"ä".repeat(100)).len() <= 63);
    }
}
