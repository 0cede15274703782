//! What an agent is good at, and what a matter takes.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The lowest level: they are learning it.
pub const LOWEST: u8 = 1;
/// The highest: others ask them.
pub const HIGHEST: u8 = 4;

/// What an agent is good at, each to a level from [`LOWEST`] to [`HIGHEST`]. The same person is an
/// expert in one thing and a novice in another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Skills(BTreeMap<String, u8>);

/// A skill, and the level from which it is enough, or to which somebody has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Its name, of the site's own choice: `ru`, `returns`.
    pub skill: String,
    /// From [`LOWEST`] to [`HIGHEST`].
    pub level: u8,
}

/// Why a text names no skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a skill is a name and a level from 1 to 4, as in returns=3")]
pub struct BadLevel;

impl Level {
    /// Whether it has a name and a level that there is.
    pub fn is_sound(&self) -> bool {
        !self.skill.trim().is_empty() && (LOWEST..=HIGHEST).contains(&self.level)
    }
}

impl FromStr for Level {
    type Err = BadLevel;

    fn from_str(text: &str) -> Result<Self, BadLevel> {
        let (skill, level) = text.split_once('=').ok_or(BadLevel)?;
        let level = Self {
            skill: skill.trim().to_owned(),
            level: level.trim().parse().map_err(|_| BadLevel)?,
        };
        if level.is_sound() {
            Ok(level)
        } else {
            Err(BadLevel)
        }
    }
}

impl Skills {
    /// Whether they are enough for all of this.
    pub fn meet(&self, needs: &[Level]) -> bool {
        let has = |need: &Level| self.0.get(&need.skill).is_some_and(|it| *it >= need.level);
        needs.iter().all(has)
    }
}

impl FromIterator<Level> for Skills {
    fn from_iter<I: IntoIterator<Item = Level>>(levels: I) -> Self {
        Self(levels.into_iter().map(|it| (it.skill, it.level)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(text: &str) -> Level {
        text.parse().unwrap()
    }

    #[test]
    fn a_higher_level_is_enough_for_a_lower_one() {
        let skills: Skills = [level("ru=3"), level("returns=1")].into_iter().collect();
        assert!(skills.meet(&[]));
        assert!(skills.meet(&[level("ru=2"), level("returns=1")]));
        assert!(!skills.meet(&[level("ru=4")]));
        assert!(!skills.meet(&[level("ru=1"), level("repairs=1")]));
    }

    #[test]
    fn a_level_has_a_name_and_a_number() {
        for wrong in ["", "ru", "ru=", "ru=0", "ru=5", "=2", " =2", "ru=two"] {
            assert_eq!(wrong.parse::<Level>(), Err(BadLevel), "{wrong}");
        }
        assert_eq!(level(" ru = 2 ").skill, "ru");
    }
}
