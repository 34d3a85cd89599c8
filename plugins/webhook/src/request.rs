//! From the templates to one HTTP request.

use std::collections::BTreeMap;

use base64::Engine as _;
use belfry_plugin::Failure;
use form_urlencoded::Serializer;
use serde_json::{Map, Value};

use crate::{
    settings::{Auth, Probe, Settings},
    template::{Engine, Position},
    variables::Values,
};

/// A request that is ready to go.
#[derive(Clone, Debug)]
pub struct Request {
    /// Such as `POST`.
    pub method: String,
    /// With its query.
    pub url: String,
    /// Names and values, without line breaks.
    pub headers: Vec<(String, String)>,
    /// May be empty.
    pub body: String,
}

/// What a request is filled with.
pub struct Filling<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The variables.
    pub values: &'a Values,
    /// The access token, where there is one.
    pub token: Option<&'a str>,
    /// For signatures.
    pub now_unix_ms: i64,
}

impl Request {
    /// The request that sends a message.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`] if a template cannot be filled.
    pub fn send(settings: &Settings, filling: &Filling<'_>) -> Result<Self, Failure> {
        let url = filling.url(settings, &settings.path, &settings.query)?;
        let (content_type, body) = filling.body(settings)?;
        let mut headers = filling.headers(settings, &settings.headers)?;
        let named = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
        if !body.is_empty() && !headers.iter().any(named) {
            headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        }
        if let Some(signature) = &settings.signature {
            let seconds = filling.now_unix_ms / 1000;
            let made = signature.headers(filling.engine, filling.values, seconds, &url, &body)?;
            headers.extend(made);
        }
        Ok(Self {
            method: settings.method().to_owned(),
            url,
            headers,
            body,
        })
    }

    /// The request that asks how the gateway is.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn probe(
        settings: &Settings,
        probe: &Probe,
        filling: &Filling<'_>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            method: "GET".to_owned(),
            url: filling.url(settings, &probe.path, &probe.query)?,
            headers: filling.headers(settings, &probe.headers)?,
            body: String::new(),
        })
    }

    /// The headers as the host wants them.
    pub fn borrowed_headers(&self) -> Vec<(&str, &str)> {
        let pairs = self.headers.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    /// The request as a log may show it, if it was filled with masked values.
    pub fn shown(&self) -> String {
        let headers: String = self
            .headers
            .iter()
            .map(|(name, value)| format!(" | {name}: {value}"))
            .collect();
        format!("{} {}{headers} | {}", self.method, self.url, self.body)
    }
}

impl Filling<'_> {
    fn text(&self, position: Position, at: &str, source: &str) -> Result<String, Failure> {
        self.engine
            .text(position, at, source, &self.values.to_value())
    }

    fn url(
        &self,
        settings: &Settings,
        path: &str,
        query: &Map<String, Value>,
    ) -> Result<String, Failure> {
        let endpoint = self.text(Position::Url, "endpoint", &settings.endpoint)?;
        let path = self.text(Position::Url, "path", path)?;
        let endpoint = match path.starts_with('/') {
            true => endpoint.trim_end_matches('/'),
            false => &endpoint,
        };
        let query = self.pairs("query", query)?;
        let mark = match (query.is_empty(), path.contains('?')) {
            (true, _) => "",
            (false, false) => "?",
            (false, true) => "&",
        };
        Ok(format!("{endpoint}{path}{mark}{query}"))
    }

    fn body(&self, settings: &Settings) -> Result<(&'static str, String), Failure> {
        let values = self.values.to_value();
        if let Some(json) = &settings.json {
            let filled = self.engine.json("json", json, &values)?;
            let filled = filled.unwrap_or_else(|| Value::Object(Map::new()));
            return Ok(("application/json", filled.to_string()));
        }
        if let Some(form) = &settings.form {
            return Ok((
                "application/x-www-form-urlencoded",
                self.pairs("form", form)?,
            ));
        }
        if let Some(xml) = &settings.xml {
            let filled = self.text(Position::Xml, "xml", xml)?;
            return Ok(("application/xml; charset=utf-8", filled));
        }
        match &settings.raw {
            Some(raw) => Ok((
                "text/plain; charset=utf-8",
                self.text(Position::Plain, "raw", raw)?,
            )),
            None => Ok(("", String::new())),
        }
    }

    /// A query or a form. A list gives its name several times.
    fn pairs(&self, at: &str, source: &Map<String, Value>) -> Result<String, Failure> {
        let source = Value::Object(source.clone());
        let filled = self.engine.json(at, &source, &self.values.to_value())?;
        let mut pairs = Serializer::new(String::new());
        for (name, value) in filled
            .as_ref()
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let values = match value {
                Value::Array(items) => items.as_slice(),
                one => std::slice::from_ref(one),
            };
            for value in values {
                match value {
                    Value::String(text) => pairs.append_pair(name, text),
                    other => pairs.append_pair(name, &other.to_string()),
                };
            }
        }
        Ok(pairs.finish())
    }

    fn headers(
        &self,
        settings: &Settings,
        sources: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut headers = Vec::new();
        for (name, source) in sources {
            let value = self.text(Position::Plain, &format!("headers.{name}"), source)?;
            let value = one_line(&value);
            if !value.is_empty() {
                headers.push((name.clone(), value));
            }
        }
        headers.extend(self.authorization(settings)?);
        Ok(headers)
    }

    fn authorization(&self, settings: &Settings) -> Result<Option<(String, String)>, Failure> {
        let value = match &settings.auth {
            Some(Auth::Basic(source)) => {
                let pair = self.text(Position::Plain, "auth.basic", source)?;
                let pair = base64::engine::general_purpose::STANDARD.encode(pair);
                format!("Basic {pair}")
            }
            Some(Auth::Bearer(source)) => {
                let token = self.text(Position::Plain, "auth.bearer", source)?;
                format!("Bearer {}", one_line(&token))
            }
            Some(Auth::Oauth(_)) => format!("Bearer {}", self.token.unwrap_or_default()),
            None => return Ok(None),
        };
        Ok(Some(("Authorization".to_owned(), value)))
    }
}

/// A header's value: what would end the line, or is no text, is a blank.
fn one_line(value: &str) -> String {
    value.replace(char::is_control, " ").trim().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    const NASTY: &str = "a\"}\r\nX-Evil: 1\n</t>&to=1";

    fn request(settings: Value) -> Request {
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let mut values = Values::default();
        values.set("text", NASTY);
        values.set("key", "k");
        values.set("nothing", "");
        let filling = Filling {
            engine: &Engine::new(),
            values: &values,
            token: Some("tok"),
            now_unix_ms: 0,
        };
        Request::send(&settings, &filling).unwrap()
    }

    #[test]
    fn each_position_escapes_by_itself() {
        let request = request(json!({
            "endpoint": "https://x.example/", "path": "/{{ text }}", "query": {"q": "{{ text }}", "n": "{{ nothing }}"},
            "headers": {"X-Text": "{{ text }}", "X-None": "{{ nothing }}"},
            "form": {"f": "{{ text }}", "list": ["1", "2"], "n": 3},
        }));
        let (path, query) = request.url.split_once('?').unwrap();
        assert_eq!(
            path,
            "https://x.example/a%22%7D%0D%0AX-Evil%3A%201%0A%3C%2Ft%3E%26to%3D1"
        );
        let pairs = |text: &str| -> Vec<(String, String)> {
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect()
        };
        assert_eq!(pairs(query), [("q".to_owned(), NASTY.to_owned())]);
        let form = pairs(&request.body);
        assert_eq!(form[0], ("f".to_owned(), NASTY.to_owned()));
        assert_eq!(form.len(), 4);
        assert_eq!(
            request.headers,
            [
                ("X-Text".to_owned(), "a\"}  X-Evil: 1 </t>&to=1".to_owned()),
                (
                    "Content-Type".to_owned(),
                    "application/x-www-form-urlencoded".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn bodies_stay_well_formed() {
        let json = request(json!({"json": {"to": ["{{ text }}"]}}));
        let read: Value = serde_json::from_str(&json.body).unwrap();
        assert_eq!(read, json!({"to": [NASTY]}));
        let xml = request(json!({"xml": "<m><t>{{ text }}</t></m>"}));
        let read = roxmltree::Document::parse(&xml.body).unwrap();
        let text = read.descendants().find_map(|node| node.text());
        // A reader of XML takes every line end for a newline, unless it is written as a number.
        assert_eq!(
            text.map(|text| text.replace('\r', "")),
            Some(NASTY.replace('\r', ""))
        );
        let raw = request(json!({"raw": "{{ text }}", "headers": {"content-type": "x/y"}}));
        assert_eq!(raw.body, NASTY);
        assert_eq!(raw.headers.len(), 1, "the operator's content type stays");
        let none = request(json!({"method": "GET", "path": "?a=1", "query": {"b": "2"}}));
        assert_eq!((none.url.as_str(), none.body.as_str()), ("?a=1&b=2", ""));
    }

    #[test]
    fn each_kind_of_authorization_is_a_header() {
        for (auth, header) in [
            (json!({"basic": "u:{{ key }}"}), "Basic dTpr"),
            (json!({"bearer": "{{ key }}"}), "Bearer k"),
            (json!({"oauth": {}}), "Bearer tok"),
        ] {
            let request = request(json!({"auth": auth}));
            assert_eq!(request.headers[0].1, header);
        }
    }
}
