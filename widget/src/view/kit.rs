//! Elements in few types.
//!
//! A renderer that makes a type of every element and every closure makes the compiler copy the
//! drawing code for each of them: for this panel that was a third of the download. Here every
//! element is one type, and what a method is given is boxed before anything is done with it, so
//! that the code of each method is there once. The signals and the effects are Leptos'.

use std::cell::RefCell;

use reactive_graph::effect::RenderEffect;
use reactive_graph::owner::Owner;
use reactive_graph::signal::ArcTrigger;
use reactive_graph::traits::{Notify, Track};
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

#[inline(never)]
fn effect(mut run: Box<dyn FnMut()>) -> RenderEffect<()> {
    ROOT.with(|root| root.with(|| RenderEffect::new(move |_| run())))
}

/// An element, with what keeps it up to date.
pub(super) struct El {
    node: Node,
    effects: Vec<RenderEffect<()>>,
}

/// An element of this tag and class; no class if that is empty.
#[inline(never)]
pub(super) fn el(tag: &str, class: &str) -> El {
    let element = El::new(create_element(tag));
    if class.is_empty() {
        element
    } else {
        element.set("class", class)
    }
}

/// An icon drawn by one path.
pub(super) fn icon(path: &str) -> El {
    let vector = |tag| El::new(create_element_of("http://www.w3.org/2000/svg", tag));
    vector("svg")
        .set("viewBox", "0 0 24 24")
        .set("aria-hidden", "true")
        .child(vector("path").set("d", path))
}

impl El {
    fn new(node: Node) -> Self {
        Self {
            node,
            effects: Vec::new(),
        }
    }

    /// Puts it into the page, where it stays.
    pub(super) fn stay_in(self, place: web_sys::Element) {
        place.unchecked_into::<Node>().insert(&self.node, None);
        std::mem::forget(self);
    }

    /// An attribute that stays.
    #[inline(never)]
    pub(super) fn set(self, name: &str, value: &str) -> Self {
        self.node.set_attribute(name, value);
        self
    }

    /// An attribute that changes; absent while there is no value.
    pub(super) fn bind(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        self.bind_boxed(name, Box::new(value))
    }

    #[inline(never)]
    fn bind_boxed(self, name: &'static str, value: Box<dyn Fn() -> Option<String>>) -> Self {
        let node = self.node.clone();
        self.keep(Box::new(move || match value() {
            Some(value) => node.set_attribute(name, &value),
            None => node.remove_attribute(name),
        }))
    }

    /// A property that changes.
    pub(super) fn property<V: Into<JsValue>>(
        self,
        name: &'static str,
        value: impl Fn() -> V + 'static,
    ) -> Self {
        self.property_boxed(name, Box::new(move || value().into()))
    }

    #[inline(never)]
    fn property_boxed(self, name: &'static str, value: Box<dyn Fn() -> JsValue>) -> Self {
        let node = self.node.clone();
        self.keep(Box::new(move || node.set_property(name, &value())))
    }

    /// A listener.
    pub(super) fn on(self, event: &str, run: impl FnMut(Event) + 'static) -> Self {
        self.on_boxed(event, Box::new(run))
    }

    #[inline(never)]
    fn on_boxed(self, event: &str, run: Box<dyn FnMut(Event)>) -> Self {
        // The browser lets go of it together with the element.
        self.node.listen(event, Closure::wrap(run).into_js_value());
        self
    }

    /// A child.
    #[inline(never)]
    pub(super) fn child(mut self, mut child: Self) -> Self {
        self.node.insert(&child.node, None);
        self.effects.append(&mut child.effects);
        self
    }

    /// Text that stays.
    #[inline(never)]
    pub(super) fn text(self, text: &str) -> Self {
        self.node.insert(&create_text(text), None);
        self
    }

    /// Text that changes.
    pub(super) fn live(self, text: impl Fn() -> String + 'static) -> Self {
        self.live_boxed(Box::new(text))
    }

    #[inline(never)]
    fn live_boxed(self, text: Box<dyn Fn() -> String>) -> Self {
        let mut shown = String::new();
        let node = create_text(&shown);
        self.node.insert(&node, None);
        self.keep(Box::new(move || {
            let text = text();
            if text != shown {
                node.set_data(&text);
                shown = text;
            }
        }))
    }

    /// A child that is there while the condition holds, made anew each time.
    pub(super) fn show(
        self,
        when: impl Fn() -> bool + 'static,
        make: impl Fn() -> Self + 'static,
    ) -> Self {
        self.show_boxed(Box::new(when), Box::new(make))
    }

    #[inline(never)]
    fn show_boxed(self, when: Box<dyn Fn() -> bool>, make: Box<dyn Fn() -> Self>) -> Self {
        let parent = self.node.clone();
        // Nothing to see; it marks where the child belongs.
        let place = create_text("");
        parent.insert(&place, None);
        let mut shown: Option<Self> = None;
        self.keep(Box::new(move || {
            let wanted = when();
            if wanted && shown.is_none() {
                let child = make();
                parent.insert(&child.node, Some(&place));
                shown = Some(child);
            } else if !wanted && let Some(child) = shown.take() {
                child.node.remove();
            }
        }))
    }

    /// A child for each item, kept while its key stays. The element has no other children.
    pub(super) fn each<T: 'static, K: PartialEq + 'static>(
        self,
        items: impl Fn() -> Vec<T> + 'static,
        key: fn(&T) -> K,
        make: impl Fn(T) -> Self + 'static,
    ) -> Self {
        let parent = self.node.clone();
        let mut keys: Vec<K> = Vec::new();
        let mut children: Vec<Self> = Vec::new();
        self.keep(Box::new(move || {
            let mut before: Vec<Option<Self>> = children.drain(..).map(Some).collect();
            let mut now = Vec::new();
            // Where each child stood before; new ones nowhere.
            let mut places = Vec::new();
            let mut next = 0;
            for item in items() {
                let key = key(&item);
                // What stays mostly follows what stayed before it.
                let place = (next..keys.len())
                    .chain(0..next)
                    .find(|&place| keys.get(place) == Some(&key) && before[place].is_some());
                let child = place.and_then(|place| before[place].take());
                next = place.map_or(next, |place| place + 1);
                places.push(place);
                children.push(child.unwrap_or_else(|| make(item)));
                now.push(key);
            }
            keys = now;
            for child in before.into_iter().flatten() {
                child.node.remove();
            }
            arrange(&parent, &children, &places);
        }))
    }

    /// Keeps something up to date as long as the element is there.
    fn keep(mut self, run: Box<dyn FnMut()>) -> Self {
        self.effects.push(effect(run));
        self
    }
}

/// Puts an element's children into their order, and moves none that stand right to one another.
/// `places` says where each stood before, among children of which some are gone.
#[inline(never)]
fn arrange(parent: &Node, children: &[El], places: &[Option<usize>]) {
    let mut first_kept = usize::MAX;
    let mut after = None;
    for (child, place) in children.iter().zip(places).rev() {
        match place {
            Some(place) if *place < first_kept => first_kept = *place,
            _ => parent.insert(&child.node, after),
        }
        after = Some(&child.node);
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
    /// An element or a text of the page.
    #[derive(Clone)]
    type Node;

    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    fn create_element(tag: &str) -> Node;
    #[wasm_bindgen(js_namespace = document, js_name = createElementNS)]
    fn create_element_of(space: &str, tag: &str) -> Node;
    #[wasm_bindgen(js_namespace = document, js_name = createTextNode)]
    fn create_text(text: &str) -> Node;

    #[wasm_bindgen(method, js_name = setAttribute)]
    fn set_attribute(this: &Node, name: &str, value: &str);
    #[wasm_bindgen(method, js_name = removeAttribute)]
    fn remove_attribute(this: &Node, name: &str);
    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set_property(this: &Node, name: &str, value: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_data(this: &Node, text: &str);
    #[wasm_bindgen(method, js_name = addEventListener)]
    fn listen(this: &Node, event: &str, run: JsValue);
    #[wasm_bindgen(method, js_name = insertBefore)]
    fn insert(this: &Node, child: &Node, before: Option<&Node>);
    #[wasm_bindgen(method)]
    fn remove(this: &Node);
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
