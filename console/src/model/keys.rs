//! Which key does what. A letter works by its place on the keyboard too, so that it works under a
//! Russian layout.

use super::act::Act;

/// A key press as the page reports it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the keyboard's own facts")]
pub(crate) struct Stroke {
    /// `KeyboardEvent.key`.
    pub(crate) key: String,
    /// `KeyboardEvent.code`.
    pub(crate) code: String,
    /// Control, or Command on a Mac.
    pub(crate) ctrl: bool,
    /// Alt, or Option.
    pub(crate) alt: bool,
    /// Shift.
    pub(crate) shift: bool,
    /// Whether the focus is where text is written.
    pub(crate) in_text: bool,
    /// Whether the focus is on a button or a link, which Enter belongs to.
    pub(crate) on_control: bool,
}

/// What a key press asks for.
pub(crate) fn act_of(stroke: &Stroke) -> Option<Act> {
    let letter = letter(stroke);
    if stroke.ctrl {
        return match (letter, stroke.key.as_str(), stroke.alt, stroke.shift) {
            (Some('k'), _, false, false) => Some(Act::Palette),
            (_, "Enter", false, false) => Some(Act::Resolve),
            _ => None,
        };
    }
    if stroke.alt {
        return match stroke.key.as_str() {
            "Enter" => Some(Act::Accept),
            "ArrowDown" => Some(Act::Next),
            "ArrowUp" => Some(Act::Previous),
            _ => match letter? {
                'a' => Some(Act::Answer),
                'n' => Some(Act::Note),
                't' => Some(Act::Transfer),
                'w' => Some(Act::Longest),
                _ => None,
            },
        };
    }
    if stroke.in_text {
        return None;
    }
    match (stroke.key.as_str(), stroke.shift) {
        ("Enter", false) if !stroke.on_control => return Some(Act::Accept),
        ("?", _) => return Some(Act::Keys),
        ("1", false) => return Some(Act::Chats),
        ("2", false) => return Some(Act::Callbacks),
        _ => {}
    }
    match (letter?, stroke.shift) {
        ('n', false) => Some(Act::Decline),
        ('n', true) => Some(Act::Note),
        ('a', false) => Some(Act::Answer),
        ('j', false) => Some(Act::Next),
        ('k', false) => Some(Act::Previous),
        ('w', false) => Some(Act::Longest),
        ('q', false) => Some(Act::TakeNext),
        ('e', false) => Some(Act::Take),
        ('t', false) => Some(Act::Transfer),
        ('c', false) => Some(Act::OfferTalk),
        ('b', false) => Some(Act::Return),
        ('o', false) => Some(Act::Reopen),
        ('i', false) => Some(Act::Person),
        _ => None,
    }
}

/// The Latin letter of a key: the one it writes, else the one in its place on a Latin keyboard.
fn letter(stroke: &Stroke) -> Option<char> {
    let mut written = stroke.key.chars();
    match (written.next(), written.next()) {
        (Some(only), None) if only.is_ascii_alphabetic() => Some(only.to_ascii_lowercase()),
        (Some(only), None) if only.is_ascii() => None,
        (Some(_), None) => {
            let place = stroke.code.strip_prefix("Key")?;
            place.chars().next().map(|place| place.to_ascii_lowercase())
        }
        _ => None,
    }
}

/// The key to show beside an act. `mac` picks the signs of a Mac's keyboard.
pub(crate) const fn hint(act: Act, mac: bool) -> Option<&'static str> {
    Some(match act {
        Act::Accept => "Enter",
        Act::Decline => "N",
        Act::Next => "J",
        Act::Previous => "K",
        Act::Longest => "W",
        Act::TakeNext => "Q",
        Act::Take => "E",
        Act::Answer => "A",
        Act::Note => "⇧N",
        Act::Transfer => "T",
        Act::OfferTalk => "C",
        Act::Return => "B",
        Act::Resolve if mac => "⌘↵",
        Act::Resolve => "Ctrl ↵",
        Act::Reopen => "O",
        Act::Person => "I",
        Act::Chats => "1",
        Act::Callbacks => "2",
        Act::Palette if mac => "⌘K",
        Act::Palette => "Ctrl K",
        Act::Keys => "?",
        _ => return None,
    })
}

/// The key that works while writing, where it is another one.
pub(crate) const fn hint_in_text(act: Act, mac: bool) -> Option<&'static str> {
    Some(match (act, mac) {
        (Act::Accept, false) => "Alt ↵",
        (Act::Accept, true) => "⌥↵",
        (Act::Next, false) => "Alt ↓",
        (Act::Next, true) => "⌥↓",
        (Act::Previous, false) => "Alt ↑",
        (Act::Previous, true) => "⌥↑",
        (Act::Answer, false) => "Alt A",
        (Act::Answer, true) => "⌥A",
        (Act::Note, false) => "Alt N",
        (Act::Note, true) => "⌥N",
        (Act::Transfer, false) => "Alt T",
        (Act::Transfer, true) => "⌥T",
        (Act::Longest, false) => "Alt W",
        (Act::Longest, true) => "⌥W",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str, code: &str) -> Stroke {
        Stroke {
            key: key.to_owned(),
            code: code.to_owned(),
            ..Stroke::default()
        }
    }

    #[test]
    fn letters_work_under_any_layout() {
        assert_eq!(act_of(&press("t", "KeyT")), Some(Act::Transfer));
        assert_eq!(act_of(&press("е", "KeyT")), Some(Act::Transfer));
        // A Dvorak "t" sits where QWERTY has "k": the written letter wins.
        assert_eq!(act_of(&press("t", "KeyK")), Some(Act::Transfer));
        let note = Stroke {
            shift: true,
            ..press("Т", "KeyN")
        };
        assert_eq!(act_of(&note), Some(Act::Note));
    }

    #[test]
    fn a_letter_that_is_being_written_is_only_a_letter() {
        let typing = Stroke {
            in_text: true,
            ..press("t", "KeyT")
        };
        assert_eq!(act_of(&typing), None);
        let with_alt = Stroke {
            alt: true,
            ..typing
        };
        assert_eq!(act_of(&with_alt), Some(Act::Transfer));
        let enter = Stroke {
            in_text: true,
            ..press("Enter", "Enter")
        };
        assert_eq!(act_of(&enter), None);
    }

    #[test]
    fn enter_belongs_to_the_control_that_has_the_focus() {
        assert_eq!(act_of(&press("Enter", "Enter")), Some(Act::Accept));
        let on_control = Stroke {
            on_control: true,
            ..press("Enter", "Enter")
        };
        assert_eq!(act_of(&on_control), None);
        let resolve = Stroke {
            in_text: true,
            ctrl: true,
            ..press("Enter", "Enter")
        };
        assert_eq!(act_of(&resolve), Some(Act::Resolve));
    }

    #[test]
    fn the_browsers_own_keys_stay_its_own() {
        for key in ["t", "n", "w", "a", "c"] {
            let code = format!("Key{}", key.to_uppercase());
            let stroke = Stroke {
                ctrl: true,
                ..press(key, &code)
            };
            assert_eq!(act_of(&stroke), None, "{key}");
        }
        assert_eq!(act_of(&press("Tab", "Tab")), None);
        assert_eq!(act_of(&press("ArrowDown", "ArrowDown")), None);
    }

    #[test]
    fn no_two_acts_show_the_same_key() {
        let mut hints: Vec<_> = Act::all().filter_map(|act| hint(act, false)).collect();
        let count = hints.len();
        hints.sort_unstable();
        hints.dedup();
        assert_eq!(hints.len(), count);
    }
}
