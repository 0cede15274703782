//! Words of a message, and patterns of words.
//!
//! A pattern is words separated by spaces. `a|b` is either, `stem*` any word that begins so, `?word` a word that may be missing, `~` up to
//! three words of any kind, and `$` the end of the sentence. ` & ` stands between patterns that are all to be in the sentence, in any order.

/// The sentences of a text, each as its words in lower case: letters and digits alone, `ё` as `е`, apostrophes left out.
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
                if matches!(other, '.' | '!' | '?' | ';' | '\n' | ')' | '(') && !sentence.is_empty()
                {
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

/// Where a pattern first begins in a sentence, if anywhere; of several, the last.
pub(super) fn find(pattern: &str, sentence: &[String]) -> Option<usize> {
    let mut place = None;
    for one in pattern.split(" & ") {
        let parts: Vec<&str> = one.split(' ').collect();
        place = Some((0..sentence.len()).find(|start| fits(&parts, &sentence[*start..]))?);
    }
    place
}

/// Whether any of the patterns is in the sentence.
pub(super) fn any(patterns: &[&str], sentence: &[String]) -> bool {
    patterns
        .iter()
        .any(|pattern| find(pattern, sentence).is_some())
}

fn fits(parts: &[&str], words: &[String]) -> bool {
    let Some((part, rest)) = parts.split_first() else {
        return true;
    };
    if *part == "$" {
        return words.is_empty();
    }
    if *part == "~" {
        return (0..=3.min(words.len())).any(|skipped| fits(rest, &words[skipped..]));
    }
    let (optional, part) = match part.strip_prefix('?') {
        Some(part) => (true, part),
        None => (false, *part),
    };
    let here = words
        .split_first()
        .is_some_and(|(word, after)| is(part, word) && fits(rest, after));
    here || optional && fits(rest, words)
}

/// Whether a word is one of the alternatives.
fn is(part: &str, word: &str) -> bool {
    part.split('|').any(|one| match one.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == one,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(pattern: &str, text: &str) -> bool {
        sentences(text)
            .iter()
            .any(|sentence| find(pattern, sentence).is_some())
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        assert_eq!(
            sentences("I don’t — know!! Ещё раз?"),
            [vec!["i", "dont", "know"], vec!["еще", "раз"]]
        );
        assert_eq!(sentences("…"), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_pattern_has_alternatives_stems_gaps_and_words_that_may_be_missing() {
        assert!(finds("call|ring me", "Please RING me"));
        assert!(finds("перезвон*", "Перезвоните, пожалуйста"));
        assert!(finds("can ~ call", "Can you please just call"));
        assert!(!finds("can ~ call", "Can you please just now call"));
        assert!(!finds("can ~ call", "I can. You call"));
        assert!(finds("call ?me back", "call back") && finds("call ?me back", "call me back"));
        assert!(!finds("call ?me back", "call him back"));
        assert!(finds("phone & easier|better", "Easier over the phone"));
        assert!(!finds("phone & easier", "Over the phone. Is it easier?"));
        assert!(finds("call me $", "Just call me!") && !finds("call me $", "Call me Kate"));
    }
}
