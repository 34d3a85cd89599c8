#![allow(clippy::unwrap_used)]

use super::*;

fn load(text: &str, environment: &[(&str, &str)]) -> anyhow::Result<Config> {
    let folder = std::env::temp_dir().join(format!(
        "belfry-config-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.toml");
    fs::write(&file, text).unwrap();
    let environment = environment
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let config = Config::load_with(Some(&file), environment);
    fs::remove_dir_all(&folder).unwrap();
    config
}

fn fault(text: &str) -> String {
    format!("{:#}", load(text, &[]).unwrap_err())
}

#[test]
fn the_shipped_file_says_what_the_code_says() {
    let shipped = Config::load_with(None, std::iter::empty()).unwrap();
    let mut written = format!("{shipped:?}");
    let mut built_in = Config {
        base: shipped.base.clone(),
        ..Config::default()
    };
    built_in.make_paths_absolute();
    built_in.notifications.providers = shipped.notifications.providers.clone();
    assert_eq!(written, format!("{built_in:?}"));
    assert_eq!(shipped.notifications.providers.len(), 1);
    written.clear();
}

#[test]
fn pins_are_hashes_of_files() {
    let pin = |file: &str, sha256: &str| format!("[notifications.pins]\n{file:?} = {sha256:?}");
    let sha256 = "aB".repeat(32);
    let config = load(&pin("town.so", &sha256), &[]).unwrap();
    assert_eq!(config.notifications.pins["town.so"], sha256);
    for (file, sha256) in [("a/town.so", &*sha256), ("", &sha256), ("town.so", "ab")] {
        assert!(fault(&pin(file, sha256)).contains("notifications.pins"));
    }
    assert!(fault(&pin("town.so", &"g".repeat(64))).contains("64 hexadecimal digits"));
}

#[test]
fn a_file_that_names_no_provider_has_none() {
    assert!(load("", &[]).unwrap().notifications.providers.is_empty());
    assert!(
        load("[notifications]\nproviders = []", &[])
            .unwrap()
            .notifications
            .providers
            .is_empty()
    );
}

#[test]
fn paths_are_relative_to_the_file() {
    let config = load("[database]\npath = \"data/x.db\"", &[]).unwrap();
    assert!(config.database.path.is_absolute());
    assert!(config.database.path.ends_with("data/x.db"));
    assert_eq!(
        config.key_file(),
        config.database.path.with_file_name("belfry.key")
    );
}

#[test]
fn faults_name_the_key_and_what_would_be_right() {
    assert!(fault("[server]\nlissten = \"x\"").contains("lissten"));
    assert!(fault("[server]\nlisten = \"x\"").contains("listen"));
    assert!(fault("[server.limits]\nread_timeout = \"soon\"").contains("\"10s\""));
    assert!(
        fault("[server]\nexternal_url = \"example.org\"")
            .contains("server.external_url: must be a scheme")
    );
    assert!(
        fault("[codes.verify_phone]\nlength = 3")
            .contains("codes.verify_phone.length: out of range: min 4 max 20")
    );
    assert!(fault("[phone]\ndefault_region = \"XX\"").contains("phone.default_region"));
    for (line, named) in [
        (
            "allowed_countries = [\"XX\"]",
            "limits.allowed_countries: \"XX\"",
        ),
        (
            "blocked_countries = [\"+41\"]",
            "limits.blocked_countries: \"+41\"",
        ),
        (
            "refused_types = [\"mobile\"]",
            "limits.refused_types: \"mobile\"",
        ),
        ("cool_down = [\"30s\", \"soon\"]", "\"soon\" is no duration"),
        ("cool_down = [\"2days\"]", "limits.cool_down"),
        (
            "conversion_alarm = 1.5",
            "limits.conversion_alarm: out of range",
        ),
        ("conversion_window = \"2days\"", "limits.conversion_window"),
        ("prefix_digits = 16", "limits.prefix_digits: out of range"),
        ("applies_to = \"some\"", "self_service"),
    ] {
        let said = fault(&format!("[limits]\n{line}"));
        assert!(said.contains(named), "{line}: {said}");
    }
    let twice = "[[notifications.providers]]\nname = \"a\"\nplugin = \"log\"\n".repeat(2);
    assert!(fault(&twice).contains("\"a\" is given twice"));
}

#[test]
fn the_environment_overrides_single_values() {
    let config = load(
        "[server]\nlisten = \"127.0.0.1:1\"",
        &[
            ("BELFRY__SERVER__LISTEN", "127.0.0.1:2"),
            ("BELFRY__CODES__MAX_WRONG_TRIES", "7"),
            (
                "BELFRY__NOTIFICATIONS__PROVIDERS",
                "[{ name = \"l\", plugin = \"log\" }]",
            ),
        ],
    )
    .unwrap();
    assert_eq!(config.server.listen.port(), 2);
    assert_eq!(config.codes.max_wrong_tries, 7);
    assert_eq!(config.notifications.providers[0].plugin, "log");
    assert!(load("", &[("BELFRY__SERVER__NOBODY", "1")]).is_err());
}

#[test]
fn secrets_come_from_files_and_never_show() {
    let entry = "[[notifications.providers]]\nname = \"a\"\nplugin = \"http\"\nconfig = { key = { file = \"config.toml\" } }";
    let config = load(entry, &[]).unwrap();
    let provider = &config.notifications.providers[0];
    assert!(
        provider.config.expose()["key"]
            .as_str()
            .unwrap()
            .starts_with("[[notifications")
    );
    assert_eq!(format!("{:?}", provider.config), "[\"key\"]");
    assert!(fault(&entry.replace("config.toml", "nobody")).contains("config.key"));
}

#[test]
fn a_text_that_could_not_be_sent_as_it_is_written_is_refused() {
    let template = |more: &str| format!("[[notifications.templates]]\n{more}\n");
    let good = "countries = [\"IN\"]\nlanguage = \"en\"\ntext = \"{{.Code}} {{.FirstName}}\"";
    assert_eq!(
        load(&template(good), &[])
            .unwrap()
            .notifications
            .templates
            .len(),
        1
    );
    for (written, instead, said) in [
        ("\"IN\"", "\"XX\"", "templates[0]: countries: \"XX\""),
        ("[\"IN\"]", "[]", "templates[0].countries: out of range"),
        (
            "\"en\"",
            "\"English?\"",
            "templates[0]: language: \"English?\"",
        ),
        ("{{.Code}}", "{{.OTP}}", "no variable {{.OTP}}"),
        ("{{.Code}}", "Hello", "{{.Code}} is missing"),
        ("{{.FirstName}}", "{{if .Code}}", "braces are for variables"),
        ("{{.FirstName}}", "{{.FirstName", "braces are for variables"),
        ("language", "purpose = \"login\"\nlanguage", "login"),
    ] {
        let fault = fault(&template(&good.replace(written, instead)));
        assert!(fault.contains(said), "{said}: {fault}");
    }
    let twice = fault(&(template(good) + &template(good)));
    assert!(
        twice.contains("templates[1]: there is a text for IN"),
        "{twice}"
    );
    let other = good.replace("language", "purpose = \"password_reset\"\nlanguage");
    load(&(template(good) + &template(&other)), &[]).unwrap();
}

#[test]
fn the_last_line_needs_a_host_or_a_hash_that_can_be_one() {
    let sms = |more: &str| format!("[notifications.sms]\n{more}\n");
    for good in [
        "autofill = \"web\"",
        "autofill = \"web\"\nweb_host = \"login.example.com\"",
        "autofill = \"android\"\nandroid_hash = \"FA+9qCX9VSu\"",
    ] {
        load(&sms(good), &[]).unwrap();
    }
    for (bad, said) in [
        ("autofill = \"both\"", "both"),
        ("autofill = \"android\"", "needs android_hash"),
        ("android_hash = \"short\"", "sms.android_hash: \"short\""),
        ("web_host = \"https://a.example\"", "sms.web_host: \"https"),
        ("web_host = \"127.0.0.1\"", "sms.web_host: \"127"),
    ] {
        let fault = fault(&sms(bad));
        assert!(fault.contains(said), "{said}: {fault}");
    }
    assert!(fault("[notifications]\ndefault_language = \"tlh\"").contains("bg, cs, de"));
}
