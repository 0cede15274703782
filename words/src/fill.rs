//! Sentences with gaps.

/// A sentence with its gaps filled. A gap is the control character whose number is the place of its
/// part, so that each language orders its sentence by itself.
pub fn fill(sentence: &str, parts: &[&str]) -> String {
    let mut filled = String::new();
    for letter in sentence.chars() {
        match parts.get(letter as usize) {
            Some(part) => filled.push_str(part),
            None => filled.push(letter),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_goes_where_the_sentence_wants_it() {
        assert_eq!(fill("\0 of \u{1}", &["1", "2"]), "1 of 2");
        assert_eq!(fill("of \u{1}, \0", &["1", "2"]), "of 2, 1");
        assert_eq!(fill("no gap", &["1"]), "no gap");
        assert_eq!(fill("\0 and", &["\0"]), "\0 and");
    }
}
