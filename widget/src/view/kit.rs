//! Elements in few types.
//!
//! A renderer that makes a type of every element and every closure makes the compiler copy the
//! drawing code for each of them: for this panel that was a third of the download. Here every
//! element is one type and every closure is boxed, so there is one effect for all that changes. The
//! signals, the effects and the keyed list are Leptos'.

use std::cell::RefCell;
use std::hash::Hash;

use reactive_graph::effect::RenderEffect;
use reactive_graph::owner::Owner;
use reactive_graph::signal::ArcTrigger;
use reactive_graph::traits::{Notify, Track};
use tachys::renderer::Rndr;
use tachys::renderer::types::{Element, Node};
use tachys::view::keyed::keyed;
use tachys::view::{Mountable, Render};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::Event;

/// A value whose readers run again when it changes.
pub(super) struct Watched<T> {
    value: RefCell<T>,
    changed: ArcTrigger,
}

impl<T> Watched<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            value: RefCell::new(value),
            changed: ArcTrigger::new(),
        }
    }

    /// Reads it; the effect that does so runs again after every change.
    pub(super) fn read<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        self.changed.track();
        self.peek(read)
    }

    /// Reads it as it is now.
    pub(super) fn peek<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read(&self.value.borrow())
    }

    /// Changes it.
    pub(super) fn change<U>(&self, change: impl FnOnce(&mut T) -> U) -> U {
        let answer = change(&mut self.value.borrow_mut());
        self.changed.notify();
        answer
    }
}

thread_local! {
    /// The owner of every effect. A part that comes and goes holds its own effects and drops them
    /// when it goes.
    static ROOT: Owner = Owner::new();
}

/// Makes the reactive system ready. Once, before anything is drawn.
pub(super) fn begin() {
    // An error means that somebody else has done it.
    let _ = any_spawner::Executor::init_wasm_bindgen();
}

fn effect(run: impl FnMut() + 'static) -> RenderEffect<()> {
    let mut run: Box<dyn FnMut()> = Box::new(run);
    ROOT.with(|root| root.with(|| RenderEffect::new(move |_| run())))
}

/// An element, with what keeps it up to date.
pub(super) struct El {
    element: Element,
    effects: Vec<RenderEffect<()>>,
}

/// An element of this tag and class; no class if that is empty.
pub(super) fn el(tag: &str, class: &str) -> El {
    let element = El {
        element: Rndr::create_element(tag, None),
        effects: Vec::new(),
    };
    if class.is_empty() {
        element
    } else {
        element.set("class", class)
    }
}

/// An icon drawn by one path.
pub(super) fn icon(path: &str) -> El {
    let vector = |tag| El {
        element: Rndr::create_element(tag, Some("http://www.w3.org/2000/svg")),
        effects: Vec::new(),
    };
    vector("svg")
        .set("viewBox", "0 0 24 24")
        .set("aria-hidden", "true")
        .child(vector("path").set("d", path))
}

impl El {
    /// An attribute that stays.
    pub(super) fn set(self, name: &str, value: &str) -> Self {
        Rndr::set_attribute(&self.element, name, value);
        self
    }

    /// An attribute that changes; absent while there is no value.
    pub(super) fn bind(
        mut self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        let element = self.element.clone();
        self.effects.push(effect(move || match value() {
            Some(value) => Rndr::set_attribute(&element, name, &value),
            None => Rndr::remove_attribute(&element, name),
        }));
        self
    }

    /// A property that changes.
    pub(super) fn property<V: Into<JsValue>>(
        mut self,
        name: &'static str,
        value: impl Fn() -> V + 'static,
    ) -> Self {
        let element = self.element.clone();
        self.effects.push(effect(move || {
            Rndr::set_property(&element, name, &value().into());
        }));
        self
    }

    /// A listener.
    pub(super) fn on(self, event: &str, run: impl FnMut(Event) + 'static) -> Self {
        let run: Box<dyn FnMut(Event)> = Box::new(run);
        // The browser lets go of it together with the element.
        let run = Closure::wrap(run).into_js_value();
        // Fails for no element.
        let _ = self
            .element
            .add_event_listener_with_callback(event, run.unchecked_ref());
        self
    }

    /// A child.
    pub(super) fn child(mut self, mut child: Self) -> Self {
        child.mount(&self.element, None);
        self.effects.append(&mut child.effects);
        self
    }

    /// Text that stays.
    pub(super) fn text(self, text: &str) -> Self {
        Rndr::insert_node(&self.element, &Rndr::create_text_node(text), None);
        self
    }

    /// Text that changes.
    pub(super) fn live(mut self, text: impl Fn() -> String + 'static) -> Self {
        let node = Rndr::create_text_node("");
        Rndr::insert_node(&self.element, &node, None);
        self.effects.push(effect(move || {
            let text = text();
            if node.data() != text {
                Rndr::set_text(&node, &text);
            }
        }));
        self
    }

    /// A child that is there while the condition holds, made anew each time.
    pub(super) fn show(
        mut self,
        when: impl Fn() -> bool + 'static,
        make: impl Fn() -> Self + 'static,
    ) -> Self {
        let parent = self.element.clone();
        let place = Rndr::create_placeholder();
        Rndr::insert_node(&parent, &place, None);
        let mut shown: Option<Self> = None;
        self.effects.push(effect(move || {
            let wanted = when();
            if wanted && shown.is_none() {
                let mut child = make();
                child.mount(&parent, Some(&place));
                shown = Some(child);
            } else if !wanted && let Some(mut child) = shown.take() {
                child.unmount();
            }
        }));
        self
    }

    /// A child for each item, kept while its key stays.
    pub(super) fn each<T: 'static, K: Eq + Hash + 'static>(
        mut self,
        items: impl Fn() -> Vec<T> + 'static,
        key: fn(&T) -> K,
        make: impl Fn(T) -> Self + Copy + 'static,
    ) -> Self {
        let parent = self.element.clone();
        let mut state = None;
        self.effects.push(effect(move || {
            let list = keyed(items(), key, move |_, item| (|_| (), make(item)));
            if let Some(state) = &mut state {
                list.rebuild(state);
            } else {
                let mut built = list.build();
                built.mount(&parent, None);
                state = Some(built);
            }
        }));
        self
    }
}

impl Render for El {
    type State = Self;

    fn build(self) -> Self {
        self
    }

    fn rebuild(mut self, state: &mut Self) {
        state.insert_before_this(&mut self);
        state.unmount();
        *state = self;
    }
}

impl Mountable for El {
    fn unmount(&mut self) {
        self.element.remove();
    }

    fn mount(&mut self, parent: &Element, before: Option<&Node>) {
        Rndr::insert_node(parent, &self.element, before);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = self.element.parent_element();
        if let Some(parent) = &parent {
            child.mount(parent, Some(&self.element));
        }
        parent.is_some()
    }

    fn elements(&self) -> Vec<Element> {
        vec![self.element.clone()]
    }
}

/// A button.
pub(super) fn button(class: &str, run: impl Fn() + 'static) -> El {
    el("button", class)
        .set("type", "button")
        .on("click", move |_| run())
}

/// A button that shows an icon and says what it does.
pub(super) fn icon_button(class: &str, label: &str, path: &str, run: impl Fn() + 'static) -> El {
    button(class, run)
        .set("aria-label", label)
        .set("title", label)
        .child(icon(path))
}

#[wasm_bindgen]
extern "C" {
    /// What an event is about: a field.
    type Field;

    #[wasm_bindgen(method, getter)]
    fn value(this: &Field) -> String;
    #[wasm_bindgen(method, getter)]
    fn checked(this: &Field) -> bool;
}

fn field(event: &Event) -> Option<Field> {
    event.target().map(JsCast::unchecked_into)
}

/// What is in the field that an event is about.
pub(super) fn value_of(event: &Event) -> String {
    field(event).map_or_else(String::new, |field| field.value())
}

/// Whether the box that an event is about is ticked.
pub(super) fn is_checked(event: &Event) -> bool {
    field(event).is_some_and(|field| field.checked())
}
