//! Two short tones, made on the spot: no file to download.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use web_sys::{AudioContext, AudioContextState, OscillatorType};

/// What a sound says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something wants a decision: two rising notes.
    Offer,
    /// Somebody wrote: one soft note.
    Message,
}

thread_local! {
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Makes sound possible. Browsers ask that the person has touched the page first, so this is called
/// when they do.
pub(crate) fn unlock() {
    CONTEXT.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = AudioContext::new().ok();
        }
        if let Some(context) = kept
            && context.state() == AudioContextState::Suspended
        {
            // The promise is of no interest: if it fails there is no sound.
            let _ = context.resume();
        }
    });
}

/// Plays a tone; silent if the person hasn't touched the page yet or there is nothing to play it
/// on.
pub(crate) fn play(tone: Tone) {
    let notes: &[(f32, f64)] = match tone {
        Tone::Offer => &[(587.3, 0.0), (880.0, 0.16)],
        Tone::Message => &[(698.5, 0.0)],
    };
    CONTEXT.with_borrow(|context| {
        let Some(context) = context else { return };
        for (frequency, delay) in notes {
            // Fails only when the machine has no audio at all.
            let _ = note(context, *frequency, *delay);
        }
    });
}

fn note(context: &AudioContext, frequency: f32, delay: f64) -> Result<(), JsValue> {
    let start = context.current_time() + delay;
    let end = start + 0.22;
    let oscillator = context.create_oscillator()?;
    oscillator.set_type(OscillatorType::Sine);
    oscillator.frequency().set_value(frequency);
    let gain = context.create_gain()?;
    // In and out gently: a tone that starts at full height clicks.
    gain.gain().set_value_at_time(0.0001, start)?;
    gain.gain()
        .exponential_ramp_to_value_at_time(0.12, start + 0.02)?;
    gain.gain().exponential_ramp_to_value_at_time(0.0001, end)?;
    oscillator.connect_with_audio_node(&gain)?;
    gain.connect_with_audio_node(&context.destination())?;
    oscillator.start_with_when(start)?;
    oscillator.stop_with_when(end)
}
