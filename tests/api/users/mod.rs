//! Users: made, imported, shown, changed, removed, by v1, v2 and its v2beta twin; and their history.

pub mod add_human_user;
pub mod add_human_user_v1;
pub mod add_machine_user;
pub mod beta;
pub mod create_and_update_v2;
pub mod delete_user;
pub mod email;
pub mod email_v2;
pub mod get_my_user;
pub mod get_user_by_id;
pub mod get_user_by_id_v1;
pub mod get_user_by_login_name_global;
pub mod import_human_user;
pub mod is_user_unique;
pub mod list_user_changes;
pub mod list_users;
pub mod list_users_v1;
pub mod me_and_machines;
pub mod metadata;
pub mod name;
mod order;
pub mod profile;
pub mod remove_user;
mod reuse;
mod searching;
pub mod set_password;
pub mod state;

/// Passwords that lack something, with the error that says what. Each lacks also what the next error
/// tells, so that the errors come in this order.
pub const WEAK_PASSWORDS: [(&str, &str); 5] = [
    ("!!!!!!!", "DOMAIN-HuJf6"),
    ("!!!!!!!!", "DOMAIN-co3Xw"),
    ("aaaaaaaa", "DOMAIN-VoaRj"),
    ("Aaaaaaaa", "DOMAIN-ZBv4H"),
    ("Aaaaaaa1", "DOMAIN-ZDLwA"),
];

/// A password that lacks nothing.
pub const PASSWORD: &str = "Analytical1!";

/// The argon2id hash of some password, in PHC form.
pub const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
    T9qXwTzTnoSAQKCdAGFJVQkcZzPdBFBOZMjDAfLTcRA";
