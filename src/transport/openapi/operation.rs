//! One rpc as REST shows it: path, parameters, body and answers.
//!
//! A rule of the contract is an operation of the document. What a rule's path takes is not in its
//! body; a rule without a body takes every other field as a query parameter, as
//! `transport::parameters` binds them.

use std::collections::{BTreeSet, HashMap};

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::{
    answers, object,
    schema::{self, Schemas, Way},
    value,
};
use crate::contract::{HttpRule, Method, Requirement, Verb};

/// How deep the members of members are listed as query parameters; messages may hold themselves.
const DEEPEST_PARAMETER: usize = 3;

/// The operations so far.
pub struct Operations<'c> {
    /// The schemas that they mention.
    pub schemas: Schemas<'c>,
    /// By path, as the document has them.
    pub paths: Map<String, Value>,
    /// The path as the document has it, by its template without the names of its parameters.
    by_shape: HashMap<String, String>,
}

impl<'c> Operations<'c> {
    /// None yet.
    pub fn new(schemas: Schemas<'c>) -> Self {
        Self {
            schemas,
            paths: Map::new(),
            by_shape: HashMap::new(),
        }
    }

    /// Adds every rule of a method.
    pub fn add(&mut self, method: &Method) {
        for (index, rule) in method.http.iter().enumerate() {
            let mut id = method.name.clone();
            if index > 0 {
                id = format!("{id}.{}", index + 1);
            }
            let path = self.path(&rule.path, &method.descriptor.input());
            let operation = self.operation(method, rule, &path, id);
            let item = self.paths.entry(path).or_insert_with(|| json!({}));
            item[verb(rule.verb)] = operation;
        }
    }

    /// The path with its parameters as JSON calls them, or as another rule with the same path does:
    /// one path stands in the document once, and only the place of a parameter counts.
    fn path(&mut self, template: &str, input: &MessageDescriptor) -> String {
        let segments = template.split('/');
        let shape: Vec<_> = segments
            .map(|segment| {
                if segment.starts_with('{') {
                    "{}"
                } else {
                    segment
                }
            })
            .collect();
        let own = || in_camel_case(template, input);
        self.by_shape
            .entry(shape.join("/"))
            .or_insert_with(own)
            .clone()
    }

    fn operation(&mut self, method: &Method, rule: &HttpRule, path: &str, id: String) -> Value {
        let descriptor = &method.descriptor;
        let (service, input) = (descriptor.parent_service(), descriptor.input());
        let comment = self
            .schemas
            .comments
            .above(&service.parent_file(), descriptor.path());
        let in_path: BTreeSet<&str> = parameter_names(&rule.path).collect();

        let mut parameters = self.path_parameters(&rule.path, path, &input);
        if !rule.has_body {
            self.query_parameters(&input, &in_path, &mut Vec::new(), &mut parameters);
        }
        let is_public = method.requirement == Requirement::Public;
        if !is_public {
            parameters.push(json!({ "$ref": "#/components/parameters/Organization" }));
        }
        let success = method.not_offered.is_none().then(|| {
            let output = descriptor.output();
            let words = self
                .schemas
                .comments
                .above(&output.parent_file(), output.path());
            (
                words.to_owned(),
                self.schemas.reference(Way::Answered, &output),
            )
        });

        let mut operation = object([
            ("operationId", id.into()),
            ("tags", json!([service.full_name()])),
            ("summary", summary(comment).into()),
            ("description", description(method, comment).into()),
            ("parameters", parameters.into()),
            ("responses", answers::responses(method, success).into()),
            (
                "security",
                if is_public {
                    json!([])
                } else {
                    json!([{ "token": [] }])
                },
            ),
        ]);
        if rule.has_body {
            let needed = self.schemas.needs_body(&input, &in_path);
            let schema = self.schemas.body(&input, &in_path);
            let body = json!({ "required": needed, "content": { "application/json": { "schema": schema } } });
            operation.insert("requestBody".to_owned(), body);
        }
        operation.into()
    }

    fn path_parameters(&self, template: &str, path: &str, input: &MessageDescriptor) -> Vec<Value> {
        let fields = parameter_names(template).filter_map(|name| input.get_field_by_name(name));
        fields
            .zip(parameter_names(path))
            .filter_map(|(field, name)| self.parameter(&field, name, "path"))
            .collect()
    }

    fn query_parameters(
        &self,
        message: &MessageDescriptor,
        in_path: &BTreeSet<&str>,
        above: &mut Vec<String>,
        into: &mut Vec<Value>,
    ) {
        for field in message.fields() {
            if above.is_empty() && in_path.contains(field.name()) {
                continue;
            }
            above.push(field.json_name().to_owned());
            let name = above.join(".");
            match (self.parameter(&field, &name, "query"), field.kind()) {
                (Some(parameter), _) => into.push(parameter),
                (None, Kind::Message(held))
                    if !field.is_list() && above.len() < DEEPEST_PARAMETER =>
                {
                    self.query_parameters(&held, in_path, above, into);
                }
                (None, _) => {}
            }
            above.pop();
        }
    }

    /// `None` for a field that does not fit into a parameter.
    fn parameter(&self, field: &FieldDescriptor, name: &str, place: &str) -> Option<Value> {
        let rules = self.schemas.rules.of_field(field);
        let mut schema = value::parameter(field, &rules)?;
        if let Some(example) = value::example(field, &rules) {
            schema["examples"] = json!([example]);
        }
        let is_path = place == "path";
        // An empty segment is another path.
        if is_path && schema["type"] == "string" && schema.get("enum").is_none() {
            schema["minLength"] = rules.length.0.max(1).into();
        }
        if field.is_list() {
            schema = json!({ "type": "array", "items": schema });
        }
        Some(json!({
            "name": name,
            "in": place,
            "required": is_path || schema::is_required(field, &rules),
            "description": self.schemas.words(field),
            "schema": schema,
        }))
    }
}

fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "get",
        Verb::Put => "put",
        Verb::Post => "post",
        Verb::Delete => "delete",
        Verb::Patch => "patch",
    }
}

fn parameter_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// The path with its parameters as JSON calls them.
fn in_camel_case(path: &str, input: &MessageDescriptor) -> String {
    let mut shown = path.to_owned();
    for name in parameter_names(path) {
        if let Some(field) = input.get_field_by_name(name) {
            shown = shown.replace(
                &format!("{{{name}}}"),
                &format!("{{{}}}", field.json_name()),
            );
        }
    }
    shown
}

fn summary(comment: &str) -> &str {
    let first = comment.split(". ").next().unwrap_or_default();
    first.trim_end_matches('.')
}

/// The words of the contract, who may call, and the errors in the order of the checks.
fn description(method: &Method, comment: &str) -> String {
    let mut text = comment.to_owned();
    match (&method.not_offered, &method.requirement) {
        (Some(reason), _) => text.push_str(&format!("\n\n**Not offered**: {reason}")),
        (None, Requirement::Public) => text.push_str("\n\nNeeds no token."),
        (None, Requirement::Authenticated) => text.push_str("\n\nTakes any valid token."),
        (None, Requirement::Permission(permission)) => {
            text.push_str(&format!("\n\nNeeds the permission `{permission}`."));
        }
    }
    let errors = answers::declared(method);
    if !errors.is_empty() {
        text.push_str("\n\nErrors, in the order of the checks:\n");
        for entry in errors {
            let error = crate::error::Error::from(entry);
            let kind = answers::kind(entry.code);
            text.push_str(&format!("\n- `{}` {}: {}", entry.id, kind, error.message));
        }
    }
    text
}
