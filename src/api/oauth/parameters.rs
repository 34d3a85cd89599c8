//! The parameters of an OAuth request: those of its form, and the client of its header.

use std::collections::HashMap;

use super::Fault;

/// The longest list of scopes, in bytes: it comes back in tokens and stays in the database.
const LONGEST_SCOPE: usize = 2048;

/// What a request says, each name at most once. Its values may be secret, so it cannot be printed.
#[derive(Default)]
pub struct Parameters {
    form: HashMap<String, String>,
    basic: Option<(String, String)>,
}

impl Parameters {
    /// Takes the pairs of a form and the id and secret of HTTP Basic.
    ///
    /// # Errors
    /// `invalid_request` for a name that is given twice (RFC 6749 §3.2).
    pub fn new(
        pairs: impl Iterator<Item = (String, String)>,
        basic: Option<(String, String)>,
    ) -> Result<Self, Fault> {
        let mut form = HashMap::new();
        for (name, value) in pairs {
            if form.insert(name, value).is_some() {
                return Err(Fault::invalid_request("a parameter is given twice"));
            }
        }
        Ok(Self { form, basic })
    }

    /// A parameter; one without a value is as good as absent (RFC 6749 §3.1).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.form.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Fault> {
        self.get(name)
            .ok_or_else(|| Fault::invalid_request(format!("{name} is missing")))
    }

    /// The scopes that are asked for, if the request says anything about them.
    pub(super) fn scope(&self) -> Result<Option<&str>, Fault> {
        match self.get("scope") {
            Some(scope) if scope.len() > LONGEST_SCOPE => {
                Err(Fault::invalid_request("scope is too long"))
            }
            scope => Ok(scope),
        }
    }

    /// The client and its secret, from the header or the form; `None` if neither has them.
    ///
    /// # Errors
    /// `invalid_request` if both have.
    pub(super) fn client(&self) -> Result<Option<(&str, &str)>, Fault> {
        let in_form = self.get("client_id").or(self.get("client_secret"));
        match &self.basic {
            Some(_) if in_form.is_some() => Err(Fault::invalid_request(
                "the client stands in the header and in the form",
            )),
            Some((id, secret)) => Ok(Some((id, secret))),
            None => Ok(self
                .get("client_id")
                .map(|id| (id, self.get("client_secret").unwrap_or_default()))),
        }
    }
}
