//! The words of a message.

/// After so many words a sentence ends, whatever is written: looking through one takes the square
/// of its length.
const LONGEST: usize = 100;

/// The sentences of a text, each as its words in lower case: letters and digits alone, `ё` as `е`,
/// apostrophes left out.
pub(super) fn sentences(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let (mut sentence, mut word) = (Vec::new(), String::new());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ё' => word.push('е'),
            '\'' | '’' | '‘' | '`' => {}
            letter if letter.is_alphanumeric() => word.push(letter),
            other => {
                if !word.is_empty() {
                    sentence.push(std::mem::take(&mut word));
                }
                let ends = matches!(other, '.' | '!' | '?' | ';' | '\n' | ')' | '(');
                if ends && !sentence.is_empty() || sentence.len() >= LONGEST {
                    all.push(std::mem::take(&mut sentence));
                }
            }
        }
    }
    if !word.is_empty() {
        sentence.push(word);
    }
    if !sentence.is_empty() {
        all.push(sentence);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_written() {
        assert_eq!(
            sentences("I don’t — know!! Ещё раз?"),
            [vec!["i", "dont", "know"], vec!["еще", "раз"]]
        );
        assert_eq!(sentences("…"), Vec::<Vec<String>>::new());
        let long = sentences(&"word ".repeat(3 * LONGEST + 1));
        assert_eq!(
            long.iter().map(Vec::len).collect::<Vec<_>>(),
            [LONGEST, LONGEST, LONGEST, 1]
        );
    }
}
