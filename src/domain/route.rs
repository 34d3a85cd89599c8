//! Which providers a message is offered to, and in what order: the operator's rules, pure.
//!
//! A rule says for which numbers, purposes and organizations it holds. Of those that hold for a message
//! the one that knows its number best is taken: the longest prefix. A country counts as its calling
//! code, and before a prefix of the same length, since it tells the countries of a calling code apart.
//! Where two know it equally well, the one for an organization comes first, then the one for a purpose,
//! then the one that is written first. Without a rule every provider is offered the message.

use super::{MessagePurpose, PhoneNumber, Region};

/// A rule. A list that is empty holds for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// What the operator calls it; shown beside each attempt.
    pub name: String,
    /// The beginnings of numbers, such as `+4179`.
    pub prefixes: Vec<String>,
    /// The regions of numbers.
    pub countries: Vec<Region>,
    /// What messages are for.
    pub purposes: Vec<MessagePurpose>,
    /// The ids of organizations.
    pub organizations: Vec<String>,
    /// The names of providers, in the order they are tried.
    pub providers: Vec<String>,
    /// The sender that providers are asked to show; empty leaves it to the provider.
    pub sender: String,
}

/// What a rule may ask about a message.
#[derive(Clone, Copy, Debug)]
pub struct RouteQuestion<'a> {
    /// Where it goes.
    pub number: &'a PhoneNumber,
    /// What it is for.
    pub purpose: MessagePurpose,
    /// The id of the organization of its user.
    pub organization: &'a str,
}

/// How well a rule fits a message; the greatest is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteFit {
    /// Digits of the number that it knows.
    pub digits: usize,
    /// Whether it knows the country.
    pub is_country: bool,
    /// Whether it is for the organization.
    pub is_organization: bool,
    /// Whether it is for the purpose.
    pub is_purpose: bool,
}

/// Why a rule does not hold for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteMiss {
    /// The number is another country's and has none of the prefixes.
    Number,
    /// It is for other purposes.
    Purpose,
    /// It is for other organizations.
    Organization,
}

impl Route {
    /// How well the rule fits.
    ///
    /// # Errors
    /// Why it does not hold.
    pub fn fit(
        &self,
        asked: RouteQuestion<'_>,
        region: Option<Region>,
    ) -> Result<RouteFit, RouteMiss> {
        let number = asked.number.as_str();
        let prefix = self
            .prefixes
            .iter()
            .filter(|prefix| number.starts_with(prefix.as_str()))
            .map(|prefix| (prefix.len() - 1, false))
            .max();
        let country = region
            .filter(|region| self.countries.contains(region))
            .map(|region| {
                let code = region.calling_code().unwrap_or_default();
                (code.to_string().len(), true)
            });
        let is_open = self.prefixes.is_empty() && self.countries.is_empty();
        let (digits, is_country) = match prefix.max(country) {
            Some(best) => best,
            None if is_open => (0, false),
            None => return Err(RouteMiss::Number),
        };
        if !self.purposes.is_empty() && !self.purposes.contains(&asked.purpose) {
            return Err(RouteMiss::Purpose);
        }
        let is_of = |id: &String| id == asked.organization;
        if !self.organizations.is_empty() && !self.organizations.iter().any(is_of) {
            return Err(RouteMiss::Organization);
        }
        Ok(RouteFit {
            digits,
            is_country,
            is_organization: !self.organizations.is_empty(),
            is_purpose: !self.purposes.is_empty(),
        })
    }
}

/// The rule that is taken, with its place; `None` if none holds.
pub fn choose_route<'a>(
    routes: &'a [Route],
    asked: RouteQuestion<'_>,
) -> Option<(usize, &'a Route)> {
    if routes.is_empty() {
        return None;
    }
    let region = asked.number.region();
    let fits = routes.iter().enumerate().filter_map(|(place, route)| {
        let fit = route.fit(asked, region).ok()?;
        Some((fit, std::cmp::Reverse(place), route))
    });
    fits.max_by_key(|(fit, place, _)| (*fit, *place))
        .map(|(_, place, route)| (place.0, route))
}

/// What a rule says to a message.
#[derive(Clone, Debug)]
pub struct RouteSaid<'a> {
    /// The rule.
    pub route: &'a Route,
    /// How well it fits, or why it does not hold.
    pub fit: Result<RouteFit, RouteMiss>,
    /// Whether it is the one that is taken.
    pub is_taken: bool,
}

impl RouteSaid<'_> {
    /// Why it holds or does not, in words.
    pub fn reason(&self) -> String {
        let fit = match self.fit {
            Ok(fit) => fit,
            Err(RouteMiss::Number) => return "the number is none of its own".to_owned(),
            Err(RouteMiss::Purpose) => return "it is for other purposes".to_owned(),
            Err(RouteMiss::Organization) => return "it is for other organizations".to_owned(),
        };
        let mut reason = match (fit.is_country, fit.digits) {
            (true, _) => "it knows the country of the number".to_owned(),
            (false, 0) => "it holds for every number".to_owned(),
            (false, 1) => "it knows the first digit of the number".to_owned(),
            (false, digits) => format!("it knows the first {digits} digits of the number"),
        };
        if fit.is_organization {
            reason.push_str(", and the organization");
        }
        if fit.is_purpose {
            reason.push_str(", and the purpose");
        }
        if !self.is_taken {
            reason.push_str("; another rule fits better, or stands before it");
        }
        reason
    }
}

/// What each rule says to a message, in their order.
pub fn explain_routes<'a>(routes: &'a [Route], asked: RouteQuestion<'_>) -> Vec<RouteSaid<'a>> {
    let region = asked.number.region();
    let taken = choose_route(routes, asked).map(|(place, _)| place);
    let said = routes.iter().enumerate().map(|(place, route)| RouteSaid {
        route,
        fit: route.fit(asked, region),
        is_taken: taken == Some(place),
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(name: &str, prefixes: &[&str], countries: &[&str]) -> Route {
        Route {
            name: name.to_owned(),
            prefixes: prefixes.iter().map(|&prefix| prefix.to_owned()).collect(),
            countries: countries
                .iter()
                .map(|country| country.parse().expect("a region"))
                .collect(),
            ..Route::default()
        }
    }

    fn chosen<'a>(routes: &'a [Route], number: &str, organization: &str) -> Option<&'a str> {
        let number = PhoneNumber::from_normalized(number.to_owned());
        let asked = RouteQuestion {
            number: &number,
            purpose: MessagePurpose::VerifyPhone,
            organization,
        };
        choose_route(routes, asked).map(|(_, route)| route.name.as_str())
    }

    #[test]
    fn the_longest_prefix_wins_wherever_it_stands() {
        let routes = [
            route("europe", &["+4"], &[]),
            route("mobile", &["+4176", "+4179"], &[]),
            route("swiss", &["+41"], &[]),
        ];
        assert_eq!(chosen(&routes, "+41791234567", ""), Some("mobile"));
        assert_eq!(chosen(&routes, "+41441234567", ""), Some("swiss"));
        assert_eq!(chosen(&routes, "+436641234567", ""), Some("europe"));
        assert_eq!(chosen(&routes, "+16502530000", ""), None);
    }

    #[test]
    fn a_country_is_told_by_the_number_and_not_by_the_calling_code() {
        let routes = [
            route("plus one", &["+1"], &[]),
            route("bahamas", &[], &["BS"]),
            route("one exchange", &["+12423"], &[]),
        ];
        assert_eq!(chosen(&routes, "+16502530000", ""), Some("plus one"));
        assert_eq!(chosen(&routes, "+12425651234", ""), Some("bahamas"));
        assert_eq!(chosen(&routes, "+12423591234", ""), Some("one exchange"));
    }

    #[test]
    fn equal_knowledge_of_the_number_leaves_it_to_organization_purpose_and_order() {
        let of_org = Route {
            organizations: vec!["7".to_owned()],
            ..route("of the organization", &[], &[])
        };
        let of_purpose = Route {
            purposes: vec![MessagePurpose::VerifyPhone],
            ..route("of the purpose", &[], &[])
        };
        let other = Route {
            purposes: vec![MessagePurpose::Invitation],
            ..route("of another purpose", &["+4179"], &[])
        };
        let routes = [
            other,
            route("first", &[], &[]),
            route("second", &[], &[]),
            of_purpose,
            of_org,
        ];
        assert_eq!(
            chosen(&routes, "+41791234567", "7"),
            Some("of the organization")
        );
        assert_eq!(chosen(&routes, "+41791234567", "8"), Some("of the purpose"));
        assert_eq!(chosen(&routes[1..3], "+41791234567", "8"), Some("first"));
    }

    #[test]
    fn a_rule_says_why_it_does_not_hold() {
        let number = PhoneNumber::from_normalized("+41791234567".to_owned());
        let asked = RouteQuestion {
            number: &number,
            purpose: MessagePurpose::VerifyPhone,
            organization: "7",
        };
        let region = number.region();
        assert_eq!(
            route("german", &[], &["DE"]).fit(asked, region),
            Err(RouteMiss::Number)
        );
        let of_another = Route {
            organizations: vec!["8".to_owned()],
            ..Route::default()
        };
        assert_eq!(of_another.fit(asked, region), Err(RouteMiss::Organization));
        let for_another = Route {
            purposes: vec![MessagePurpose::Invitation],
            ..Route::default()
        };
        assert_eq!(for_another.fit(asked, region), Err(RouteMiss::Purpose));
    }
}
