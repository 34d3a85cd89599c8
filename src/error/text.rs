//! The English texts of the message keys; a key without a text is shown as it is.

/// The text for a message key. The authentication step's literals come back unchanged.
pub(super) fn of(key: &'static str) -> &'static str {
    match key {
        "Errors.User.NotFound" => "User could not be found",
        _ => key,
    }
}
