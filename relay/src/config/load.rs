//! Puts the layers together.

use std::path::PathBuf;

use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::environment::{ENVIRONMENT, NESTING, PREFIX};
use super::error::ConfigError;
use super::settings::Config;

/// The name of the layer that the command line is, for the sentences of errors.
const FLAGS: &str = "command line";

/// The settings that may stand in the environment; other variables with the prefix are somebody
/// else's.
const TOP: [&str; 10] = [
    "listen",
    "data",
    "bus",
    "public_url",
    "trust_proxy",
    "cookie_secure",
    "limits",
    "dialer",
    "voice",
    "log",
];

/// Where settings come from besides the defaults.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// Variables of the environment, by their full names.
    pub env: Vec<(String, String)>,
    /// What was said on the command line: the path of a setting (`log.level`) and its value.
    pub flags: Vec<(&'static str, Value)>,
}

/// Reads the settings: defaults, then the file, then the environment (`HEARD_LIMITS__BURST=50`),
/// then flags.
///
/// # Errors
/// [`ConfigError`], naming the source and the field.
pub fn load(layers: &Layers) -> Result<Config, ConfigError> {
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    if let Some(file) = &layers.file {
        if !file.is_file() {
            return Err(ConfigError::NoFile(file.display().to_string()));
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    let mut variables = environment(&layers.env);
    let config: Config = loop {
        let said = figment.clone().merge(Said {
            name: ENVIRONMENT,
            values: values(&variables),
        });
        let said = said.merge(Said {
            name: FLAGS,
            values: flags(&layers.flags),
        });
        match said.extract() {
            Ok(config) => break config,
            Err(error) if read_again(&mut variables, &error.path) => {}
            Err(error) => return Err(ConfigError::from_figment(error)),
        }
    };
    match config.limits.fault() {
        None => Ok(config),
        Some((field, reason)) => Err(ConfigError::Field {
            source_name: "configuration".to_owned(),
            field: format!("limits.{field}"),
            reason: reason.to_owned(),
        }),
    }
}

/// A layer of values that were said one by one.
struct Said {
    name: &'static str,
    values: Dict,
}

impl Provider for Said {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// A setting in the environment. It is taken as the text that it is: a password of digits alone is
/// none the less a password, and a number in international form would lose its `+`. Where a text
/// will not do, it is read as something else.
struct Variable {
    path: Vec<String>,
    value: Value,
}

fn environment(variables: &[(String, String)]) -> Vec<Variable> {
    let settings = variables.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(PREFIX)?.to_ascii_lowercase();
        let path: Vec<_> = name.split(NESTING).map(str::to_owned).collect();
        let ours = path.first().is_some_and(|top| TOP.contains(&&**top));
        ours.then(|| Variable {
            path,
            value: Value::from(value.as_str()),
        })
    });
    settings.collect()
}

/// Reads the variable that a fault was found at, or in, as a number, a truth or a list. Returns
/// whether there is one that was not read so before.
fn read_again(variables: &mut [Variable], fault: &[String]) -> bool {
    let mut found = variables
        .iter_mut()
        .filter(|one| fault.starts_with(&one.path));
    found.any(|one| {
        let read = one.value.as_str().and_then(|text| text.parse().ok());
        match read {
            Some(value) if value != one.value => {
                one.value = value;
                true
            }
            _ => false,
        }
    })
}

fn values(variables: &[Variable]) -> Dict {
    let mut values = Dict::new();
    for one in variables {
        put(
            &mut values,
            one.path.iter().map(String::as_str),
            one.value.clone(),
        );
    }
    values
}

fn flags(said: &[(&'static str, Value)]) -> Dict {
    let mut values = Dict::new();
    for (path, value) in said {
        put(&mut values, path.split('.'), value.clone());
    }
    values
}

fn put<'a>(into: &mut Dict, mut path: impl Iterator<Item = &'a str>, value: Value) {
    let Some(first) = path.next() else {
        return;
    };
    let mut rest = path.peekable();
    if rest.peek().is_none() {
        into.insert(first.to_owned(), value);
        return;
    }
    let below = into
        .entry(first.to_owned())
        .or_insert_with(|| Value::from(Dict::new()));
    if let Value::Dict(_, dict) = below {
        put(dict, &mut rest as &mut dyn Iterator<Item = &'a str>, value);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::config::{CookieSecure, Data, LogFormat};

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn nothing_said_means_the_defaults() {
        assert_eq!(load(&Layers::default()), Ok(Config::default()));
    }

    #[test]
    fn the_later_layer_wins() {
        let file =
            file("data = 'a.db'\nlisten = '127.0.0.1:1'\n[limits]\nburst = 7\nidle_ms = 9000\n");
        let config = load(&Layers {
            file: Some(file.path().to_owned()),
            env: env(&[
                ("HEARD_DATA", "b.db"),
                ("HEARD_LIMITS__BURST", "8"),
                ("HEARD_LOG__FORMAT", "json"),
                ("HEARD_COOKIE_SECURE", "never"),
                ("HEARD_PUBLIC_URL", "https://chat.example"),
                ("HEARD_SEED", "not ours"),
                ("PATH", "/bin"),
            ]),
            flags: vec![
                ("data", Value::from("c.db")),
                ("log.level", Value::from("debug")),
            ],
        })
        .unwrap();
        assert_eq!(config.data, Data::File("c.db".into()));
        assert_eq!(config.listen.port(), 1);
        assert_eq!((config.limits.burst, config.limits.idle_ms), (8, 9_000));
        assert_eq!(
            (config.log.format, config.log.level.as_str()),
            (LogFormat::Json, "debug")
        );
        assert_eq!(config.cookie_secure, CookieSecure::Never);
        assert_eq!(
            config.public_url.unwrap().to_string(),
            "https://chat.example"
        );
    }

    #[test]
    fn a_file_name_that_looks_like_a_number_stays_a_name() {
        let config = load(&Layers {
            flags: vec![("data", Value::from("7"))],
            ..Layers::default()
        });
        assert_eq!(config.unwrap().data, Data::File("7".into()));
    }

    #[test]
    fn a_variable_is_text_wherever_text_is_wanted() {
        let sip = |name: &str| format!("HEARD_DIALER__SIP__{name}");
        let pairs = [
            (sip("PROXY"), "sip.example.org"),
            (sip("DOMAIN"), "example.org"),
            (sip("USERNAME"), "4930123"),
            (sip("PASSWORD"), "{a=b}"),
            (sip("CALLER"), "+4930123"),
            (sip("RING_AGENT_S"), "7"),
            (sip("WANTS_OFFER"), "true"),
            ("HEARD_VOICE__STUN".to_owned(), "[\"stun:a\", \"stun:b\"]"),
        ];
        let config = load(&Layers {
            env: pairs.map(|(name, value)| (name, value.to_owned())).to_vec(),
            ..Layers::default()
        })
        .unwrap();
        let sip = config.dialer.sip.unwrap();
        assert_eq!((&*sip.username, &*sip.caller), ("4930123", "+4930123"));
        assert_eq!(sip.password.reveal(), "{a=b}");
        assert_eq!((sip.ring_agent_s, sip.wants_offer), (7, true));
        assert_eq!(config.voice.stun, ["stun:a", "stun:b"]);
    }

    #[test]
    fn an_error_names_the_source_and_the_field() {
        let typo = file("[limits]\nbrust = 7\n");
        let name = typo.path().display().to_string();
        let said = load(&Layers {
            file: Some(typo.path().to_owned()),
            ..Layers::default()
        });
        let sentence = said.unwrap_err().to_string();
        assert!(
            sentence.starts_with(&format!("{name}: limits.brust: there is no such setting")),
            "{sentence}"
        );

        let said = load(&Layers {
            env: env(&[("HEARD_LIMITS__BURST", "many")]),
            ..Layers::default()
        });
        let sentence = said.unwrap_err().to_string();
        assert!(
            sentence.starts_with("environment: HEARD_LIMITS__BURST: invalid type"),
            "{sentence}"
        );

        let said = load(&Layers {
            env: env(&[("HEARD_PUBLIC_URL", "chat.example")]),
            ..Layers::default()
        });
        let sentence = said.unwrap_err().to_string();
        assert!(
            sentence.contains("HEARD_PUBLIC_URL: is not a URL"),
            "{sentence}"
        );

        let broken = file("data = \n");
        let said = load(&Layers {
            file: Some(broken.path().to_owned()),
            ..Layers::default()
        });
        assert!(
            said.unwrap_err()
                .to_string()
                .contains(&broken.path().display().to_string())
        );

        let gone = Layers {
            file: Some(PathBuf::from("/nowhere/heard.toml")),
            ..Layers::default()
        };
        assert!(
            load(&gone)
                .unwrap_err()
                .to_string()
                .contains("/nowhere/heard.toml")
        );
    }

    #[test]
    fn a_bound_of_nothing_is_refused() {
        let none = Layers {
            env: env(&[("HEARD_LIMITS__BURST", "0")]),
            ..Layers::default()
        };
        let sentence = load(&none).unwrap_err().to_string();
        assert_eq!(sentence, "configuration: limits.burst: must be at least 1");
    }
}
