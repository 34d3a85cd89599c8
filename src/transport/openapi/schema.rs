//! How a message looks as JSON: a schema for what is sent and another for what is answered.
//!
//! They differ: what is sent may hold `null`, 64-bit numbers in two forms and names of enums that
//! nobody knows; what is answered leaves out what is empty. A message that is used both ways has two
//! schemas, and that of requests is called `….Input`. The schemas are collected while the operations
//! are described.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor};
use serde_json::{Map, Value, json};

use super::{object, value};
use crate::contract::{Comments, FieldRules, RuleReader};

/// Which way a message goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// In a request.
    Sent,
    /// In an answer.
    Answered,
}

/// The schemas so far, and what they are made from.
pub struct Schemas<'c> {
    /// The words of the contract.
    pub comments: &'c Comments,
    /// The limits of the contract.
    pub rules: &'c RuleReader,
    /// By name, as `components.schemas` has them.
    pub components: BTreeMap<String, Value>,
}

impl<'c> Schemas<'c> {
    /// No schemas yet.
    pub fn new(comments: &'c Comments, rules: &'c RuleReader) -> Self {
        Self {
            comments,
            rules,
            components: BTreeMap::new(),
        }
    }

    /// Where the schema of a message stands; made the first time.
    pub fn reference(&mut self, way: Way, message: &MessageDescriptor) -> Value {
        let name = match way {
            Way::Answered => message.full_name().to_owned(),
            Way::Sent => format!("{}.Input", message.full_name()),
        };
        if !self.components.contains_key(&name) {
            // Stands there while it is made: a message may hold itself.
            self.components.insert(name.clone(), Value::Null);
            let schema = self.message(way, message, &BTreeSet::new());
            self.components.insert(name.clone(), schema);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// The body of a request whose path takes some of the fields.
    pub fn body(&mut self, message: &MessageDescriptor, in_path: &BTreeSet<&str>) -> Value {
        if in_path.is_empty() {
            return self.reference(Way::Sent, message);
        }
        self.message(Way::Sent, message, in_path)
    }

    /// Whether a request needs a body: an absent one is an empty object.
    pub fn needs_body(&self, message: &MessageDescriptor, in_path: &BTreeSet<&str>) -> bool {
        let mut fields = own_fields(message).filter(|field| !in_path.contains(field.name()));
        let mut oneofs = message.oneofs();
        fields.any(|field| is_required(&field, &self.rules.of_field(&field)))
            || oneofs.any(|oneof| self.rules.member_required(&oneof))
    }

    /// The comment above a field, or else above its type.
    pub fn words(&self, field: &FieldDescriptor) -> String {
        let message = field.parent_message();
        let own = self.comments.above(&message.parent_file(), field.path());
        let text = match field.kind() {
            _ if !own.is_empty() => own,
            Kind::Message(held) => self.comments.above(&held.parent_file(), held.path()),
            Kind::Enum(choice) => self.comments.above(&choice.parent_file(), choice.path()),
            _ => "",
        };
        text.to_owned()
    }

    fn message(
        &mut self,
        way: Way,
        message: &MessageDescriptor,
        without: &BTreeSet<&str>,
    ) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in own_fields(message).filter(|field| !without.contains(field.name())) {
            let name = field.json_name().to_owned();
            let schema = match way {
                Way::Answered => self.answered(&field),
                Way::Sent => {
                    let rules = self.rules.of_field(&field);
                    let schema = self.sent(&field, &rules);
                    if is_required(&field, &rules) {
                        required.push(name.clone());
                        schema
                    } else {
                        or_null(schema)
                    }
                }
            };
            properties.insert(name, self.explained(&field, schema));
        }
        let comment = self.comments.above(&message.parent_file(), message.path());
        let mut schema = object([
            ("type", "object".into()),
            ("description", comment.into()),
            ("properties", properties.into()),
        ]);
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        let mut choices = Vec::new();
        for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            choices.push(json!({ "anyOf": self.choice(way, &oneof) }));
        }
        match choices.len() {
            0 => {}
            1 => schema.extend(choices.remove(0).as_object().cloned().unwrap_or_default()),
            _ => {
                schema.insert("allOf".to_owned(), choices.into());
            }
        }
        schema.into()
    }

    /// One branch a member, in which the other members are absent or null.
    fn choice(&mut self, way: Way, oneof: &OneofDescriptor) -> Vec<Value> {
        let is_required = way == Way::Sent && self.rules.member_required(oneof);
        let members: Vec<_> = oneof.fields().collect();
        let mut branches = Vec::new();
        for member in &members {
            let mut properties = Map::new();
            for other in members.iter().filter(|other| *other != member) {
                let nothing = match way {
                    Way::Sent => json!({ "type": "null" }),
                    Way::Answered => Value::Bool(false),
                };
                properties.insert(other.json_name().to_owned(), nothing);
            }
            let schema = match way {
                Way::Answered => self.answered(member),
                Way::Sent => {
                    let rules = self.rules.of_field(member);
                    let schema = self.sent(member, &rules);
                    if is_required { schema } else { or_null(schema) }
                }
            };
            let name = member.json_name();
            properties.insert(name.to_owned(), self.explained(member, schema));
            let mut branch = object([("title", name.into()), ("properties", properties.into())]);
            if is_required {
                branch.insert("required".to_owned(), json!([name]));
            }
            branches.push(branch.into());
        }
        branches
    }

    fn sent(&mut self, field: &FieldDescriptor, rules: &FieldRules) -> Value {
        self.with_enum(field);
        let one = match (value::sent(field, rules), field.kind()) {
            (Some(schema), _) => schema,
            (None, Kind::Message(held)) => self.reference(Way::Sent, &held),
            (None, _) => json!({}),
        };
        if !field.is_list() {
            return one;
        }
        let mut list = json!({ "type": "array", "items": one });
        let (min, max) = rules.items;
        if min > 0 {
            list["minItems"] = min.into();
        }
        if max > 0 {
            list["maxItems"] = max.into();
        }
        list
    }

    fn answered(&mut self, field: &FieldDescriptor) -> Value {
        self.with_enum(field);
        let one = match (value::answered(field), field.kind()) {
            (Some(schema), _) => schema,
            (None, Kind::Message(held)) => self.reference(Way::Answered, &held),
            (None, _) => json!({}),
        };
        if field.is_list() {
            json!({ "type": "array", "items": one })
        } else {
            one
        }
    }

    fn with_enum(&mut self, field: &FieldDescriptor) {
        if let Kind::Enum(choice) = field.kind() {
            let comment = self.comments.above(&choice.parent_file(), choice.path());
            let schema = value::enum_schema(&choice, comment);
            self.components
                .insert(choice.full_name().to_owned(), schema);
        }
    }

    fn explained(&self, field: &FieldDescriptor, mut schema: Value) -> Value {
        let words = self.words(field);
        if !words.is_empty() {
            schema["description"] = words.into();
        }
        if let Some(example) = value::example(field, &self.rules.of_field(field)) {
            schema["examples"] = json!([example]);
        }
        schema
    }
}

/// The fields that are in no oneof, as the file has them.
pub fn own_fields(message: &MessageDescriptor) -> impl Iterator<Item = FieldDescriptor> {
    let declared = message.descriptor_proto().field.iter();
    let fields: Vec<_> = declared
        .filter_map(|field| message.get_field_by_name(field.name()))
        .filter(|field| {
            field
                .containing_oneof()
                .is_none_or(|oneof| oneof.is_synthetic())
        })
        .collect();
    fields.into_iter()
}

/// Whether a request without the field, or with null in its place, breaks a limit.
pub fn is_required(field: &FieldDescriptor, rules: &FieldRules) -> bool {
    if field.is_list() {
        return rules.items.0 > 0;
    }
    rules.required || (!field.supports_presence() && rules.refuse_default())
}

/// The same, or null, which is read as an absent field.
fn or_null(mut schema: Value) -> Value {
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.push(json!({ "type": "null" }));
        return schema;
    }
    if schema.get("const").is_none() && schema.get("enum").is_none() && schema["type"].is_string() {
        schema["type"] = json!([schema["type"], "null"]);
        return schema;
    }
    json!({ "anyOf": [schema, { "type": "null" }] })
}
