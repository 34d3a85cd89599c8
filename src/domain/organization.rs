//! Organizations, their states and the domains they get.

use super::{Aggregate, Event, StateFault};

/// Where an organization is in its life; the numbers are the API's and are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrgState {
    /// In use.
    Active = 1,
    /// Out of use for now.
    Inactive = 2,
    /// Gone; only its history and its id stay.
    Removed = 3,
}

impl OrgState {
    /// The state with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Active),
            2 => Some(Self::Inactive),
            3 => Some(Self::Removed),
            _ => None,
        }
    }
}

/// An organization as commands see it.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its identity and history.
    pub aggregate: Aggregate,
    /// Its name, unique in the instance.
    pub name: String,
    /// Its state.
    pub state: OrgState,
    /// The domain that login names end in.
    pub primary_domain: String,
}

impl Organization {
    /// Takes it out of use.
    ///
    /// # Errors
    /// Unless it is active.
    pub fn deactivate(&mut self) -> Result<(), StateFault> {
        self.go(OrgState::Active, OrgState::Inactive, Event::OrgDeactivated)
    }

    /// Takes it into use again.
    ///
    /// # Errors
    /// Unless it is inactive.
    pub fn reactivate(&mut self) -> Result<(), StateFault> {
        self.go(OrgState::Inactive, OrgState::Active, Event::OrgReactivated)
    }

    fn go(&mut self, from: OrgState, to: OrgState, event: Event) -> Result<(), StateFault> {
        if self.state != from {
            return Err(StateFault::WrongState);
        }
        self.state = to;
        self.aggregate.push(event);
        Ok(())
    }
}

/// The domain that an organization gets by its name, below the instance's
/// (contract/orgs-and-auth.md §1). A name without a letter or digit makes no label; the id does, or its
/// bytes in hexadecimal.
pub fn generated_domain(name: &str, id: &str, instance_domain: &str) -> String {
    let in_hexadecimal = || -> String { id.bytes().map(|b| format!("{b:02x}")).take(31).collect() };
    let label = [name, id]
        .into_iter()
        .map(domain_label)
        .find(|label| !label.is_empty())
        .unwrap_or_else(in_hexadecimal);
    format!("{label}.{instance_domain}").to_lowercase()
}

/// The domain as it is kept, in lower case; `None` for what is no host name: labels of letters,
/// marks, digits and inner hyphens, 63 bytes each, 253 together.
pub fn parse_domain(text: &str) -> Option<String> {
    let domain = text.trim().to_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(is_label_char)
    };
    (domain.len() <= 253 && domain.split('.').all(is_label)).then_some(domain)
}

/// The first label of a new organization's domain (contract/orgs-and-auth.md §1): spaces become
/// hyphens, everything but letters, marks, digits and hyphens goes, 63 bytes at most, in lower case.
fn domain_label(name: &str) -> String {
    let mut label: String = name
        .chars()
        .map(|c| if c == ' ' { '-' } else { c })
        .filter(|c| is_label_char(*c))
        .flat_map(char::to_lowercase)
        .collect();
    while label.len() > 63 {
        label.pop();
    }
    label.trim_matches('-').to_owned()
}

fn is_label_char(c: char) -> bool {
    c.is_alphanumeric() || c == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_keeps_letters_digits_and_inner_hyphens() {
        assert_eq!(domain_label("Acme & Söhne 2"), "acme--söhne-2");
        assert_eq!(domain_label(" -x- "), "x");
        assert!(domain_label(&"ä".repeat(100)).len() <= 63);
    }

    #[test]
    fn a_name_without_a_label_takes_the_id() {
        assert_eq!(
            generated_domain("Acme", "7", "Example.com"),
            "acme.example.com"
        );
        assert_eq!(generated_domain("&&", "7", "example.com"), "7.example.com");
        assert_eq!(
            generated_domain("&&", "a@b/c d", "example.com"),
            "abc-d.example.com"
        );
        assert_eq!(
            generated_domain("&&", "@!", "example.com"),
            "4021.example.com"
        );
    }

    #[test]
    fn a_domain_is_labels_between_dots() {
        assert_eq!(parse_domain(" Acme.COM ").as_deref(), Some("acme.com"));
        assert_eq!(parse_domain("localhost").as_deref(), Some("localhost"));
        assert_eq!(parse_domain("söhne.ch").as_deref(), Some("söhne.ch"));
        for text in [
            "", " ", ".", "a..b", "-a.b", "a-.b", "a b.c", "a@b.c", "a.b.",
        ] {
            assert_eq!(parse_domain(text), None, "{text:?}");
        }
        assert_eq!(parse_domain(&format!("{}.com", "a".repeat(64))), None);
        assert_eq!(parse_domain(&"a.".repeat(127)), None);
    }
}
