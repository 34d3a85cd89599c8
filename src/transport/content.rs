//! Which encoding a content type names.

use super::codec::Codec;

/// An encoding of a call, by its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// gRPC frames with HTTP/2 trailers.
    Grpc(Codec),
    /// gRPC frames with the trailers in the body; `text` is base64.
    GrpcWeb {
        /// The form of the messages.
        codec: Codec,
        /// Whether the body is base64.
        text: bool,
    },
    /// A bare message: Connect, or the body of a REST call.
    Plain(Codec),
    /// Anything else, or none.
    Other,
}

impl Content {
    /// Reads a content type; parameters such as `charset` do not matter.
    pub fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/grpc" | "application/grpc+proto" => Self::Grpc(Codec::Proto),
            "application/grpc+json" => Self::Grpc(Codec::Json),
            "application/grpc-web" | "application/grpc-web+proto" => Self::GrpcWeb {
                codec: Codec::Proto,
                text: false,
            },
            "application/grpc-web+json" => Self::GrpcWeb {
                codec: Codec::Json,
                text: false,
            },
            "application/grpc-web-text" | "application/grpc-web-text+proto" => Self::GrpcWeb {
                codec: Codec::Proto,
                text: true,
            },
            "application/json" => Self::Plain(Codec::Json),
            "application/proto" => Self::Plain(Codec::Proto),
            _ => Self::Other,
        }
    }
}

/// Whether a path has the form of an rpc: `/package.Service/Method`.
pub fn is_rpc_path(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(service), Some(_), None) => service.contains('.') && !service.starts_with('.'),
        _ => false,
    }
}
