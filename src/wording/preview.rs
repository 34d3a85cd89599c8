//! A message as it would be sent, without sending it.

use crate::{
    clock::Timestamp,
    domain::{
        Aggregate, Autofill, Email, Gender, Human, Kind, Language, MessageType, Name, Phone,
        PhoneNumber, PlainCode, Region, Segments, TextKey, TextSource, User, UserState,
    },
    error::Error,
    store::{OrgRef, ReadTx},
};

use super::{
    Asked, Remark, Texts, Variables,
    remarks::{android_remark, remarks},
};

/// What is to be shown.
pub struct PreviewQuestion {
    /// The type; one that goes by SMS.
    pub message: MessageType,
    /// The user it would go to; somebody made up without one.
    pub user: Option<User>,
    /// The organization; the user's own without one.
    pub org: Option<OrgRef>,
    /// A language instead of the user's.
    pub language: Option<Language>,
    /// A number instead of the user's.
    pub number: Option<PhoneNumber>,
    /// The scheme and host of the call that would cause it.
    pub origin: String,
    /// The code that it shows.
    pub code: PlainCode,
    /// The time.
    pub now: Timestamp,
}

/// A message as it would be sent.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The text.
    pub text: String,
    /// The wording before its variables were filled in.
    pub template: String,
    /// The language it is in.
    pub language: String,
    /// Where the wording comes from.
    pub source: TextSource,
    /// The region of the number.
    pub region: Option<Region>,
    /// What it takes as SMS.
    pub segments: Segments,
    /// What to know about it.
    pub remarks: Vec<Remark>,
}

impl Texts {
    /// Shows a message.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn preview(&self, tx: &ReadTx<'_>, question: PreviewQuestion) -> Result<Preview, Error> {
        let org = match question.org {
            Some(org) => org,
            None => match &question.user {
                Some(user) => OrgRef {
                    row: user.aggregate.owner,
                    id: user.aggregate.owner_id.clone(),
                },
                None => tx.instance()?.default_org,
            },
        };
        let mut user = question
            .user
            .unwrap_or_else(|| sample_of(org.id.clone(), question.now));
        user.aggregate.owner_id.clone_from(&org.id);
        let Kind::Human(human) = &mut user.kind else {
            return Err(Error::invalid("a machine gets no messages"));
        };
        if let Some(language) = question.language {
            human.preferred_language = language;
        }
        if let Some(number) = question.number {
            human.phone = Some(Phone {
                number,
                is_verified: false,
            });
        }
        let human = human.clone();
        let number = human.phone.as_ref().map(|phone| &phone.number);
        let wording = self.choose(
            tx,
            Asked {
                message: question.message,
                org_row: org.row,
                org_id: &org.id,
                language: &human.preferred_language,
                number,
            },
        )?;
        let variables = Variables::new(&user, &human, &question.code, &question.origin);
        let finished = self.finished(&wording, &variables);
        let text = finished.get(TextKey::Text).to_owned();
        let template = wording.text.get(TextKey::Text).to_owned();
        let mut remarks = remarks(wording.message, &template, &text);
        if wording.message == MessageType::VerifyPhone {
            let domain = variables.get("Domain").unwrap_or_default();
            remarks.extend(self.about_last_line(&text, domain, wording.source));
        }
        Ok(Preview {
            segments: Segments::of(&text),
            text,
            template,
            language: wording.language,
            source: wording.source,
            region: number.and_then(PhoneNumber::region),
            remarks,
        })
    }

    fn about_last_line(&self, sms: &str, domain: &str, source: TextSource) -> Option<Remark> {
        let autofill = &self.settings().autofill;
        match autofill {
            Autofill::None => None,
            _ if source == TextSource::Country => Some(Remark::NoLastLine),
            Autofill::Web { .. } => autofill
                .line(domain, "")
                .is_none()
                .then_some(Remark::NoHost),
            Autofill::Android { .. } => android_remark(sms),
        }
    }
}

/// What there is to say about a template that would go to somebody made up, with such a code.
pub fn remarks_of(
    message: MessageType,
    template: &str,
    code: &PlainCode,
    now: Timestamp,
) -> Vec<Remark> {
    let user = sample_of(String::new(), now);
    let Some(human) = user.human() else {
        return Vec::new();
    };
    let mut variables = Variables::new(&user, human, code, "https://login.example.com");
    variables.add("OTP", code.expose().to_owned());
    remarks(message, template, &variables.fill_in(template))
}

/// Somebody made up, of an organization, without a phone.
pub(super) fn sample_of(org_id: String, now: Timestamp) -> User {
    let human = Human {
        name: Name {
            first: "Ada".to_owned(),
            last: "Lovelace".to_owned(),
            nick: "Ada".to_owned(),
            display: "Ada Lovelace".to_owned(),
        },
        preferred_language: Language::default(),
        gender: Gender::Unspecified,
        email: Email {
            address: "ada@example.com".to_owned(),
            is_verified: true,
        },
        phone: None,
        password_changed_at: None,
        password_change_required: false,
    };
    User {
        aggregate: Aggregate::new_user("401047112403399382".to_owned(), 0, org_id, 0, now),
        state: UserState::Active,
        user_name: "ada".to_owned(),
        kind: Kind::Human(Box::new(human)),
    }
}
