//! What a message is about, and what there is to say. No state, no IO: the part of the bot to
//! replace with something clever.

use crate::words::Lang;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// They want a person.
    Person,
    /// They want to know whether this is one.
    AreYouABot,
    /// When the shop is open.
    Hours,
    /// Where an order is: the one with this number, or they have not said which.
    Order(Option<u32>),
    /// A greeting and nothing else.
    Hello,
    /// Thanks; the matter is settled.
    Thanks,
    /// Anything else.
    Unknown,
}

/// An order of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub number: u32,
    /// Where it is.
    pub state: OrderState,
}

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// In the warehouse.
    Packing,
    /// On its way.
    Shipped,
    /// There.
    Delivered,
    /// It will not come.
    Cancelled,
}

/// The shop's orders. A real bot asks the shop.
const ORDERS: [Order; 4] = [
    Order {
        number: 1042,
        state: OrderState::Shipped,
    },
    Order {
        number: 1043,
        state: OrderState::Packing,
    },
    Order {
        number: 1044,
        state: OrderState::Delivered,
    },
    Order {
        number: 1045,
        state: OrderState::Cancelled,
    },
];

/// How many digits an order's number has.
const ORDER_DIGITS: usize = 4;

/// Words, whole in English and by their beginnings in Russian, where the endings say the grammar.
struct Vocabulary {
    whole: &'static [&'static str],
    beginnings: &'static [&'static str],
}

const PERSON: Vocabulary = Vocabulary {
    whole: &[
        "human",
        "humans",
        "person",
        "people",
        "operator",
        "agent",
        "representative",
        "люди",
        "людей",
        "людьми",
        "живой",
        "живого",
        "живым",
    ],
    beginnings: &[
        "человек",
        "оператор",
        "менеджер",
        "консультант",
        "сотрудник",
        "специалист",
    ],
};
const BOT: Vocabulary = Vocabulary {
    whole: &["bot", "bots", "robot", "chatbot", "machine", "ai", "ии"],
    beginnings: &["бот", "робот", "чатбот", "нейросет"],
};
const YOU: Vocabulary = Vocabulary {
    whole: &["you", "this", "u", "ты", "вы", "тебя", "вас", "это"],
    beginnings: &[],
};
const WANTING: Vocabulary = Vocabulary {
    whole: &[
        "want", "need", "get", "give", "fetch", "call", "talk", "speak", "connect", "transfer",
        "let", "can", "could", "please",
    ],
    beginnings: &[
        "хочу",
        "хотел",
        "нуж",
        "позов",
        "позв",
        "дай",
        "соедин",
        "перекл",
        "перевед",
        "поговор",
        "пригласи",
        "можно",
        "пожалуйста",
    ],
};
const HOURS: Vocabulary = Vocabulary {
    whole: &[
        "open",
        "opened",
        "opening",
        "hours",
        "close",
        "closed",
        "closing",
        "часы",
        "режим",
    ],
    beginnings: &["откры", "закры", "работает", "график", "выходн"],
};
const ORDER: Vocabulary = Vocabulary {
    whole: &[
        "order",
        "orders",
        "ordered",
        "parcel",
        "package",
        "delivery",
        "delivered",
        "shipping",
        "shipped",
        "tracking",
        "track",
    ],
    beginnings: &["заказ", "посылк", "достав", "отслед", "трек"],
};
const HELLO: Vocabulary = Vocabulary {
    whole: &[
        "hi",
        "hello",
        "hey",
        "good",
        "morning",
        "afternoon",
        "evening",
        "there",
    ],
    beginnings: &["привет", "здравствуй", "добр", "день", "утро", "вечер"],
};
const THANKS: Vocabulary = Vocabulary {
    whole: &["thanks", "thank", "thx", "bye", "goodbye"],
    beginnings: &["спасибо", "благодар", "пока"],
};

impl Vocabulary {
    fn has(&self, word: &str) -> bool {
        self.whole.contains(&word) || self.beginnings.iter().any(|start| word.starts_with(start))
    }

    fn any(&self, words: &[String]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    fn all(&self, words: &[String]) -> bool {
        !words.is_empty() && words.iter().all(|word| self.has(word))
    }
}

/// What a message is about.
pub fn topic(text: &str) -> Topic {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let wants = WANTING.any(&words);
    // "Are you a person?" asks what this is; "can you get me a person" and "human" ask for one. In
    // doubt a person is fetched.
    let about_me = YOU.any(&words) && !wants;
    if about_me && (BOT.any(&words) || PERSON.any(&words)) {
        return Topic::AreYouABot;
    }
    if PERSON.any(&words) {
        return Topic::Person;
    }
    let number = order_number(&words);
    if number.is_some() || ORDER.any(&words) {
        Topic::Order(number)
    } else if HOURS.any(&words) {
        Topic::Hours
    } else if BOT.any(&words) {
        Topic::AreYouABot
    } else if THANKS.any(&words) {
        Topic::Thanks
    } else if HELLO.all(&words) {
        Topic::Hello
    } else {
        Topic::Unknown
    }
}

/// The first number that could be an order's.
fn order_number(words: &[String]) -> Option<u32> {
    words
        .iter()
        .filter(|word| word.len() == ORDER_DIGITS)
        .find_map(|word| word.parse().ok())
}

/// What there is to say; nothing to whoever wants a person, since handing over has its own words.
pub fn answer(topic: Topic, lang: Lang) -> Option<String> {
    let said = match topic {
        Topic::Person => return None,
        Topic::AreYouABot => lang.a_bot().to_owned(),
        Topic::Hours => lang.hours().to_owned(),
        Topic::Order(None) => lang.which_order().to_owned(),
        Topic::Order(Some(number)) => match ORDERS.iter().find(|order| order.number == number) {
            Some(order) => lang.order(*order),
            None => lang.no_such_order(number),
        },
        Topic::Hello => lang.how_can_i_help().to_owned(),
        Topic::Thanks => lang.welcome().to_owned(),
        Topic::Unknown => lang.not_understood().to_owned(),
    };
    Some(said)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_are(expected: Topic, texts: &[&str]) {
        for text in texts {
            assert_eq!(topic(text), expected, "{text}");
        }
    }

    #[test]
    fn whoever_asks_for_a_person_gets_one() {
        all_are(
            Topic::Person,
            &[
                "human",
                "HUMAN!!!",
                "I want to talk to a person",
                "can you get me an operator?",
                "real people please",
                "agent",
                "человек",
                "Позовите человека",
                "оператор",
                "соедините с оператором, заказ 1042",
                "мне нужен живой человек",
                "Вы можете позвать человека? Нужен менеджер",
            ],
        );
    }

    #[test]
    fn whoever_asks_what_it_is_is_told() {
        all_are(
            Topic::AreYouABot,
            &[
                "are you a bot?",
                "Are you human?",
                "is this a person",
                "ты бот?",
                "Вы человек?",
                "это робот?",
                "stupid robot",
            ],
        );
        for lang in [Lang::En, Lang::Ru] {
            let said = answer(Topic::AreYouABot, lang).expect("it says so");
            assert_eq!(said, lang.a_bot());
        }
    }

    #[test]
    fn simple_questions() {
        all_are(
            Topic::Hours,
            &[
                "When are you open?",
                "opening hours",
                "are you closed on Sunday",
                "Вы открыты?",
                "до скольки работаете",
                "часы работы",
            ],
        );
        all_are(
            Topic::Order(Some(1042)),
            &[
                "Where is my order 1042?",
                "#1042",
                "где заказ №1042",
                "1042",
            ],
        );
        all_are(
            Topic::Order(None),
            &["where's my parcel", "Когда доставка?", "order 7"],
        );
        all_are(
            Topic::Hello,
            &["hi", "Hello there!", "Добрый день", "привет"],
        );
        all_are(Topic::Thanks, &["thanks a lot", "Спасибо!", "bye"]);
        all_are(
            Topic::Unknown,
            &[
                "",
                "?!",
                "do you sell teapots",
                "а чайники есть?",
                "12345678",
            ],
        );
    }

    #[test]
    fn orders_are_looked_up() {
        let said = |number, lang| answer(Topic::Order(Some(number)), lang);
        assert_eq!(
            said(1042, Lang::En).as_deref(),
            Some("Order 1042 is on its way to you.")
        );
        assert_eq!(
            said(1043, Lang::Ru).as_deref(),
            Some("Заказ 1043 собирают на складе.")
        );
        assert_eq!(said(9999, Lang::En), Some(Lang::En.no_such_order(9999)));
    }

    proptest! {
        #[test]
        fn any_text_is_about_something(text in any::<String>()) {
            let about = topic(&text);
            prop_assert_eq!(answer(about, Lang::En).is_none(), about == Topic::Person);
        }
    }
}
