//! What an agent's account may hold.

use heard_protocol::limits::MAX_SHORT_BYTES;

/// The fewest characters of a password (NIST SP 800-63B, section 5.1.1.2).
pub const MIN_PASSWORD_CHARS: usize = 8;
/// The longest e-mail address there can be, in bytes (RFC 5321, section 4.5.3.1).
pub const MAX_EMAIL_BYTES: usize = 320;

/// Why an account cannot be as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It has no name, or one that is too long.
    #[error("a name of 1 to {MAX_SHORT_BYTES} bytes is needed")]
    Name,
    /// This is no e-mail address.
    #[error("`{0}` is not an e-mail address")]
    Email(String),
    /// The password is too short.
    #[error("a password needs at least {MIN_PASSWORD_CHARS} characters")]
    Password,
    /// Nobody could be given to them.
    #[error("an agent who can answer nobody is of no use: the capacity must be at least 1")]
    Capacity,
}

/// A site's or an agent's name, without white space around it.
///
/// # Errors
/// [`Fault::Name`].
pub fn name(typed: &str) -> Result<&str, Fault> {
    let name = typed.trim();
    if name.is_empty() || name.len() > MAX_SHORT_BYTES {
        return Err(Fault::Name);
    }
    Ok(name)
}

/// An e-mail address as it is kept and looked up: without white space around it, in lower case.
pub fn sign_in_name(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// An e-mail address that somebody can be reached at, as it is kept. Whether it exists, only a
/// message to it can tell.
///
/// # Errors
/// [`Fault::Email`].
pub fn email(typed: &str) -> Result<String, Fault> {
    let email = sign_in_name(typed);
    let (user, host) = email.split_once('@').unwrap_or_default();
    let whole = !user.is_empty() && !host.is_empty();
    if !whole || email.len() > MAX_EMAIL_BYTES || email.contains(char::is_whitespace) {
        return Err(Fault::Email(email));
    }
    Ok(email)
}

/// Checks a password. Any characters will do, if there are enough of them.
///
/// # Errors
/// [`Fault::Password`].
pub fn password(typed: &str) -> Result<&str, Fault> {
    if typed.chars().count() < MIN_PASSWORD_CHARS {
        return Err(Fault::Password);
    }
    Ok(typed)
}

/// Checks how many conversations somebody answers at once.
///
/// # Errors
/// [`Fault::Capacity`] for none at all.
pub const fn capacity(asked: u16) -> Result<u16, Fault> {
    if asked == 0 {
        return Err(Fault::Capacity);
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_something_and_fits() {
        assert_eq!(name("  Anna \n"), Ok("Anna"));
        assert_eq!(name(" \t "), Err(Fault::Name));
        let longest = "n".repeat(MAX_SHORT_BYTES);
        assert_eq!(name(&longest), Ok(&*longest));
        assert_eq!(name(&format!("{longest}n")), Err(Fault::Name));
    }

    #[test]
    fn an_address_is_kept_in_lower_case() {
        assert_eq!(
            email(" Anna@Shop.Example\n").as_deref(),
            Ok("anna@shop.example")
        );
        for typed in ["", "anna", "@shop.example", "anna@", "an na@shop.example"] {
            assert_eq!(email(typed), Err(Fault::Email(typed.to_owned())));
        }
        let long = format!("{}@shop.example", "a".repeat(MAX_EMAIL_BYTES));
        assert!(email(&long).is_err());
    }

    #[test]
    fn a_password_is_measured_in_characters() {
        assert!(password("пароль12").is_ok());
        assert_eq!(password("пароль1"), Err(Fault::Password));
        assert!(password("        ").is_ok(), "white space counts");
    }

    #[test]
    fn somebody_answers_at_least_one() {
        assert_eq!(capacity(1), Ok(1));
        assert_eq!(capacity(0), Err(Fault::Capacity));
    }
}
