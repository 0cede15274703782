//! Everything the bot says, in English and Russian.

use crate::brain::{Order, OrderState};

/// A language the bot speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Lang {
    /// The language of a BCP 47 tag; English if it is none of the bot's.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("ru") {
            Self::Ru
        } else {
            Self::En
        }
    }

    /// The language a text is written in, if its letters tell.
    pub fn of_text(text: &str) -> Option<Self> {
        let cyrillic = |letter: char| matches!(letter, '\u{400}'..='\u{4ff}');
        let russian = text.chars().filter(|letter| cyrillic(*letter)).count();
        let english = text.chars().filter(char::is_ascii_alphabetic).count();
        match (russian, english) {
            (0, 0) => None,
            (russian, english) if russian >= english => Some(Self::Ru),
            _ => Some(Self::En),
        }
    }

    /// The bot's first words. They say that it is one.
    pub fn greeting(self, name: &str) -> String {
        match self {
            Self::En => format!(
                "Hello! I'm {name}, a bot: a program, not a person. I know the opening hours and can look an order up by its \
                 number. Write “human” at any time and I'll fetch a colleague."
            ),
            Self::Ru => format!(
                "Здравствуйте! Я {name}, бот — программа, а не человек. Подскажу часы работы и найду заказ по номеру. \
                 Если нужен человек, напишите «оператор» — я позову коллегу."
            ),
        }
    }

    /// The answer to whoever asks whether this is a bot.
    pub const fn a_bot(self) -> &'static str {
        match self {
            Self::En => "I'm a bot, not a person. Write “human” and I'll fetch one.",
            Self::Ru => "Я бот, а не человек. Напишите «оператор», и я позову коллегу.",
        }
    }

    /// The answer to a greeting.
    pub const fn how_can_i_help(self) -> &'static str {
        match self {
            Self::En => "How can I help?",
            Self::Ru => "Чем могу помочь?",
        }
    }

    /// The answer to thanks.
    pub const fn welcome(self) -> &'static str {
        match self {
            Self::En => "You're welcome! If anything else comes up, just write.",
            Self::Ru => "Пожалуйста! Если появятся вопросы, просто напишите.",
        }
    }

    /// When the shop is open.
    pub const fn hours(self) -> &'static str {
        match self {
            Self::En => {
                "We're open Monday to Friday from 9:00 to 18:00 and Saturday from 10:00 to 16:00. On Sunday we're closed."
            }
            Self::Ru => {
                "Мы работаем с понедельника по пятницу с 9:00 до 18:00, в субботу — с 10:00 до 16:00. Воскресенье — выходной."
            }
        }
    }

    /// The question for an order's number.
    pub const fn which_order(self) -> &'static str {
        match self {
            Self::En => {
                "What is the order's number? It's the four digits in the confirmation e-mail."
            }
            Self::Ru => "Подскажите номер заказа: четыре цифры из письма с подтверждением.",
        }
    }

    /// That there is no such order.
    pub fn no_such_order(self, number: u32) -> String {
        match self {
            Self::En => {
                format!(
                    "I can't find an order {number}. Please check the number, or write “human”."
                )
            }
            Self::Ru => {
                format!(
                    "Заказ {number} не нашёлся. Проверьте, пожалуйста, номер — или напишите «оператор»."
                )
            }
        }
    }

    /// Where an order is.
    pub fn order(self, order: Order) -> String {
        let number = order.number;
        match (self, order.state) {
            (Self::En, OrderState::Packing) => format!("Order {number} is being packed."),
            (Self::En, OrderState::Shipped) => format!("Order {number} is on its way to you."),
            (Self::En, OrderState::Delivered) => format!("Order {number} has been delivered."),
            (Self::En, OrderState::Cancelled) => format!("Order {number} was cancelled."),
            (Self::Ru, OrderState::Packing) => format!("Заказ {number} собирают на складе."),
            (Self::Ru, OrderState::Shipped) => format!("Заказ {number} уже в пути."),
            (Self::Ru, OrderState::Delivered) => format!("Заказ {number} доставлен."),
            (Self::Ru, OrderState::Cancelled) => format!("Заказ {number} отменён."),
        }
    }

    /// That the question was not understood.
    pub const fn not_understood(self) -> &'static str {
        match self {
            Self::En => {
                "I'm afraid I don't know that. I can tell you the opening hours and where an order is; for anything else write “human”."
            }
            Self::Ru => {
                "К сожалению, этого я не знаю. Могу подсказать часы работы и где сейчас заказ. С остальным поможет человек: \
                 напишите «оператор»."
            }
        }
    }

    /// That a person answers from here on: a named one, or the next who is free.
    pub fn handing_over(self, to: Option<&str>) -> String {
        match (self, to) {
            (Self::En, Some(name)) => {
                format!("I'm handing you over to {name}, who can read everything written so far.")
            }
            (Self::En, None) => {
                "I've put you at the front of the queue. The next free colleague will answer and can read everything written so far."
                    .to_owned()
            }
            (Self::Ru, Some(name)) => {
                format!("Передаю разговор: дальше вам ответит {name}. Повторять ничего не нужно, вся переписка видна.")
            }
            (Self::Ru, None) => {
                "Теперь вы первые в очереди: ответит ближайший свободный сотрудник. Повторять ничего не нужно, вся переписка видна."
                    .to_owned()
            }
        }
    }

    /// The note for whoever takes over.
    pub fn note(self, asked: bool, words: &str, answers: u32) -> String {
        match (self, asked) {
            (Self::En, true) => {
                format!(
                    "The visitor asked for a person: “{words}”. Answers by the bot so far: {answers}."
                )
            }
            (Self::En, false) => {
                format!(
                    "The bot did not understand the visitor: “{words}”. Answers by the bot so far: {answers}."
                )
            }
            (Self::Ru, true) => {
                format!("Посетитель просит человека: «{words}». Ответов бота до этого: {answers}.")
            }
            (Self::Ru, false) => {
                format!("Бот не понял посетителя: «{words}». Ответов бота до этого: {answers}.")
            }
        }
    }

    /// Why the conversation is handed over or declined, for colleagues.
    pub const fn reason(self, asked: bool) -> &'static str {
        match (self, asked) {
            (Self::En, true) => "asked for a person",
            (Self::En, false) => "too hard for the bot",
            (Self::Ru, true) => "просит человека",
            (Self::Ru, false) => "боту не по силам",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_the_language() {
        assert_eq!(Lang::of_text("Где мой заказ?"), Some(Lang::Ru));
        assert_eq!(Lang::of_text("Where is my order?"), Some(Lang::En));
        assert_eq!(Lang::of_text("заказ ABC"), Some(Lang::Ru));
        assert_eq!(Lang::of_text("1042?"), None);
        assert_eq!(Lang::of_tag("ru-RU"), Lang::Ru);
        assert_eq!(Lang::of_tag("RU"), Lang::Ru);
        assert_eq!(Lang::of_tag(""), Lang::En);
        assert_eq!(Lang::of_tag("rup"), Lang::En);
    }

    #[test]
    fn the_first_words_say_what_it_is() {
        assert!(
            Lang::En
                .greeting("Robin")
                .contains("bot: a program, not a person")
        );
        assert!(
            Lang::Ru
                .greeting("Robin")
                .contains("бот — программа, а не человек")
        );
    }

    #[test]
    fn every_language_is_written_in_its_letters() {
        for lang in [Lang::En, Lang::Ru] {
            for text in [
                lang.greeting("1"),
                lang.a_bot().to_owned(),
                lang.how_can_i_help().to_owned(),
                lang.welcome().to_owned(),
                lang.hours().to_owned(),
                lang.which_order().to_owned(),
                lang.no_such_order(1),
                lang.not_understood().to_owned(),
                lang.handing_over(None),
                lang.handing_over(Some("1")),
                lang.note(true, "1", 1),
                lang.note(false, "1", 1),
                lang.reason(true).to_owned(),
                lang.reason(false).to_owned(),
            ] {
                assert_eq!(Lang::of_text(&text), Some(lang), "{text}");
            }
        }
    }
}
