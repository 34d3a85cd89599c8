//! Message bytes in one of the two forms every encoding carries: protobuf or proto3 JSON.
//!
//! Decoding also binds what REST takes from the path and the query. The result is always the
//! encoded protobuf message that `api` reads. `transport::pipeline` is the only caller.

use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};

use super::{json, parameters};
use crate::error::Error;

/// How the bytes of a message are to be read and its answer to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// The protobuf binary form.
    Proto,
    /// Proto3 JSON.
    Json,
}

/// What a caller sent for the request message.
#[derive(Debug, Default)]
pub struct Input<'a> {
    /// The message itself.
    pub message: &'a [u8],
    /// Fields bound by the REST path, decoded; they win over `message`.
    pub path: Vec<(&'a str, String)>,
    /// The raw query string, for REST rules without a body.
    pub query: Option<&'a str>,
}

impl Codec {
    /// Reads a request message and gives it in protobuf form.
    ///
    /// # Errors
    /// INVALID for everything that is not a message of this type.
    pub fn decode(
        self,
        descriptor: &MessageDescriptor,
        input: &Input<'_>,
    ) -> Result<Vec<u8>, Error> {
        let mut message = match self {
            Self::Json => json::decode(descriptor, input.message)?,
            Self::Proto => DynamicMessage::decode(descriptor.clone(), input.message)
                .map_err(|fault| Error::invalid(format!("malformed message: {fault}")))?,
        };
        if let Some(query) = input.query {
            parameters::bind_query(&mut message, query)?;
        }
        for (field, text) in &input.path {
            parameters::bind_path(&mut message, field, text)?;
        }
        Ok(message.encode_to_vec())
    }

    /// Writes an answer that is in protobuf form.
    ///
    /// # Errors
    /// INTERNAL if it is no message of this type: a fault of the program.
    pub fn encode(
        self,
        descriptor: &MessageDescriptor,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, Error> {
        match self {
            Self::Proto => Ok(message),
            Self::Json => json::encode(descriptor, &message),
        }
    }
}
