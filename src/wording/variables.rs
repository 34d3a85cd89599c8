//! The variables of a message (contract/phone.md §5).

use crate::{
    clock::Timestamp,
    domain::{Human, MessageText, PlainCode, TextKey, User, render},
};

/// The variables with their values.
#[derive(Clone)]
pub struct Variables(Vec<(&'static str, String)>);

impl Variables {
    /// Those of a message to a user; `origin` is the scheme and host of the call that caused it.
    pub fn new(user: &User, human: &Human, code: &PlainCode, origin: &str) -> Self {
        let phone = human.phone.as_ref();
        let number = phone.map(|phone| phone.number.as_str()).unwrap_or_default();
        let is_verified = phone.is_some_and(|phone| phone.is_verified);
        let (email, name) = (&human.email, &human.name);
        let if_it = |holds: bool, text: &str| {
            if holds {
                text.to_owned()
            } else {
                String::new()
            }
        };
        Self(vec![
            ("Code", code.expose().to_owned()),
            ("Domain", host(origin).to_owned()),
            ("UserID", user.aggregate.id.clone()),
            ("OrgID", user.aggregate.owner_id.clone()),
            ("UserName", user.user_name.clone()),
            ("FirstName", name.first.clone()),
            ("LastName", name.last.clone()),
            ("NickName", name.nick.clone()),
            ("DisplayName", name.display.clone()),
            ("LastEmail", email.address.clone()),
            ("VerifiedEmail", if_it(email.is_verified, &email.address)),
            ("LastPhone", number.to_owned()),
            ("VerifiedPhone", if_it(is_verified, number)),
            ("PreferredLoginName", user.user_name.clone()),
            ("LoginName", user.user_name.clone()),
            // A list, as Go prints one.
            ("LoginNames", format!("[{}]", user.user_name)),
            ("ChangeDate", time(user.aggregate.changed_at)),
            ("CreationDate", time(user.aggregate.created_at)),
        ])
    }

    /// Adds one that only some messages have.
    pub fn add(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == name)?;
        Some(&found.1)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// A template with its variables filled in; one that does not exist is `<no value>`.
    pub fn fill_in(&self, template: &str) -> String {
        render(template, |name| self.get(name))
    }

    /// All parts of a text, filled in.
    pub fn fill(&self, template: &MessageText) -> MessageText {
        let mut text = MessageText::default();
        for key in TextKey::ALL {
            text.set(key, self.fill_in(template.get(key)));
        }
        text
    }
}

fn time(instant: Timestamp) -> String {
    prost_types::Timestamp {
        seconds: instant.seconds(),
        nanos: 0,
    }
    .to_string()
}

/// The host of an origin, without scheme and port.
fn host(origin: &str) -> &str {
    let authority = origin
        .split_once("://")
        .map_or(origin, |(_, authority)| authority);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Kind, Phone, PhoneNumber, VARIABLES},
        wording::preview::sample_of,
    };

    /// The sample user, whose phone is verified or not.
    fn variables(is_verified: bool) -> Variables {
        let mut user = sample_of("7".to_owned(), Timestamp::from_micros(90_000_000));
        user.aggregate.created_at = Timestamp::from_micros(1_000_000);
        let Kind::Human(human) = &mut user.kind else {
            panic!("the sample is a human");
        };
        human.phone = Some(Phone {
            number: PhoneNumber::from_normalized("+41791234567".to_owned()),
            is_verified,
        });
        human.email.is_verified = is_verified;
        let human = human.clone();
        let code = PlainCode::from_text("AHOV29".to_owned());
        Variables::new(&user, &human, &code, "https://auth.example.com:8443")
    }

    #[test]
    fn every_variable_of_the_contract_shows_its_value() {
        let verified = variables(true);
        for (name, value) in [
            ("Code", "AHOV29"),
            ("Domain", "auth.example.com"),
            ("UserID", "401047112403399382"),
            ("OrgID", "7"),
            ("UserName", "ada"),
            ("FirstName", "Ada"),
            ("LastName", "Lovelace"),
            ("NickName", "Ada"),
            ("DisplayName", "Ada Lovelace"),
            ("LastEmail", "ada@example.com"),
            ("VerifiedEmail", "ada@example.com"),
            ("LastPhone", "+41791234567"),
            ("VerifiedPhone", "+41791234567"),
            ("PreferredLoginName", "ada"),
            ("LoginName", "ada"),
            ("LoginNames", "[ada]"),
            ("ChangeDate", "1970-01-01T00:01:30Z"),
            ("CreationDate", "1970-01-01T00:00:01Z"),
        ] {
            assert!(VARIABLES.contains(&name), "{name}");
            assert_eq!(
                verified.fill_in(&format!("<{{{{.{name}}}}}>")),
                format!("<{value}>")
            );
        }
        let names: Vec<_> = verified.iter().map(|(name, _)| name).collect();
        assert_eq!(names, VARIABLES);
    }

    #[test]
    fn what_is_not_verified_is_no_verified_phone_or_email() {
        let template = "{{.LastPhone}}|{{.VerifiedPhone}}|{{.LastEmail}}|{{.VerifiedEmail}}";
        assert_eq!(
            variables(false).fill_in(template),
            "+41791234567||ada@example.com|"
        );
    }

    #[test]
    fn a_variable_that_does_not_exist_has_no_value() {
        // Names are those of Go, with a capital; keys of HTTP providers are none.
        for name in ["Nobody", "code", "userID", "ApplicationName", ""] {
            let text = variables(true).fill_in(&format!("{{{{.{name}}}}}"));
            assert_eq!(text, "<no value>", "{name}");
        }
    }

    #[test]
    fn the_domain_is_the_host_alone() {
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
        assert_eq!(host("https://[::1]:80"), "[::1]");
        assert_eq!(host("https://belfry.example"), "belfry.example");
    }
}
