//! Languages as BCP 47 tags.

use oxilangtag::LanguageTag;

/// A language tag; the undefined language is `und` on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Language(Option<String>);

impl Language {
    /// Reads a tag; what does not parse is undefined (contract/users.md §1, Names).
    pub fn parse(tag: &str) -> Self {
        Self(
            LanguageTag::parse_and_normalize(tag)
                .ok()
                .map(LanguageTag::into_inner)
                .filter(|tag| tag != "und"),
        )
    }

    /// The tag, empty when it is undefined: how it is stored and told in events.
    pub fn tag(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// The tag as answers show it.
    pub fn shown(&self) -> &str {
        self.0.as_deref().unwrap_or("und")
    }
}
