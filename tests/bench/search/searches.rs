//! Every kind of search, each with parameters that differ from request to request.

use serde_json::{Value, json};

use super::{
    bed::Bed,
    names::{Person, person},
    population::customer,
};

const V1: &str = "/management/v1/users/_search";
const V2: &str = "/v2/users";

/// One kind of search.
pub struct Search {
    /// What the table calls it.
    pub name: &'static str,
    path: &'static str,
    body: fn(&Any) -> Value,
}

/// Somebody to search for: another one for each request.
struct Any<'a> {
    bed: &'a Bed,
    number: usize,
    person: Person,
}

impl Search {
    /// The request with a number.
    pub fn request(&self, bed: &Bed, number: usize) -> Vec<u8> {
        // Humans of the first organization: neither 0 of ten nor 1 of two hundred.
        let spread = number.wrapping_mul(7_919) % (bed.ids.len() / 200) * 200;
        let number = spread + 3 + number % 7;
        let any = Any {
            bed,
            number,
            person: person(number),
        };
        let body = (self.body)(&any).to_string();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.path,
            bed.token,
            body.len()
        );
        (head + &body).into_bytes()
    }
}

/// A search with one query for at most fifty users.
fn one(query: Value) -> Value {
    json!({"query": {"limit": 50}, "queries": [query]})
}

fn sorted(column: &str, offset: usize) -> Value {
    json!({
        "query": {"offset": offset, "limit": 50, "asc": true},
        "sortingColumn": format!("USER_FIELD_NAME_{column}"),
    })
}

fn email(text: &str, method: &str) -> Value {
    json!({"emailQuery": {"emailAddress": text, "method": format!("TEXT_QUERY_METHOD_{method}")}})
}

fn last_name(text: &str, method: &str) -> Value {
    json!({"lastNameQuery": {"lastName": text, "method": format!("TEXT_QUERY_METHOD_{method}")}})
}

fn first_name(text: &str) -> Value {
    json!({"firstNameQuery": {"firstName": text, "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE"}})
}

fn display_name(text: &str) -> Value {
    json!({"displayNameQuery": {"displayName": text, "method": "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE"}})
}

fn phone(text: &str, method: &str) -> Value {
    json!({"phoneQuery": {"number": text, "method": format!("TEXT_QUERY_METHOD_{method}")}})
}

macro_rules! searches {
    ($($name:literal $path:ident |$any:pat_param| $body:expr;)*) => {
        /// All of them.
        pub fn all() -> Vec<Search> {
            vec![$(Search { name: $name, path: $path, body: |$any| $body }),*]
        }
    };
}

searches! {
    "first page" V1 |_| json!({"query": {"limit": 50}});
    "page in the middle" V1 |any| json!({"query": {"limit": 50, "offset": any.bed.ids.len() / 2}});
    "everything there is room for (10,000)" V1 |_| json!({});
    "sorted by display name, first page" V1 |_| sorted("DISPLAY_NAME", 0);
    "sorted by e-mail, page in the middle" V1 |any| sorted("EMAIL", any.bed.ids.len() / 2);
    "sorted by state, first page" V2 |_| sorted("STATE", 0);
    "newest first, all organizations" V2 |_| {
        json!({"query": {"limit": 50}, "sortingColumn": "USER_FIELD_NAME_CREATION_DATE"})
    };
    "e-mail equals" V1 |any| one(email(&any.person.email, "EQUALS"));
    "e-mail equals, all organizations" V2 |any| one(email(&any.person.email, "EQUALS_IGNORE_CASE"));
    "login name equals" V1 |any| {
        let name = any.person.user_name.to_uppercase();
        one(json!({"loginNameQuery": {"loginName": name, "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE"}}))
    };
    "phone equals" V2 |any| one(phone(&any.person.phone, "EQUALS"));
    "phone starts with 9 of 12" V2 |any| one(phone(&any.person.phone[..9], "STARTS_WITH"));
    "phone contains 5" V2 |any| one(phone(&any.person.phone[6..11], "CONTAINS"));
    "ten ids" V1 |any| {
        let ids: Vec<_> = (0..10).map(|next| &any.bed.ids[(any.number + next * 97) % any.bed.ids.len()]).collect();
        one(json!({"inUserIdsQuery": {"userIds": ids}}))
    };
    "ten e-mail addresses" V2 |any| {
        let emails: Vec<_> = (0..10).map(|next| person(any.number + next * 200).email).collect();
        one(json!({"inUserEmailsQuery": {"userEmails": emails}}))
    };
    "last name equals" V1 |any| one(last_name(&any.person.family, "EQUALS"));
    "last name starts with 3, ignoring case" V1 |any| {
        let start: String = any.person.family.chars().take(3).collect();
        one(last_name(&start.to_uppercase(), "STARTS_WITH_IGNORE_CASE"))
    };
    "last name starts with 1" V1 |any| {
        let start: String = any.person.family.chars().take(1).collect();
        one(last_name(&start, "STARTS_WITH"))
    };
    "e-mail contains 7" V1 |any| {
        let at = any.person.email.find('@').unwrap();
        let start = any.person.email[..at].char_indices().rev().nth(6).unwrap().0;
        one(email(&any.person.email[start..at].to_uppercase(), "CONTAINS_IGNORE_CASE"))
    };
    "display name contains first and last" V1 |any| {
        let name = format!("{} {}", any.person.given, any.person.family).to_lowercase();
        one(display_name(&name[name.char_indices().nth(1).unwrap().0..]))
    };
    "last name contains 4" V2 |any| {
        let part: String = any.person.family.chars().skip(1).take(4).collect();
        one(last_name(&part, "CONTAINS"))
    };
    "last name contains 2" V1 |any| {
        let part: String = any.person.family.chars().skip(1).take(2).collect();
        one(last_name(&part, "CONTAINS_IGNORE_CASE"))
    };
    "last name contains 1" V1 |_| one(last_name("x", "CONTAINS_IGNORE_CASE"));
    "e-mail ends with 14" V1 |any| {
        let start = any.person.email.char_indices().rev().nth(13).unwrap().0;
        one(email(&any.person.email[start..], "ENDS_WITH"))
    };
    "e-mail contains what all have" V1 |_| one(email("example", "CONTAINS"));
    "state locked" V1 |_| one(json!({"stateQuery": {"state": "USER_STATE_LOCKED"}}));
    "state active" V1 |_| one(json!({"stateQuery": {"state": "USER_STATE_ACTIVE"}}));
    "machines, sorted by user name" V1 |_| {
        let mut request = sorted("USER_NAME", 0);
        request["queries"] = json!([{"typeQuery": {"type": "TYPE_MACHINE"}}]);
        request
    };
    "first and last name equal" V1 |any| {
        json!({"queries": [first_name(any.person.given), last_name(&any.person.family, "EQUALS")]})
    };
    "e-mail or phone or login name" V2 |any| {
        let name = json!({"loginNameQuery": {"loginName": any.person.user_name}});
        let queries = [email(&any.person.email, "EQUALS"), phone(&any.person.phone, "EQUALS"), name];
        one(json!({"orQuery": {"queries": queries}}))
    };
    "last name, but not first name, sorted" V1 |any| {
        let mut request = sorted("CREATION_DATE", 0);
        request["queries"] = json!([
            last_name(&any.person.family, "EQUALS"),
            {"notQuery": {"query": first_name(any.person.given)}},
        ]);
        request
    };
    "metadata by key and value" V2 |any| {
        let value = customer(any.number);
        let value = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, value);
        json!({"queries": [
            {"metadataKeyFilter": {"key": "customer"}},
            {"metadataValueFilter": {"value": value}},
        ]})
    };
    "small organization, last name contains 3" V2 |any| {
        let part: String = any.person.family.chars().take(3).collect();
        json!({"queries": [
            {"organizationIdQuery": {"organizationId": any.bed.small_org}},
            last_name(&part, "CONTAINS"),
        ]})
    };
}
