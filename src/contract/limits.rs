//! Checks a request against the limits that the contract declares, and tells the first broken one in
//! the words of the contract (contract/README §4).
//!
//! `build.rs` writes an `impl Limited` for every request from the options of its fields; they call the
//! functions below. `api` checks every request before its operation runs; nothing here knows what a
//! field means.

use validator::ValidateEmail as _;

/// The text of the first broken limit, in the order of the fields.
pub type Checked = Result<(), String>;

/// A message with declared limits.
pub trait Limited {
    /// Checks all fields and what they hold.
    ///
    /// # Errors
    /// The text of the first broken limit.
    fn check(&self) -> Checked;
}

include!(concat!(env!("OUT_DIR"), "/limits.rs"));

impl<T: Limited + ?Sized> Limited for Box<T> {
    fn check(&self) -> Checked {
        (**self).check()
    }
}

fn broken(place: &str, text: &str) -> Checked {
    Err(format!("invalid {place}: {text}"))
}

fn absent(place: &str) -> Checked {
    broken(place, "value is required")
}

fn required<T>(value: &Option<T>, place: &str) -> Checked {
    match value {
        Some(_) => Ok(()),
        None => absent(place),
    }
}

fn nested(inner: Checked, place: &str) -> Checked {
    inner.or_else(|cause| {
        let text = format!("embedded message failed validation | caused by: {cause}");
        broken(place, &text)
    })
}

fn each_nested(values: &[impl Limited], place: &str) -> Checked {
    values
        .iter()
        .enumerate()
        .try_for_each(|(index, value)| nested(value.check(), &format!("{place}[{index}]")))
}

/// `max` 0 is no maximum.
fn length(value: &str, min: usize, max: usize, place: &str) -> Checked {
    within(
        value.chars().count(),
        min,
        max,
        ("value length must be", "runes"),
        place,
    )
}

fn each_length(values: &[String], min: usize, max: usize, place: &str) -> Checked {
    values
        .iter()
        .enumerate()
        .try_for_each(|(index, value)| length(value, min, max, &format!("{place}[{index}]")))
}

fn bytes(value: &(impl AsRef<[u8]> + ?Sized), min: usize, max: usize, place: &str) -> Checked {
    within(
        value.as_ref().len(),
        min,
        max,
        ("value length must be", "bytes"),
        place,
    )
}

fn items<T>(values: &[T], min: usize, max: usize, place: &str) -> Checked {
    within(
        values.len(),
        min,
        max,
        ("value must contain", "item(s)"),
        place,
    )
}

fn within(count: usize, min: usize, max: usize, words: (&str, &str), place: &str) -> Checked {
    if count >= min && (max == 0 || count <= max) {
        return Ok(());
    }
    let (what, unit) = words;
    let bounds = match (min, max, unit) {
        (min, 0, _) => format!("at least {min} {unit}"),
        (0, max, "item(s)") => format!("no more than {max} {unit}"),
        (0, max, _) => format!("at most {max} {unit}"),
        (min, max, _) if min == max => format!("{min} {unit}"),
        (min, max, _) => format!("between {min} and {max} {unit}, inclusive"),
    };
    broken(place, &format!("{what} {bounds}"))
}

fn prefix(value: &str, prefix: &str, place: &str) -> Checked {
    if value.starts_with(prefix) {
        Ok(())
    } else {
        broken(place, &format!("value does not have prefix {prefix:?}"))
    }
}

fn email(value: &str, place: &str) -> Checked {
    // A human's address is trimmed before it is kept (contract/users.md).
    if value.trim().validate_email() {
        Ok(())
    } else {
        broken(place, "value must be a valid email address")
    }
}

fn only_true(value: &bool, place: &str) -> Checked {
    if *value {
        Ok(())
    } else {
        broken(place, "value must equal true")
    }
}

fn defined(value: &i32, values: &[i32], place: &str) -> Checked {
    if values.contains(value) {
        Ok(())
    } else {
        broken(place, "value must be one of the defined enum values")
    }
}

#[allow(dead_code, reason = "whatever the contract declares")]
fn not_zero(value: &i32, place: &str) -> Checked {
    if *value == 0 {
        broken(place, "value must not be in list [0]")
    } else {
        Ok(())
    }
}
