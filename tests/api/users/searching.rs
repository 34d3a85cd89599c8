//! What `ListUsers` of v1 and v2 have in common: the queries, their combinations, paging and sorting.
//!
//! Each check makes an organization of its own with five people and a machine, whose names hold what
//! searches stumble over: wildcards, other alphabets, letters that change with the case.

use serde_json::{Value, json};

use crate::{
    clients::{Answer, Kind},
    operations::{ADD_HUMAN_USER, ADD_MACHINE_USER},
    table::Scene,
};

/// Five people: given name, family name, nick name, local part of the address.
const PEOPLE: [[&str; 4]; 5] = [
    ["Ada", "Lovelace", "Countess", "Ada.King"],
    ["anna", "Müller", "100%", "anna_m"],
    ["ANNA", "MÜLLER-Ødegård", "a_b\\c", "anna.m"],
    ["Ödön", "von Horváth", "100x", "oedoen"],
    ["Σίσυφος", "李", "", "sisyphos"],
];

/// An organization with people to be found.
pub struct Searched<'a> {
    scene: &'a Scene,
    /// The organization.
    pub org: String,
    /// The ids of the five people and of the machine.
    pub ids: Vec<String>,
    /// What all user names begin with.
    pub prefix: String,
    is_v2: bool,
}

impl<'a> Searched<'a> {
    /// Fills an organization.
    pub fn new(scene: &'a Scene, is_v2: bool) -> Self {
        let org = scene.org();
        let prefix = scene.unique("Searched");
        let mut ids = Vec::new();
        for (index, [given, family, nick, address]) in PEOPLE.iter().enumerate() {
            let request = json!({
                "username": format!("{prefix}.{given}{index}"),
                "organization": {"orgId": org},
                "profile": {"givenName": given, "familyName": family, "nickName": nick},
                "email": {"email": format!("{address}@{prefix}.example"), "isVerified": true},
                "phone": {"phone": format!("+41791{:03}{index:03}", number_of(&prefix)), "isVerified": true},
                "metadata": [{"key": format!("{prefix}-Shoe"), "value": size(index)}, {"key": "hat", "value": size(1)}],
            });
            let answer = scene.rest_as_admin(&ADD_HUMAN_USER, request).ok();
            ids.push(answer["userId"].as_str().unwrap().to_owned());
        }
        let request = json!({"userName": format!("{prefix}.engine"), "name": "Engine"});
        let answer = scene.rest(&ADD_MACHINE_USER, &scene.admin.token, Some(&org), request);
        ids.push(answer.ok()["userId"].as_str().unwrap().to_owned());
        Self {
            scene,
            org,
            ids,
            prefix,
            is_v2,
        }
    }

    /// Calls the operation as the instance owner with members of the request; v2 looks into the
    /// organization only because another query says so.
    pub fn list(&self, mut request: Value) -> Answer {
        if self.is_v2 {
            let own = json!({"organizationIdQuery": {"organizationId": self.org}});
            let queries = request.as_object_mut().unwrap().entry("queries");
            queries
                .or_insert(json!([]))
                .as_array_mut()
                .unwrap()
                .push(own);
        }
        let call = self.scene.by(&self.scene.admin.token);
        call.within(&self.org).call(request)
    }

    /// Whom a list shows, by their place above; 5 is the machine.
    #[track_caller]
    pub fn found(&self, request: Value) -> Vec<usize> {
        let answer = self.list(request).ok();
        let found = answer["result"].as_array().cloned().unwrap_or_default();
        let id = if self.is_v2 { "userId" } else { "id" };
        let place = |user: &Value| {
            let place = self.ids.iter().position(|own| user[id] == **own);
            place.unwrap_or_else(|| panic!("a stranger: {user}"))
        };
        found.iter().map(place).collect()
    }

    /// Whom one query finds; the total must say as much.
    #[track_caller]
    pub fn by(&self, query: Value) -> Vec<usize> {
        let request = json!({"queries": [query]});
        let total = self.total(request.clone());
        let found = self.found(request);
        assert_eq!(total, found.len());
        found
    }

    /// The total that a list tells.
    #[track_caller]
    pub fn total(&self, request: Value) -> usize {
        let total = self.list(request).ok()["details"]["totalResult"].clone();
        total.as_str().map_or(0, |total| total.parse().unwrap())
    }
}

fn number_of(prefix: &str) -> u32 {
    let digits = prefix.rsplit('-').next().unwrap();
    digits.parse::<u32>().unwrap() % 1000
}

/// The value of a metadata entry, as JSON has it.
pub fn size(size: usize) -> &'static str {
    // "size 0" to "size 4"
    ["c2l6ZSAw", "c2l6ZSAx", "c2l6ZSAy", "c2l6ZSAz", "c2l6ZSA0"][size]
}

/// Every method on first names, each with and without regard to case.
pub fn every_method(s: &Searched) {
    let by = |text: &str, method: &str| {
        let method = format!("TEXT_QUERY_METHOD_{method}");
        s.by(json!({"firstNameQuery": {"firstName": text, "method": method}}))
    };
    assert_eq!(by("anna", "EQUALS"), [1]);
    assert_eq!(by("anna", "EQUALS_IGNORE_CASE"), [1, 2]);
    assert_eq!(by("A", "STARTS_WITH"), [0, 2]);
    assert_eq!(by("A", "STARTS_WITH_IGNORE_CASE"), [0, 1, 2]);
    assert_eq!(by("nn", "CONTAINS"), [1]);
    assert_eq!(by("nN", "CONTAINS_IGNORE_CASE"), [1, 2]);
    assert_eq!(by("nna", "CONTAINS_IGNORE_CASE"), [1, 2]);
    assert_eq!(by("a", "ENDS_WITH"), [0, 1]);
    assert_eq!(by("A", "ENDS_WITH_IGNORE_CASE"), [0, 1, 2]);
    assert_eq!(by("anna", "ENDS_WITH_IGNORE_CASE"), [1, 2]);
    // Equality with regard to case is what nothing said means.
    let query = json!({"firstNameQuery": {"firstName": "ANNA"}});
    assert_eq!(s.by(query), [2]);
}

/// Letters outside of ASCII have a case too, and short texts are found.
pub fn other_alphabets(s: &Searched) {
    let first = |text: &str, method: &str| {
        let method = format!("TEXT_QUERY_METHOD_{method}_IGNORE_CASE");
        s.by(json!({"firstNameQuery": {"firstName": text, "method": method}}))
    };
    assert_eq!(first("öDÖN", "EQUALS"), [3]);
    assert_eq!(first("ö", "STARTS_WITH"), [3]);
    assert_eq!(first("Ö", "CONTAINS"), [3]);
    assert_eq!(first("ΣΊΣΥΦΟΣ", "EQUALS"), [4]);
    assert_eq!(first("ΦΟΣ", "ENDS_WITH"), [4]);
    assert_eq!(first("σίσ", "STARTS_WITH"), [4]);
    assert_eq!(first("an", "CONTAINS"), [1, 2]);
    let last = |text: &str, method: &str| {
        let method = format!("TEXT_QUERY_METHOD_{method}_IGNORE_CASE");
        s.by(json!({"lastNameQuery": {"lastName": text, "method": method}}))
    };
    assert_eq!(last("müller", "STARTS_WITH"), [1, 2]);
    assert_eq!(last("ØDEGÅRD", "ENDS_WITH"), [2]);
    assert_eq!(last("李", "CONTAINS"), [4]);
}

/// Wildcards of SQL and quotes in a text are letters like all others.
pub fn texts_are_literal(s: &Searched) {
    let nick = |text: &str, method: &str| {
        let method = format!("TEXT_QUERY_METHOD_{method}");
        s.by(json!({"nickNameQuery": {"nickName": text, "method": method}}))
    };
    assert_eq!(nick("100%", "EQUALS_IGNORE_CASE"), [1]);
    assert_eq!(nick("100%", "STARTS_WITH"), [1]);
    assert_eq!(nick("%", "CONTAINS"), [1]);
    assert_eq!(nick("0%", "ENDS_WITH"), [1]);
    assert_eq!(nick("100_", "EQUALS_IGNORE_CASE"), [0_usize; 0]);
    assert_eq!(nick("a_b", "STARTS_WITH_IGNORE_CASE"), [2]);
    assert_eq!(nick("b\\c", "CONTAINS"), [2]);
    assert_eq!(nick("\\", "CONTAINS_IGNORE_CASE"), [2]);
    for text in [
        "'",
        "\"",
        "' OR 1=1 --",
        "a\" OR b",
        "*",
        "NEAR(a b)",
        "\u{0}",
    ] {
        assert_eq!(nick(text, "CONTAINS"), [0_usize; 0], "{text}");
        assert_eq!(nick(text, "STARTS_WITH"), [0_usize; 0], "{text}");
    }
}

/// Each of the other texts is looked for in its own place.
pub fn every_text(s: &Searched) {
    let prefix = &s.prefix;
    let all = "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE";
    let everybody = [0, 1, 2, 3, 4, 5];
    let lower = prefix.to_lowercase();
    assert_eq!(
        s.by(json!({"userNameQuery": {"userName": lower, "method": all}})),
        everybody
    );
    assert_eq!(
        s.by(json!({"loginNameQuery": {"loginName": lower, "method": all}})),
        everybody
    );
    let name = format!("{prefix}.Ada0");
    assert_eq!(s.by(json!({"userNameQuery": {"userName": name}})), [0]);
    assert_eq!(s.by(json!({"loginNameQuery": {"loginName": name}})), [0]);
    assert_eq!(
        s.by(json!({"displayNameQuery": {"displayName": "Ada Lovelace"}})),
        [0]
    );
    assert_eq!(
        s.by(json!({"lastNameQuery": {"lastName": "Lovelace"}})),
        [0]
    );
    assert_eq!(
        s.by(json!({"nickNameQuery": {"nickName": "Countess"}})),
        [0]
    );
    let address = format!("Ada.King@{prefix}.example");
    assert_eq!(s.by(json!({"emailQuery": {"emailAddress": address}})), [0]);
    let method = "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE";
    let query = json!({"emailQuery": {"emailAddress": "_m@", "method": method}});
    assert_eq!(s.by(query), [1]);
    let other = address.to_lowercase();
    assert!(
        s.by(json!({"emailQuery": {"emailAddress": other}}))
            .is_empty()
    );
    let addresses = [
        address.as_str(),
        &format!("anna.m@{prefix}.example"),
        &other,
    ];
    assert_eq!(
        s.by(json!({"inUserEmailsQuery": {"userEmails": addresses}})),
        [0, 2]
    );
    assert!(s.by(json!({"inUserEmailsQuery": {}})).is_empty());
}

/// States, kinds and ids.
pub fn states_kinds_and_ids(s: &Searched) {
    let state = |state: &str| s.by(json!({"stateQuery": {"state": format!("USER_STATE_{state}")}}));
    assert_eq!(state("ACTIVE"), [0, 1, 2, 3, 4, 5]);
    for other in ["INACTIVE", "LOCKED", "INITIAL", "DELETED", "UNSPECIFIED"] {
        assert!(state(other).is_empty(), "{other}");
    }
    assert_eq!(s.by(json!({"typeQuery": {"type": "TYPE_MACHINE"}})), [5]);
    assert_eq!(
        s.by(json!({"typeQuery": {"type": "TYPE_HUMAN"}})),
        [0, 1, 2, 3, 4]
    );
    let ids = [&s.ids[4], &s.ids[1], &s.ids[1], "nobody", &s.scene_admin()];
    assert_eq!(s.by(json!({"inUserIdsQuery": {"userIds": ids}})), [1, 4]);
    assert!(s.by(json!({"inUserIdsQuery": {}})).is_empty());
}

impl Searched<'_> {
    fn scene_admin(&self) -> String {
        self.scene.admin.user.clone()
    }
}

/// Or, and, not, and all queries of a request together.
pub fn combinations(s: &Searched) {
    let first = |name: &str| json!({"firstNameQuery": {"firstName": name, "method": "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE"}});
    let last = |name: &str| json!({"lastNameQuery": {"lastName": name, "method": "TEXT_QUERY_METHOD_STARTS_WITH"}});
    assert_eq!(
        s.found(json!({"queries": [first("anna"), last("MÜ")]})),
        [2]
    );
    let or = json!({"orQuery": {"queries": [first("ada"), last("MÜ"), first("ada")]}});
    assert_eq!(s.by(or.clone()), [0, 2]);
    let and = json!({"andQuery": {"queries": [first("anna"), last("Mü")]}});
    assert_eq!(s.by(and.clone()), [1]);
    // A machine has no first name, so that it is not called Anna either.
    assert_eq!(
        s.by(json!({"notQuery": {"query": first("anna")}})),
        [0, 3, 4, 5]
    );
    let neither = json!({"notQuery": {"query": {"orQuery": {"queries": [or, and]}}}});
    assert_eq!(s.by(neither.clone()), [3, 4, 5]);
    assert_eq!(s.by(json!({"notQuery": {"query": neither}})), [0, 1, 2]);
    assert_eq!(s.by(json!({"andQuery": {}})), [0, 1, 2, 3, 4, 5]);
    assert!(s.by(json!({"orQuery": {}})).is_empty());
}

/// A query that says nothing is refused wherever it stands.
pub fn empty_queries(s: &Searched) {
    for query in [
        json!({}),
        json!({"notQuery": {}}),
        json!({"notQuery": {"query": {}}}),
        json!({"orQuery": {"queries": [{}]}}),
        json!({"andQuery": {"queries": [{"typeQuery": {"type": "TYPE_HUMAN"}}, {}]}}),
    ] {
        s.list(json!({"queries": [query]})).expect_invalid();
    }
}

/// Twenty levels are deep enough; a broken limit is told before they are counted.
pub fn nesting(s: &Searched) {
    let nested = |levels: usize, innermost: Value| {
        let wrap = |query, level| match level % 2 {
            0 => json!({"andQuery": {"queries": [query]}}),
            _ => json!({"orQuery": {"queries": [query]}}),
        };
        json!({"queries": [(0..levels).fold(innermost, wrap)]})
    };
    let negated = |levels: usize, innermost: Value| {
        let wrap = |query, _| json!({"notQuery": {"query": query}});
        json!({"queries": [(0..levels).fold(innermost, wrap)]})
    };
    let ada = json!({"firstNameQuery": {"firstName": "Ada"}});
    assert_eq!(s.found(nested(20, ada.clone())), [0]);
    assert_eq!(s.found(negated(20, ada.clone())), [0]);
    for request in [nested(21, ada.clone()), negated(21, ada)] {
        s.list(request).fails(Kind::Invalid, "USER-zsQ97");
    }
    let long = json!({"firstNameQuery": {"firstName": "a".repeat(201)}});
    s.list(nested(21, long)).expect_invalid();
}

/// There is an end to the number of queries.
pub fn many_queries(s: &Searched) {
    let queries = |count: usize| {
        let query = |number: usize| json!({"firstNameQuery": {"firstName": format!("n{number}")}});
        let ada = json!({"firstNameQuery": {"firstName": "Ada"}});
        let queries: Vec<_> = (2..count).map(query).chain([ada]).collect();
        json!({"queries": [{"orQuery": {"queries": queries}}]})
    };
    assert_eq!(s.found(queries(490)), [0]);
    s.list(queries(600)).expect_invalid();
}

/// Offset, limit and total; without a sorting column the oldest is first, whatever `asc` says.
pub fn paging(s: &Searched) {
    let page = |offset: usize, limit: usize, asc: bool| {
        let query = json!({"offset": offset, "limit": limit, "asc": asc});
        let request = json!({"query": query});
        assert_eq!(s.total(request.clone()), 6);
        s.found(request)
    };
    assert_eq!(page(0, 0, false), [0, 1, 2, 3, 4, 5]);
    assert_eq!(page(0, 0, true), [0, 1, 2, 3, 4, 5]);
    assert_eq!(page(0, 2, false), [0, 1]);
    assert_eq!(page(2, 2, true), [2, 3]);
    assert_eq!(page(5, 100, false), [5]);
    assert!(page(6, 1, false).is_empty());
    let filtered = json!({
        "query": {"offset": "1", "limit": 1},
        "queries": [{"typeQuery": {"type": "TYPE_HUMAN"}}],
    });
    assert_eq!(s.total(filtered.clone()), 5);
    assert_eq!(s.found(filtered), [1]);
    let answer = s.list(json!({"query": {"limit": 1}})).ok();
    let details = answer["details"].as_object().unwrap();
    let time = details
        .keys()
        .find(|key| key.to_lowercase().ends_with("timestamp"));
    assert!(
        time.is_some() && details.contains_key("processedSequence"),
        "{answer}"
    );
    assert!(answer.get("sortingColumn").is_none(), "{answer}");
}

/// Every sorting column; descending unless told otherwise, without regard to case.
pub fn sorting(s: &Searched) {
    let sorted = |column: &str, asc: bool| {
        let column = format!("USER_FIELD_NAME_{column}");
        s.found(json!({"query": {"asc": asc}, "sortingColumn": column}))
    };
    assert_eq!(sorted("FIRST_NAME", true), [0, 1, 2, 3, 4, 5]);
    assert_eq!(sorted("FIRST_NAME", false), [5, 4, 3, 2, 1, 0]);
    assert_eq!(sorted("LAST_NAME", true), [0, 1, 2, 3, 4, 5]);
    assert_eq!(sorted("NICK_NAME", true), [4, 1, 3, 2, 0, 5]);
    assert_eq!(sorted("DISPLAY_NAME", true), [0, 1, 2, 3, 4, 5]);
    assert_eq!(sorted("EMAIL", true), [0, 2, 1, 3, 4, 5]);
    assert_eq!(sorted("EMAIL", false), [5, 4, 3, 1, 2, 0]);
    assert_eq!(sorted("TYPE", true), [0, 1, 2, 3, 4, 5]);
    assert_eq!(sorted("TYPE", false)[0], 5);
    assert_eq!(sorted("STATE", true), [0, 1, 2, 3, 4, 5]);
    assert_eq!(sorted("CREATION_DATE", true), [0, 1, 2, 3, 4, 5]);
    assert_eq!(sorted("CREATION_DATE", false), [5, 4, 3, 2, 1, 0]);
    assert_eq!(sorted("USER_NAME", true), [0, 1, 2, 5, 3, 4]);
    assert_eq!(sorted("USER_NAME", false), [4, 3, 5, 2, 1, 0]);
    let page = json!({"query": {"asc": true, "offset": 1, "limit": 2}, "sortingColumn": "USER_FIELD_NAME_EMAIL"});
    assert_eq!(s.found(page), [2, 1]);
}
