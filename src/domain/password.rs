//! The default password complexity rule (contract/users.md §1, Names).

/// What a password lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComplexityFault {
    /// Fewer than 8 characters.
    MinLength,
    /// No lower-case letter.
    HasLower,
    /// No upper-case letter.
    HasUpper,
    /// No digit.
    HasNumber,
    /// Nothing but letters and digits.
    HasSymbol,
}

/// Checks a password; the first thing that lacks is told.
///
/// # Errors
/// If something lacks.
pub fn check_complexity(password: &str) -> Result<(), ComplexityFault> {
    let has = |group: fn(&char) -> bool| password.chars().any(|c| group(&c));
    if password.chars().count() < 8 {
        return Err(ComplexityFault::MinLength);
    }
    if !has(|c| c.is_lowercase()) {
        return Err(ComplexityFault::HasLower);
    }
    if !has(|c| c.is_uppercase()) {
        return Err(ComplexityFault::HasUpper);
    }
    if !has(|c| c.is_numeric()) {
        return Err(ComplexityFault::HasNumber);
    }
    if !has(|c| !c.is_alphanumeric()) {
        return Err(ComplexityFault::HasSymbol);
    }
    Ok(())
}
