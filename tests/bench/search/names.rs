//! Names for people: common ones of several languages, put together by a number.

const GIVEN: [&str; 48] = [
    "Anna",
    "Ada",
    "Ben",
    "Björn",
    "Carla",
    "Chloé",
    "Daniel",
    "Dörte",
    "Elena",
    "Emil",
    "Fatima",
    "Finn",
    "Giulia",
    "Gérard",
    "Hannah",
    "Hakan",
    "Ines",
    "Ivan",
    "Julia",
    "Jürgen",
    "Katarzyna",
    "Kim",
    "Laura",
    "Lukas",
    "Maria",
    "Mehmet",
    "Nora",
    "Noël",
    "Olga",
    "Oskar",
    "Paula",
    "Pierre",
    "Qiang",
    "Quirin",
    "Rosa",
    "Rafał",
    "Sofia",
    "Stefan",
    "Tamara",
    "Thomas",
    "Ursula",
    "Urs",
    "Vera",
    "Viktor",
    "Wanda",
    "Yusuf",
    "Zoë",
    "Željko",
];

const FAMILY: [&str; 64] = [
    "Müller",
    "Meier",
    "Schmid",
    "Keller",
    "Weber",
    "Huber",
    "Schneider",
    "Steiner",
    "Fischer",
    "Baumann",
    "Frei",
    "Brunner",
    "Gerber",
    "Widmer",
    "Zimmermann",
    "Moser",
    "Graf",
    "Wyss",
    "Roth",
    "Suter",
    "Rossi",
    "Bianchi",
    "Ferrari",
    "Dubois",
    "Lefèvre",
    "Moreau",
    "Garcia",
    "Núñez",
    "Silva",
    "Santos",
    "Kowalski",
    "Nowak",
    "Wójcik",
    "Novák",
    "Horváth",
    "Nagy",
    "Popescu",
    "Ionescu",
    "Petrović",
    "Jovanović",
    "Yılmaz",
    "Kaya",
    "Demir",
    "Nguyen",
    "Tran",
    "Li",
    "Wang",
    "Zhang",
    "Kim",
    "Park",
    "Sato",
    "Suzuki",
    "Tanaka",
    "Singh",
    "Kumar",
    "Patel",
    "Smith",
    "Jones",
    "O'Brien",
    "Murphy",
    "Johansson",
    "Andersson",
    "Østergaard",
    "Hansen",
];

const DOMAINS: [&str; 8] = [
    "example.com",
    "example.org",
    "mail.example",
    "post.example",
    "web.example",
    "uni.example",
    "shop.example",
    "firma.example",
];

/// A person; equal numbers make equal persons.
pub struct Person {
    /// The given name.
    pub given: &'static str,
    /// The family name, of two parts.
    pub family: String,
    /// The user name.
    pub user_name: String,
    /// The e-mail address.
    pub email: String,
    /// The number.
    pub phone: String,
}

/// The person with a number.
pub fn person(number: usize) -> Person {
    // Spread, so that neighbours have little in common.
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7;
    let given = GIVEN[mixed % GIVEN.len()];
    let family = FAMILY[mixed / 64 % FAMILY.len()];
    let second = FAMILY[mixed / 8192 % FAMILY.len()];
    let domain = DOMAINS[mixed / 1024 % DOMAINS.len()];
    let user_name = format!("{}.{}{number}", given.to_lowercase(), family.to_lowercase());
    Person {
        given,
        family: format!("{family}-{second}"),
        email: format!("{user_name}@{domain}"),
        user_name,
        phone: format!("+4179{number:07}"),
    }
}
