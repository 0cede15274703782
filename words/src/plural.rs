//! The forms that a counted word takes.
//!
//! After the Unicode CLDR (`supplemental/plurals.xml`), for whole numbers: nothing else
//! is counted here. A test holds every rule against ICU, which is made from the same file.

/// A plural form, by the names of CLDR and of `Intl.PluralRules`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// 0 in Arabic, 0, 10 and 20 in Latvian.
    Zero,
    /// 1 in English; 1, 21, 31… in Russian.
    One,
    /// 2 in Arabic and Hebrew.
    Two,
    /// 2–4, 22–24… in Russian.
    Few,
    /// 5–20, 25–30… in Russian.
    Many,
    /// Everything else; fractions in Russian.
    Other,
}

impl Category {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Zero,
        Self::One,
        Self::Two,
        Self::Few,
        Self::Many,
        Self::Other,
    ];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::One => "one",
            Self::Two => "two",
            Self::Few => "few",
            Self::Many => "many",
            Self::Other => "other",
        }
    }
}

/// A sentence in all the forms that its language has. One that the language lacks is empty.
#[derive(Debug, Clone, Copy)]
pub struct Plural {
    /// As [`Category::Zero`].
    pub zero: &'static str,
    /// As [`Category::One`].
    pub one: &'static str,
    /// As [`Category::Two`].
    pub two: &'static str,
    /// As [`Category::Few`].
    pub few: &'static str,
    /// As [`Category::Many`].
    pub many: &'static str,
    /// As [`Category::Other`].
    pub other: &'static str,
}

impl Plural {
    /// No words at all.
    pub const EMPTY: Self = Self {
        zero: "",
        one: "",
        two: "",
        few: "",
        many: "",
        other: "",
    };

    /// The form of a category, by its name.
    pub fn of(&self, category: &str) -> &'static str {
        let form = match category {
            "zero" => self.zero,
            "one" => self.one,
            "two" => self.two,
            "few" => self.few,
            "many" => self.many,
            _ => "",
        };
        if form.is_empty() { self.other } else { form }
    }
}

/// The rules, one function each: which form a number takes.
pub mod rules {
    use super::Category::{self, Few, Many, One, Other, Two, Zero};

    /// No forms at all.
    pub const fn none(_: u64) -> Category {
        Other
    }

    /// One, and everything else.
    pub const fn one(n: u64) -> Category {
        if n == 1 { One } else { Other }
    }

    /// Nought and one, and everything else.
    pub const fn nought_one(n: u64) -> Category {
        if n <= 1 { One } else { Other }
    }

    /// Nought and one, whole millions, and everything else.
    pub const fn french(n: u64) -> Category {
        match n {
            0 | 1 => One,
            _ => millions(n),
        }
    }

    /// One, whole millions, and everything else.
    pub const fn romance(n: u64) -> Category {
        match n {
            1 => One,
            0 => Other,
            _ => millions(n),
        }
    }

    const fn millions(n: u64) -> Category {
        if n.is_multiple_of(1_000_000) {
            Many
        } else {
            Other
        }
    }

    /// 1, 21, 31…; 2–4, 22–24…; the rest.
    pub const fn east_slavic(n: u64) -> Category {
        match (n % 10, n % 100) {
            (_, 11..=14) => Many,
            (1, _) => One,
            (2..=4, _) => Few,
            _ => Many,
        }
    }

    /// As [`east_slavic`], with no form of its own for the rest.
    pub const fn south_slavic(n: u64) -> Category {
        match (n % 10, n % 100) {
            (_, 11..=14) => Other,
            (1, _) => One,
            (2..=4, _) => Few,
            _ => Other,
        }
    }

    /// 1, 21, 31…, and everything else.
    pub const fn macedonian(n: u64) -> Category {
        match (n % 10, n % 100) {
            (_, 11) => Other,
            (1, _) => One,
            _ => Other,
        }
    }

    /// One; 2–4, 22–24…; the rest.
    pub const fn polish(n: u64) -> Category {
        match (n, n % 10, n % 100) {
            (1, ..) => One,
            (_, _, 12..=14) => Many,
            (_, 2..=4, _) => Few,
            _ => Many,
        }
    }

    /// One; two to four; the rest.
    pub const fn czech(n: u64) -> Category {
        match n {
            1 => One,
            2..=4 => Few,
            _ => Other,
        }
    }

    /// 1, 101…; 2, 102…; 3, 4, 103…; the rest.
    pub const fn slovenian(n: u64) -> Category {
        match n % 100 {
            1 => One,
            2 => Two,
            3 | 4 => Few,
            _ => Other,
        }
    }

    /// 1, 21…; 2–9, 22–29…; the rest.
    pub const fn lithuanian(n: u64) -> Category {
        match (n % 10, n % 100) {
            (_, 11..=19) => Other,
            (1, _) => One,
            (2..=9, _) => Few,
            _ => Other,
        }
    }

    /// Tens and 11–19; 1, 21…; the rest.
    pub const fn latvian(n: u64) -> Category {
        match (n % 10, n % 100) {
            (0, _) | (_, 11..=19) => Zero,
            (1, _) => One,
            _ => Other,
        }
    }

    /// One; 0, 2–19, 101–119…; the rest.
    pub const fn romanian(n: u64) -> Category {
        match (n, n % 100) {
            (1, _) => One,
            (0, _) | (_, 1..=19) => Few,
            _ => Other,
        }
    }

    /// One; two; the rest.
    pub const fn hebrew(n: u64) -> Category {
        match n {
            1 => One,
            2 => Two,
            _ => Other,
        }
    }

    /// Nought; one; two; 3–10…; 11–99…; whole hundreds and the two after them.
    pub const fn arabic(n: u64) -> Category {
        match (n, n % 100) {
            (0, _) => Zero,
            (1, _) => One,
            (2, _) => Two,
            (_, 3..=10) => Few,
            (_, 11..) => Many,
            _ => Other,
        }
    }
}
