//! What settings are called in the environment.

/// What every variable of the environment starts with.
pub(super) const PREFIX: &str = "HEARD_";
/// What stands between a section and a field in a variable's name.
pub(super) const NESTING: &str = "__";
/// The name of the layer that the environment is, for the sentences of errors.
pub(super) const ENVIRONMENT: &str = "environment";

/// The variable that holds the setting of this path.
pub(super) fn variable(path: &[String]) -> String {
    format!("{PREFIX}{}", path.join(NESTING).to_ascii_uppercase())
}
