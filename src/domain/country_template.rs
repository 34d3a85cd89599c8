//! Texts that a country demands: chosen by the region of the number, sent character for character.
//!
//! India's DLT and others register each text, and carriers drop what differs (security-facts, "Privacy").

use super::{MessageType, Region};

/// A registered text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryTemplate {
    /// The regions of numbers that it is for.
    pub countries: Vec<Region>,
    /// The ids of organizations that it is for; empty is all.
    pub organizations: Vec<String>,
    /// The type of message.
    pub message: MessageType,
    /// The language that it is in.
    pub language: String,
    /// The text with its variables.
    pub text: String,
}

/// The template for a message: one for the organization first, then one in a language that the user
/// prefers, then the one that is written first.
pub fn choose_template<'t>(
    templates: &'t [CountryTemplate],
    message: MessageType,
    region: Region,
    organization: &str,
    languages: [&str; 2],
) -> Option<&'t CountryTemplate> {
    let is_for = |template: &&CountryTemplate| {
        let organizations = &template.organizations;
        template.message == message
            && template.countries.contains(&region)
            && (organizations.is_empty() || organizations.iter().any(|it| it == organization))
    };
    templates.iter().filter(is_for).min_by_key(|template| {
        (
            template.organizations.is_empty(),
            !languages.contains(&template.language.as_str()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(organizations: &[&str], language: &str, text: &str) -> CountryTemplate {
        CountryTemplate {
            countries: vec!["IN".parse().unwrap(), "LK".parse().unwrap()],
            organizations: organizations.iter().map(|id| (*id).to_owned()).collect(),
            message: MessageType::VerifyPhone,
            language: language.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn the_closest_template_is_taken() {
        let all = [
            template(&[], "en", "all, English"),
            template(&[], "hi", "all, Hindi"),
            template(&["7"], "en", "7, English"),
        ];
        let text = |country: &str, organization, language| {
            let region = country.parse().unwrap();
            let languages = [language, language];
            choose_template(
                &all,
                MessageType::VerifyPhone,
                region,
                organization,
                languages,
            )
            .map(|template| template.text.as_str())
        };
        assert_eq!(text("IN", "1", "de"), Some("all, English"));
        assert_eq!(text("LK", "1", "hi"), Some("all, Hindi"));
        assert_eq!(text("IN", "7", "hi"), Some("7, English"));
        assert_eq!(text("CH", "7", "en"), None);
        let region = "IN".parse().unwrap();
        let other = choose_template(&all, MessageType::PasswordReset, region, "1", ["en", "en"]);
        assert_eq!(other, None);
    }
}
