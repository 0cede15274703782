//! A booked call as a calendar file (RFC 5545).

use std::fmt::Write;

use heard_desk::callback::Callback;
use heard_protocol::{CallbackProgress, CallbackWhen, UnixMillis};
use jiff::Timestamp;

use crate::store::SiteRecord;
use crate::text::Lang;

/// The most bytes of a line, its end left out.
const LINE: usize = 73;

/// The file; `None` for a call that has no time of its own. A call that is off says so, so that it
/// goes from the calendar too.
pub(super) fn file(
    site: &SiteRecord,
    call: &Callback,
    lang: Lang,
    now: UnixMillis,
) -> Option<String> {
    let CallbackWhen::At { at, .. } = call.form.when else {
        return None;
    };
    let off = matches!(
        call.progress(),
        CallbackProgress::Cancelled | CallbackProgress::Expired
    );
    let (method, status) = if off {
        ("CANCEL", "CANCELLED")
    } else {
        ("PUBLISH", "CONFIRMED")
    };
    let end = at.plus(u64::from(site.calls.slot_minutes) * 60_000);
    let title = (lang.words().call_event)(&site.name);
    let mut file = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Heard//Calls//EN",
        &format!("METHOD:{method}"),
        "BEGIN:VEVENT",
        &format!("UID:{}", call.id),
        &format!("SEQUENCE:{}", now.since(call.requested_at) / 1_000),
        &format!("DTSTAMP:{}", utc(now)?),
        &format!("DTSTART:{}", utc(at)?),
        &format!("DTEND:{}", utc(end)?),
        &format!("SUMMARY:{}", escaped(&title)),
        &format!("STATUS:{status}"),
        "END:VEVENT",
        "END:VCALENDAR",
    ] {
        folded(line, &mut file);
    }
    Some(file)
}

fn utc(at: UnixMillis) -> Option<String> {
    let at = Timestamp::from_millisecond(i64::try_from(at.0).ok()?).ok()?;
    Some(at.strftime("%Y%m%dT%H%M%SZ").to_string())
}

fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => {
                safe.push('\\');
                safe.push(letter);
            }
            '\r' => {}
            '\n' => safe.push_str("\\n"),
            other => safe.push(other),
        }
    }
    safe
}

/// Appends a line, broken where it is too long.
fn folded(line: &str, file: &mut String) {
    let mut length = 0;
    for letter in line.chars() {
        if length + letter.len_utf8() > LINE {
            file.push_str("\r\n ");
            length = 1;
        }
        // Writing to a string does not fail.
        let _ = file.write_char(letter);
        length += letter.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_end_as_they_must() {
        let mut file = String::new();
        folded(&"щ".repeat(100), &mut file);
        for line in file.split("\r\n") {
            assert!(line.len() <= 75, "{line}");
        }
        assert!(file.ends_with("\r\n"));
        assert_eq!(file.replace("\r\n ", "").trim_end().chars().count(), 100);
    }

    #[test]
    fn nothing_in_a_name_ends_a_line() {
        assert_eq!(
            escaped("a,b;c\\d\r\nATTENDEE:x"),
            "a\\,b\\;c\\\\d\\nATTENDEE:x"
        );
    }
}
