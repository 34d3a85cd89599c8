//! Belfry's own texts, in each language that it has.
//!
//! The SMS texts keep to the GSM 7-bit alphabet, so that a message is one segment.

use super::{MessageText, MessageType, TextKey};

/// The languages that there are texts in.
pub const LANGUAGES: &[&str] = &["en", "de", "fr", "it", "es"];

/// Belfry's own text of a type in a language; `None` for a language without texts.
pub fn built_in(message: MessageType, language: &str) -> Option<MessageText> {
    let (_, texts) = TEXTS.iter().find(|(known, _)| *known == language)?;
    let (_, parts) = texts.iter().find(|(of, _)| *of == message)?;
    let mut text = MessageText::default();
    for (key, part) in TextKey::ALL.into_iter().zip(parts) {
        text.set(key, *part);
    }
    Some(text)
}

/// Title, preheader, subject, greeting, text, button and footer.
type Parts = [&'static str; 7];

const TEXTS: &[(&str, &[(MessageType, Parts)])] = &[
    (
        "en",
        &[
            (
                MessageType::VerifyPhone,
                [
                    "Verify your phone number",
                    "Verify your phone number",
                    "Verify your phone number",
                    "Hello {{.DisplayName}},",
                    "{{.Code}} is your code to verify this phone number.",
                    "Verify",
                    "",
                ],
            ),
            (
                MessageType::VerifySmsOtp,
                [
                    "",
                    "",
                    "",
                    "",
                    "{{.OTP}} is your one-time password for {{.Domain}}.",
                    "",
                    "",
                ],
            ),
            (
                MessageType::VerifyEmail,
                [
                    "Verify your e-mail address",
                    "Your code to verify this address",
                    "Verify your e-mail address",
                    "Hello {{.DisplayName}},",
                    "Please verify that this address is yours. Your code is {{.Code}}. If you did not ask for it, ignore this e-mail.",
                    "Verify",
                    "",
                ],
            ),
            (
                MessageType::InitCode,
                [
                    "Finish your registration",
                    "Your code to finish the registration",
                    "Finish your registration",
                    "Hello {{.DisplayName}},",
                    "An account was made for you under the name {{.PreferredLoginName}}. Your code to finish the registration is {{.Code}}.",
                    "Finish",
                    "",
                ],
            ),
            (
                MessageType::PasswordReset,
                [
                    "Set a new password",
                    "Your code to set a new password",
                    "Set a new password",
                    "Hello {{.DisplayName}},",
                    "{{.Code}} is your code to set a new password. If you did not ask for it, ignore this message.",
                    "Set password",
                    "",
                ],
            ),
            (
                MessageType::InviteUser,
                [
                    "Invitation to {{.ApplicationName}}",
                    "You are invited",
                    "Invitation to {{.ApplicationName}}",
                    "Hello {{.DisplayName}},",
                    "You are invited to {{.ApplicationName}}. Your code to take the invitation is {{.Code}}.",
                    "Accept",
                    "",
                ],
            ),
        ],
    ),
    (
        "de",
        &[
            (
                MessageType::VerifyPhone,
                [
                    "Telefonnummer bestätigen",
                    "Telefonnummer bestätigen",
                    "Telefonnummer bestätigen",
                    "Hallo {{.DisplayName}},",
                    "{{.Code}} ist dein Code, um diese Telefonnummer zu bestätigen.",
                    "Bestätigen",
                    "",
                ],
            ),
            (
                MessageType::VerifySmsOtp,
                [
                    "",
                    "",
                    "",
                    "",
                    "{{.OTP}} ist dein Einmalpasswort für {{.Domain}}.",
                    "",
                    "",
                ],
            ),
            (
                MessageType::VerifyEmail,
                [
                    "E-Mail-Adresse bestätigen",
                    "Dein Code für diese Adresse",
                    "E-Mail-Adresse bestätigen",
                    "Hallo {{.DisplayName}},",
                    "Bitte bestätige, dass diese Adresse dir gehört. Dein Code lautet {{.Code}}. Falls du ihn nicht angefordert hast, ignoriere diese E-Mail.",
                    "Bestätigen",
                    "",
                ],
            ),
            (
                MessageType::InitCode,
                [
                    "Registrierung abschließen",
                    "Dein Code für die Registrierung",
                    "Registrierung abschließen",
                    "Hallo {{.DisplayName}},",
                    "Für dich wurde unter dem Namen {{.PreferredLoginName}} ein Konto angelegt. Dein Code, um die Registrierung abzuschließen, lautet {{.Code}}.",
                    "Abschließen",
                    "",
                ],
            ),
            (
                MessageType::PasswordReset,
                [
                    "Neues Passwort setzen",
                    "Dein Code für ein neues Passwort",
                    "Neues Passwort setzen",
                    "Hallo {{.DisplayName}},",
                    "{{.Code}} ist dein Code, um ein neues Passwort zu setzen. Falls du ihn nicht angefordert hast, ignoriere diese Nachricht.",
                    "Passwort setzen",
                    "",
                ],
            ),
            (
                MessageType::InviteUser,
                [
                    "Einladung zu {{.ApplicationName}}",
                    "Du bist eingeladen",
                    "Einladung zu {{.ApplicationName}}",
                    "Hallo {{.DisplayName}},",
                    "Du bist zu {{.ApplicationName}} eingeladen. Dein Code, um die Einladung anzunehmen, lautet {{.Code}}.",
                    "Annehmen",
                    "",
                ],
            ),
        ],
    ),
    (
        "fr",
        &[
            (
                MessageType::VerifyPhone,
                [
                    "Confirmer le numéro de téléphone",
                    "Confirmer le numéro de téléphone",
                    "Confirmer le numéro de téléphone",
                    "Bonjour {{.DisplayName}},",
                    "{{.Code}} est votre code pour confirmer ce numéro de téléphone.",
                    "Confirmer",
                    "",
                ],
            ),
            (
                MessageType::VerifySmsOtp,
                [
                    "",
                    "",
                    "",
                    "",
                    "{{.OTP}} est votre mot de passe à usage unique pour {{.Domain}}.",
                    "",
                    "",
                ],
            ),
            (
                MessageType::VerifyEmail,
                [
                    "Confirmer l’adresse e-mail",
                    "Votre code pour cette adresse",
                    "Confirmer l’adresse e-mail",
                    "Bonjour {{.DisplayName}},",
                    "Merci de confirmer que cette adresse est la vôtre. Votre code est {{.Code}}. Si vous ne l’avez pas demandé, ignorez cet e-mail.",
                    "Confirmer",
                    "",
                ],
            ),
            (
                MessageType::InitCode,
                [
                    "Terminer l’inscription",
                    "Votre code pour terminer l’inscription",
                    "Terminer l’inscription",
                    "Bonjour {{.DisplayName}},",
                    "Un compte a été créé pour vous sous le nom {{.PreferredLoginName}}. Votre code pour terminer l’inscription est {{.Code}}.",
                    "Terminer",
                    "",
                ],
            ),
            (
                MessageType::PasswordReset,
                [
                    "Choisir un nouveau mot de passe",
                    "Votre code pour un nouveau mot de passe",
                    "Choisir un nouveau mot de passe",
                    "Bonjour {{.DisplayName}},",
                    "{{.Code}} est votre code pour choisir un nouveau mot de passe. Si vous ne l'avez pas demandé, ignorez ce message.",
                    "Choisir",
                    "",
                ],
            ),
            (
                MessageType::InviteUser,
                [
                    "Invitation à {{.ApplicationName}}",
                    "Vous êtes invité",
                    "Invitation à {{.ApplicationName}}",
                    "Bonjour {{.DisplayName}},",
                    "Vous êtes invité à {{.ApplicationName}}. Votre code pour accepter l’invitation est {{.Code}}.",
                    "Accepter",
                    "",
                ],
            ),
        ],
    ),
    (
        "it",
        &[
            (
                MessageType::VerifyPhone,
                [
                    "Conferma il numero di telefono",
                    "Conferma il numero di telefono",
                    "Conferma il numero di telefono",
                    "Ciao {{.DisplayName}},",
                    "{{.Code}} è il tuo codice per confermare questo numero di telefono.",
                    "Conferma",
                    "",
                ],
            ),
            (
                MessageType::VerifySmsOtp,
                [
                    "",
                    "",
                    "",
                    "",
                    "{{.OTP}} è la tua password monouso per {{.Domain}}.",
                    "",
                    "",
                ],
            ),
            (
                MessageType::VerifyEmail,
                [
                    "Conferma l’indirizzo e-mail",
                    "Il tuo codice per questo indirizzo",
                    "Conferma l’indirizzo e-mail",
                    "Ciao {{.DisplayName}},",
                    "Conferma che questo indirizzo è tuo. Il tuo codice è {{.Code}}. Se non lo hai chiesto, ignora questa e-mail.",
                    "Conferma",
                    "",
                ],
            ),
            (
                MessageType::InitCode,
                [
                    "Completa la registrazione",
                    "Il tuo codice per la registrazione",
                    "Completa la registrazione",
                    "Ciao {{.DisplayName}},",
                    "È stato creato un account per te con il nome {{.PreferredLoginName}}. Il tuo codice per completare la registrazione è {{.Code}}.",
                    "Completa",
                    "",
                ],
            ),
            (
                MessageType::PasswordReset,
                [
                    "Imposta una nuova password",
                    "Il tuo codice per una nuova password",
                    "Imposta una nuova password",
                    "Ciao {{.DisplayName}},",
                    "{{.Code}} è il tuo codice per impostare una nuova password. Se non lo hai chiesto, ignora questo messaggio.",
                    "Imposta",
                    "",
                ],
            ),
            (
                MessageType::InviteUser,
                [
                    "Invito a {{.ApplicationName}}",
                    "Sei invitato",
                    "Invito a {{.ApplicationName}}",
                    "Ciao {{.DisplayName}},",
                    "Sei invitato a {{.ApplicationName}}. Il tuo codice per accettare l’invito è {{.Code}}.",
                    "Accetta",
                    "",
                ],
            ),
        ],
    ),
    (
        "es",
        &[
            (
                MessageType::VerifyPhone,
                [
                    "Confirmar el teléfono",
                    "Confirmar el teléfono",
                    "Confirmar el teléfono",
                    "Hola, {{.DisplayName}}:",
                    "{{.Code}} es tu clave para confirmar este teléfono.",
                    "Confirmar",
                    "",
                ],
            ),
            (
                MessageType::VerifySmsOtp,
                [
                    "",
                    "",
                    "",
                    "",
                    "{{.OTP}} es tu clave de un solo uso para {{.Domain}}.",
                    "",
                    "",
                ],
            ),
            (
                MessageType::VerifyEmail,
                [
                    "Confirmar el correo electrónico",
                    "Tu clave para este correo",
                    "Confirmar el correo electrónico",
                    "Hola, {{.DisplayName}}:",
                    "Confirma que esta dirección es tuya. Tu clave es {{.Code}}. Si no la has pedido, no hagas caso de este correo.",
                    "Confirmar",
                    "",
                ],
            ),
            (
                MessageType::InitCode,
                [
                    "Terminar el registro",
                    "Tu clave para terminar el registro",
                    "Terminar el registro",
                    "Hola, {{.DisplayName}}:",
                    "Se ha creado una cuenta para ti con el nombre {{.PreferredLoginName}}. Tu clave para terminar el registro es {{.Code}}.",
                    "Terminar",
                    "",
                ],
            ),
            (
                MessageType::PasswordReset,
                [
                    "Elegir una nueva contraseña",
                    "Tu clave para una nueva contraseña",
                    "Elegir una nueva contraseña",
                    "Hola, {{.DisplayName}}:",
                    "{{.Code}} es tu clave para elegir otra contraseña. Si no la has pedido, no hagas caso de este mensaje.",
                    "Elegir",
                    "",
                ],
            ),
            (
                MessageType::InviteUser,
                [
                    "Invitación a {{.ApplicationName}}",
                    "Tienes una invitación",
                    "Invitación a {{.ApplicationName}}",
                    "Hola, {{.DisplayName}}:",
                    "Te invitan a {{.ApplicationName}}. Tu clave para aceptar la invitación es {{.Code}}.",
                    "Aceptar",
                    "",
                ],
            ),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sms_shows_its_code_and_fits_one_segment() {
        // The letters beyond ASCII that the GSM 7-bit default alphabet has (3GPP TS 23.038).
        let accented = "èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà";
        for language in LANGUAGES {
            for (message, variable) in [
                (MessageType::VerifyPhone, "{{.Code}}"),
                (MessageType::VerifySmsOtp, "{{.OTP}}"),
                (MessageType::PasswordReset, "{{.Code}}"),
            ] {
                let text = built_in(message, language).unwrap_or_default();
                let text = text.get(TextKey::Text);
                assert!(text.contains(variable), "{language} {message:?}");
                assert!(text.chars().count() < 160, "{language} {message:?}");
                let is_plain = text.chars().all(|c| c.is_ascii() || accented.contains(c));
                assert!(is_plain, "{language} {message:?}");
            }
        }
    }

    #[test]
    fn every_email_has_a_subject_and_shows_its_code() {
        for language in LANGUAGES {
            for message in [
                MessageType::VerifyEmail,
                MessageType::InitCode,
                MessageType::PasswordReset,
                MessageType::InviteUser,
            ] {
                let text = built_in(message, language).unwrap_or_default();
                assert!(
                    !text.get(TextKey::Subject).is_empty(),
                    "{language} {message:?}"
                );
                assert!(
                    text.get(TextKey::Text).contains("{{.Code}}"),
                    "{language} {message:?}"
                );
            }
        }
    }
}
