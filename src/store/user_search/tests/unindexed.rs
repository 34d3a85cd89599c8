//! The language of searches without any index: one user at a time.

use crate::domain::{
    Kind, MetadataCondition, TextMatch, User, UserCondition, UserText, search_key,
};

pub(super) fn text_of(user: &User, text: UserText) -> Option<&str> {
    let human = user.human();
    match text {
        UserText::UserName => Some(&user.user_name),
        UserText::FirstName => human.map(|human| human.name.first.as_str()),
        UserText::LastName => human.map(|human| human.name.last.as_str()),
        UserText::NickName => human.map(|human| human.name.nick.as_str()),
        UserText::DisplayName => human.map(|human| human.name.display.as_str()),
        UserText::Email => human.map(|human| human.email.address.as_str()),
    }
}

fn phone_of(user: &User) -> Option<&str> {
    Some(user.human()?.phone.as_ref()?.number.as_str())
}

fn accepts(wanted: &TextMatch, text: Option<&str>) -> bool {
    let key = |text: &str| {
        if wanted.ignores_case {
            search_key(text)
        } else {
            text.to_owned()
        }
    };
    text.is_some_and(|text| wanted.comparison.accepts(&key(text), &key(&wanted.text)))
}

/// The same language without any index. Metadata is what `database` wrote.
pub(super) fn is_wanted(condition: &UserCondition, user: &User) -> bool {
    let row = user.aggregate.row;
    match condition {
        UserCondition::Text(text, wanted) => accepts(wanted, text_of(user, *text)),
        UserCondition::Phone(wanted) => accepts(wanted, phone_of(user)),
        UserCondition::State(state) => user.state == *state,
        UserCondition::IsHuman(is_human) => matches!(user.kind, Kind::Human(_)) == *is_human,
        UserCondition::Ids(ids) => ids.contains(&user.aggregate.id),
        UserCondition::Emails(emails) => text_of(user, UserText::Email)
            .is_some_and(|email| emails.iter().any(|wanted| wanted == email)),
        UserCondition::Org(id) => user.aggregate.owner_id == *id,
        UserCondition::Metadata(MetadataCondition::Key(wanted)) => {
            row % 3 == 1 && (accepts(wanted, Some("Shoe")) || accepts(wanted, Some("hat")))
        }
        UserCondition::Metadata(_) => unreachable!("tested on its own"),
        UserCondition::All(parts) => parts.iter().all(|part| is_wanted(part, user)),
        UserCondition::Any(parts) => parts.iter().any(|part| is_wanted(part, user)),
        UserCondition::Not(part) => !is_wanted(part, user),
    }
}
