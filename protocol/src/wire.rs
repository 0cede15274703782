//! What every type on the wire can do, derived from its declaration.

use core::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use heard_protocol_derive::Wire;

/// What tests need of a wire type: nothing, unless the feature `samples` is on.
#[cfg(feature = "samples")]
pub trait Tested: Sample {}
#[cfg(feature = "samples")]
impl<T: Sample> Tested for T {}
/// What tests need of a wire type: nothing, unless the feature `samples` is on.
#[cfg(not(feature = "samples"))]
pub trait Tested {}
#[cfg(not(feature = "samples"))]
impl<T> Tested for T {}

/// A value that crosses the wire.
pub trait Wire:
    Tested + Debug + Clone + Eq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The value as a client of `version` knows it. What is newer becomes the variant `Other` of
    /// the smallest enum around it that has one; `None` if there is none, and then the value is
    /// not sent. An element of a list that has no known form is left out of the list.
    fn known_to(self, version: u16) -> Option<Self>;

    /// An upper bound of the bytes this is written in, in either codec. Lists are cut into frames
    /// by it.
    fn weight(&self) -> usize;

    /// Whether a variant `Other` is in it. A relay sends one to older clients; a client that sends
    /// one asks for nothing that there is.
    fn has_other(&self) -> bool {
        false
    }
}

/// Values for tests.
#[cfg(feature = "samples")]
pub trait Sample: Sized {
    /// Whether each sample is a variant.
    const IS_ENUM: bool = false;

    /// Of an enum one value for each variant, in their order; of anything else two values. A
    /// variant that is appended adds a sample at the end and changes none.
    fn samples() -> Vec<Self>;

    /// A value made of what `draw` says.
    fn any(draw: &mut dyn FnMut() -> u64) -> Self;
}

#[cfg(feature = "samples")]
pub(crate) fn first<T: Sample>() -> T {
    T::samples().swap_remove(0)
}

/// The second sample of what always has two: never an enum's, which may have one variant.
#[cfg(feature = "samples")]
pub(crate) fn second<T: Sample>() -> T {
    let mut all = T::samples();
    let place = usize::from(all.len() == 2 && !T::IS_ENUM);
    all.swap_remove(place)
}

/// The longest number, as JSON writes it.
const NUMBER: usize = 20;

macro_rules! plain {
    ($($kind:ty, $weight:expr, [$($sample:expr),+], $any:expr;)+) => {$(
        impl Wire for $kind {
            fn known_to(self, _: u16) -> Option<Self> {
                Some(self)
            }

            fn weight(&self) -> usize {
                let weight: fn(&Self) -> usize = $weight;
                weight(self)
            }
        }

        #[cfg(feature = "samples")]
        impl Sample for $kind {
            fn samples() -> Vec<Self> {
                vec![$($sample),+]
            }

            fn any(draw: &mut dyn FnMut() -> u64) -> Self {
                let any: fn(&mut dyn FnMut() -> u64) -> Self = $any;
                any(draw)
            }
        }
    )+};
}

plain! {
    bool, |_| 5, [true, false], |draw| draw() % 2 == 1;
    u8, |_| NUMBER, [5, u8::MAX], |draw| draw().to_le_bytes()[0];
    u16, |_| NUMBER, [300, u16::MAX], |draw| u16::from_le_bytes([u8::any(draw), u8::any(draw)]);
    u32, |_| NUMBER, [70_000, u32::MAX], |draw| (draw() >> 32) as u32;
    u64, |_| NUMBER, [1_767_261_690_000, 0], |draw| draw() >> (draw() % 64);
    String, |text| escaped(text), ["Tea & \"Söhne\"\nчай 🫖".to_owned(), String::new()], any_text;
}

/// The bytes of a text in JSON, with its quotes.
fn escaped(text: &str) -> usize {
    let weight = |byte: u8| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    // Postcard writes the length before it: never more than the quotes and a few bytes.
    text.bytes().map(weight).sum::<usize>() + 10
}

#[cfg(feature = "samples")]
fn any_text(draw: &mut dyn FnMut() -> u64) -> String {
    const SIGNS: [char; 12] = [
        'a', ' ', '"', '\\', '\n', '\u{1}', '\0', 'é', 'ё', '中', '🫖', '\u{202e}',
    ];
    let long = draw() % 12;
    (0..long)
        .map(|_| SIGNS[usize::try_from(draw() % 12).unwrap_or(0)])
        .collect()
}

impl<T: Wire> Wire for Option<T> {
    fn known_to(self, version: u16) -> Option<Self> {
        Some(self.and_then(|inner| inner.known_to(version)))
    }

    fn weight(&self) -> usize {
        self.as_ref().map_or(4, |inner| inner.weight() + 1)
    }

    fn has_other(&self) -> bool {
        self.as_ref().is_some_and(Wire::has_other)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn known_to(self, version: u16) -> Option<Self> {
        let known = self.into_iter().filter_map(|one| one.known_to(version));
        Some(known.collect())
    }

    fn weight(&self) -> usize {
        let each = self.iter().map(|one| one.weight() + 1);
        each.sum::<usize>() + 10
    }

    fn has_other(&self) -> bool {
        self.iter().any(Wire::has_other)
    }
}

impl<T: Wire> Wire for Box<T> {
    fn known_to(self, version: u16) -> Option<Self> {
        (*self).known_to(version).map(Self::new)
    }

    fn weight(&self) -> usize {
        (**self).weight()
    }

    fn has_other(&self) -> bool {
        (**self).has_other()
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn known_to(self, version: u16) -> Option<Self> {
        Some((self.0.known_to(version)?, self.1.known_to(version)?))
    }

    fn weight(&self) -> usize {
        self.0.weight() + self.1.weight() + 4
    }

    fn has_other(&self) -> bool {
        self.0.has_other() || self.1.has_other()
    }
}

#[cfg(feature = "samples")]
mod composed {
    use super::{Sample, first, second};

    impl<T: Sample> Sample for Option<T> {
        fn samples() -> Vec<Self> {
            vec![Some(first()), None]
        }

        fn any(draw: &mut dyn FnMut() -> u64) -> Self {
            (!draw().is_multiple_of(3)).then(|| T::any(draw))
        }
    }

    impl<T: Sample> Sample for Vec<T> {
        fn samples() -> Vec<Self> {
            vec![vec![first()], Self::new()]
        }

        fn any(draw: &mut dyn FnMut() -> u64) -> Self {
            (0..draw() % 4).map(|_| T::any(draw)).collect()
        }
    }

    impl<T: Sample> Sample for Box<T> {
        const IS_ENUM: bool = T::IS_ENUM;

        fn samples() -> Vec<Self> {
            T::samples().into_iter().map(Self::new).collect()
        }

        fn any(draw: &mut dyn FnMut() -> u64) -> Self {
            Self::new(T::any(draw))
        }
    }

    impl<A: Sample, B: Sample> Sample for (A, B) {
        fn samples() -> Vec<Self> {
            vec![(first(), first()), (second(), second())]
        }

        fn any(draw: &mut dyn FnMut() -> u64) -> Self {
            (A::any(draw), B::any(draw))
        }
    }
}

/// Cuts a list into pieces that each weigh no more than `most` bytes, or hold a single element that
/// does.
pub fn cut<T: Wire>(all: Vec<T>, most: usize) -> Vec<Vec<T>> {
    let mut pieces: Vec<Vec<T>> = Vec::new();
    let mut room = 0;
    for one in all {
        let weight = one.weight() + 1;
        match pieces.last_mut() {
            Some(piece) if weight <= room => {
                room -= weight;
                piece.push(one);
            }
            _ => {
                room = most.saturating_sub(weight);
                pieces.push(vec![one]);
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
    enum Open {
        Old(Closed),
        Other,
        #[since(2)]
        New {
            text: String,
        },
    }

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
    enum Closed {
        Old,
        #[since(3)]
        New(u8),
    }

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
    struct Holder {
        open: Open,
        closed: Vec<Closed>,
    }

    fn new() -> Open {
        let text = "a".to_owned();
        Open::New { text }
    }

    #[test]
    fn what_is_newer_is_other_to_an_older_client() {
        assert_eq!(new().known_to(2), Some(new()));
        assert_eq!(new().known_to(1), Some(Open::Other));
        let within = Open::Old(Closed::New(1));
        assert_eq!(within.clone().known_to(3), Some(within.clone()));
        assert_eq!(within.known_to(2), Some(Open::Other));
        assert_eq!(Closed::New(1).known_to(2), None);
    }

    #[test]
    fn the_rest_of_what_holds_it_stays() {
        let holder = Holder {
            open: new(),
            closed: vec![Closed::New(1), Closed::Old],
        };
        assert!(!holder.has_other());
        let known = holder.known_to(1).expect("it has a form");
        assert_eq!(known.open, Open::Other);
        assert_eq!(known.closed, [Closed::Old]);
        assert!(known.has_other());
    }

    #[test]
    fn a_list_is_cut_by_its_bytes() {
        let texts: Vec<_> = (0..100).map(|n| "\u{1}".repeat(n)).collect();
        let pieces = cut(texts.clone(), 1_000);
        assert!(pieces.len() > 10);
        for piece in &pieces {
            let json = serde_json::to_vec(piece).expect("it can be written");
            assert!(json.len() <= 1_000 + 2, "{}", json.len());
        }
        assert_eq!(pieces.concat(), texts);
        assert_eq!(cut(vec!["a".repeat(2_000)], 1_000).len(), 1);
        assert_eq!(cut(Vec::<String>::new(), 1_000), Vec::<Vec<String>>::new());
    }
}
