// What a shop's page runs:
//
//   <script async src="https://relay.example/heard.js" data-site="sit_…"></script>
//
// It draws one button and waits. Until the visitor presses it nothing is requested, stored or
// connected. It never throws into the page and changes nothing of the page's own. Options are
// attributes of the tag (`data-locale`, `data-position`, `data-accent`, `data-theme`,
// `data-hide-launcher`, `data-launcher-selector`, `data-z-index`) or fields of
// `window.heardSettings` (`locale`, `hideLauncher`, …), which win. Calls made before this file
// arrives wait in `Heard.q`.
(() => {
  const doc = document;
  const root = doc.documentElement;

  // A chat must never break a shop: whatever goes wrong in here stays in here.
  const guard = (run) => (...given) => {
    try {
      return run(...given);
    } catch (error) {
      console.warn('Heard:', error);
    }
  };

  guard(() => {
    const early = window.Heard;
    if (early && early.open) return;
    const tag = doc.currentScript || doc.querySelector('script[data-site][src*="heard.js"]');
    const option = (name) => (window.heardSettings || {})[name] ?? tag.dataset[name];
    const relay = new URL(tag.src).origin;
    const site = option('site');
    const prefix = 'heard.' + site;
    const theme = option('theme') || 'auto';

    // By the languages' tags: `[loader]` of their files (`words/en.toml` and its like), which
    // `cargo xtask wasm` puts in here.
    const catalogue = HEARD_WORDS;
    let locale;
    let words;
    const speak = (wanted) => {
      locale = wanted || root.lang || navigator.language;
      let tag = `${locale}`.toLowerCase();
      while (tag && !catalogue[tag]) tag = tag.replace(/(^|[-_])[^-_]*$/, '');
      words = catalogue[tag || 'en'];
    };

    // What is kept is kept first-party, because storage inside an iframe is short-lived in some
    // browsers, and only after the visitor opened the chat. Where storage is forbidden it lasts as
    // long as the page. The token's key is '', everything else has a name; `tabOnly` is true for
    // what belongs to this tab.
    const kept = {};
    const store = (tabOnly) => (tabOnly ? sessionStorage : localStorage);
    const keyed = (key) => (key ? prefix + '.' + key : prefix);
    const keep = (key, value, tabOnly) => {
      if (value) kept[key] = value;
      else delete kept[key];
      try {
        if (value) store(tabOnly).setItem(keyed(key), value);
        else store(tabOnly).removeItem(keyed(key));
      } catch {
        // Forbidden or full: `kept` has it.
      }
    };
    const recall = guard(() => {
      for (const tabOnly of [true, false]) {
        for (const name of Object.keys(store(tabOnly))) {
          const key = name.slice(prefix.length + 1);
          if (name === keyed(key)) kept[key] = store(tabOnly).getItem(name);
        }
      }
    });

    const handlers = {};
    const emit = (name, detail) => {
      for (const handler of handlers[name] || []) guard(handler)(detail);
    };

    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:host{display:contents!important}
.x{all:initial;position:fixed;bottom:calc(20px + env(safe-area-inset-bottom));font:16px/1.4 system-ui,sans-serif}
*{box-sizing:border-box}[hidden]{display:none!important}
.b,.n{position:relative;display:block;width:56px;height:56px;margin:0 0 0 auto;padding:0;border:2px solid transparent;
border-radius:50%;background:var(--a);color:var(--t);box-shadow:0 4px 16px #0b1f1e55;cursor:pointer}
.l .b{margin:0}
:focus-visible{outline:3px solid var(--a);outline-offset:3px;box-shadow:0 0 0 3px #fff}
svg{display:block;width:26px;margin:auto;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.n{position:absolute;top:-6px;right:-6px;width:auto;min-width:24px;height:24px;padding:0 6px;background:#b3261e;color:#fff;
border-radius:12px;border-color:#fff;font:600 13px/20px system-ui,sans-serif}
.p{width:380px;max-width:calc(100vw - 40px);height:640px;max-height:calc(100vh - 108px);margin-bottom:12px;overflow:hidden;
border-radius:16px;background:canvas;color:canvastext;box-shadow:0 12px 40px #0b1f1e44}
iframe{display:block;width:100%;height:100%;border:0}
a{display:block;padding:40% 24px;color:inherit;text-align:center}
@media (prefers-reduced-motion:no-preference){.b{transition:transform .15s}.b:hover{transform:scale(1.05)}
.p{animation:u .16s ease-out}@keyframes u{from{opacity:0;translate:0 12px}}}
@media (max-width:480px){.p{position:fixed;inset:0;width:auto;max-width:none;height:auto;max-height:none;margin:0;
border-radius:0}.o{visibility:hidden}}
@media print{.x{display:none}}`);

    const make = (parent, name, props) => parent.appendChild(Object.assign(doc.createElement(name), props));
    const host = doc.createElement('div');
    const shade = host.attachShadow({ mode: 'closed' });
    shade.adoptedStyleSheets = [sheet];
    const box = make(shade, 'div');
    const panel = make(box, 'div', { className: 'p', hidden: true });
    const button = make(box, 'button', { type: 'button' });
    const vector = (parent, name) => parent.appendChild(doc.createElementNS('http://www.w3.org/2000/svg', name));
    const svg = vector(button, 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    const icon = vector(svg, 'path');
    const badge = make(button, 'span', { className: 'n' });
    panel.setAttribute('role', 'dialog');

    let frame;
    let link; // instead of a chat that does not open
    let port;
    let ready;
    let patience;
    let opened = false;
    let unread = 0;
    let person;
    let held; // the page's own `overflow`, while the chat fills a phone's screen
    let colours;
    let hidden = ![undefined, false, 'false'].includes(option('hideLauncher'));
    const narrow = matchMedia('(max-width:480px)');

    const dress = () => {
      const { style } = box;
      const rtl = getComputedStyle(root).direction === 'rtl';
      const left = option('position') ? option('position') === 'left' : rtl;
      const side = left ? 'left' : 'right';
      style.left = style.right = '';
      box.className = left ? 'x l' : 'x';
      style[side] = `calc(20px + env(safe-area-inset-${side}))`;
      style.zIndex = option('zIndex') || 2147483000;
      // The browser reads the colour, whatever way it is written.
      style.color = '#0f6e6a';
      style.color = option('accent');
      const accent = getComputedStyle(box).color;
      // White where it reaches 4.5:1 on the accent, else black, which then does.
      const light = [0.2126, 0.7152, 0.0722].reduce(
        (sum, weight, index) => sum + weight * (accent.match(/[\d.]+/g)[index] / 255) ** 2.2, 0);
      const onAccent = light < 0.18 ? '#fff' : '#000';
      style.setProperty('--a', accent);
      style.setProperty('--t', onAccent);
      // The panel has colours of its own, and a lighter accent in the dark, unless the shop asks
      // for one.
      colours = option('accent') && [accent, onAccent];
      style.colorScheme = theme === 'auto' ? 'light dark' : theme;
    };

    const draw = () => {
      panel.hidden = !opened;
      button.hidden = hidden;
      button.className = opened && ready ? 'b o' : 'b';
      button.setAttribute('aria-label', opened ? words.close : words.open + (unread ? `, ${words.unread}: ${unread}` : ''));
      button.setAttribute('aria-expanded', opened);
      icon.setAttribute('d', opened
        ? 'M6 9.5l6 6 6-6'
        : 'M21 11.5a8.4 8.4 0 0 1-12.2 7.6L3.5 20.5l1.4-5.2A8.5 8.5 0 1 1 21 11.5z');
      badge.hidden = opened || !unread;
      badge.textContent = unread;
      // A phone's keyboard shrinks only the visual viewport: the panel follows it, so the text box
      // stays in sight.
      const full = opened && narrow.matches;
      if (full !== (held !== undefined)) {
        const before = root.style.overflow;
        root.style.overflow = full ? 'hidden' : held;
        held = full ? before : undefined;
      }
      const view = window.visualViewport;
      panel.style.top = full ? view.offsetTop + 'px' : '';
      panel.style.height = full ? view.height + 'px' : '';
    };

    const tell = (message) => port && port.postMessage(message);
    const state = (focus) => ({
      open: opened,
      focus,
      page: { url: location.href.split('#')[0], title: doc.title },
      person,
    });

    const hear = guard(({ data }) => {
      if (data.keep) keep(...data.keep);
      if (data.ready) {
        ready = true;
        clearTimeout(patience);
        if (link) link.remove();
        frame.hidden = false;
        draw();
        tell(state(shade.activeElement === frame));
      }
      if (data.unread >= 0 && data.unread !== unread) {
        unread = data.unread;
        draw();
        emit('unread', unread);
      }
      if (data.event) emit(data.event, data.detail);
      if (data.close) close();
    });

    const build = () => {
      panel.setAttribute('aria-label', words.chat);
      frame = make(panel, 'iframe', {
        title: words.chat,
        allow: 'microphone; clipboard-write',
        referrerPolicy: 'strict-origin',
        src: `${relay}/widget/${site}?${new URLSearchParams({ lang: locale, theme })}`,
        // Each load is a new page in there, so each gets a channel of its own, which only the
        // relay's origin can receive.
        onload: guard(() => {
          const channel = new MessageChannel();
          port = channel.port1;
          port.onmessage = hear;
          frame.contentWindow.postMessage({ heard: 1, kept, colours, ...state() }, relay, [channel.port2]);
        }),
      });
      patience = setTimeout(guard(() => {
        frame.hidden = true;
        link = make(panel, 'a', {
          textContent: words.broken,
          href: `${relay}/callback/${site}?lang=${locale}`,
          target: '_blank',
          rel: 'noopener',
        });
      }), 12000);
    };

    const open = (quietly) => {
      if (opened) return;
      recall();
      dress();
      if (!frame) build();
      opened = true;
      keep('open', '1', true);
      draw();
      if (!quietly) frame.focus();
      tell(state(!quietly));
      emit('opened');
    };

    const close = () => {
      if (!opened) return;
      opened = false;
      keep('open', null, true);
      const focused = shade.activeElement;
      draw();
      if (focused) button.focus();
      tell(state());
      emit('closed');
    };

    // Takes the panel down; the next opening starts afresh.
    const drop = () => {
      close();
      clearTimeout(patience);
      panel.replaceChildren();
      frame = port = ready = undefined;
      unread = 0;
      draw();
    };

    const api = {
      open: () => open(),
      close,
      toggle: () => (opened ? close() : open()),
      show() {
        hidden = false;
        draw();
      },
      hide() {
        hidden = true;
        draw();
      },
      on(name, handler) {
        (handlers[name] ||= new Set()).add(handler);
        if (name === 'ready') handler();
      },
      off: (name, handler) => handlers[name] && handlers[name].delete(handler),
      // What the page knows of the visitor, {name, phone}: fills the form that asks for a call, and
      // goes nowhere else.
      identify(who) {
        person = who;
        tell(state());
      },
      setLocale(wanted) {
        const again = opened;
        drop();
        speak(wanted);
        draw();
        if (again) open();
      },
      // Forgets the visitor on this device.
      reset() {
        drop();
        recall();
        for (const key of Object.keys(kept)) for (const tabOnly of [true, false]) keep(key, null, tabOnly);
      },
    };
    const call = guard((name, ...given) => api[name](...given));

    const begin = guard(() => {
      speak(option('locale'));
      doc.body.append(host);
      dress();
      draw();
      button.onclick = () => call('toggle');
      box.onkeydown = ({ key }) => {
        if (key === 'Escape') call('close');
      };
      const selector = option('launcherSelector');
      if (selector) doc.addEventListener('click', guard(({ target }) => target.closest(selector) && api.toggle()));
      for (const target of [window.visualViewport, narrow]) {
        for (const name of ['resize', 'scroll', 'change']) target.addEventListener(name, guard(draw));
      }
      // Another tab of this shop was given a token first.
      window.addEventListener('storage', guard(({ key, newValue }) => key === prefix && tell({ token: newValue })));

      window.Heard = call;
      for (const name of Object.keys(api)) call[name] = (...given) => call(name, ...given);
      for (const given of (early && early.q) || []) call(...given);
      // Open before a reload: open again, without taking the focus.
      guard(() => localStorage[prefix] && sessionStorage[keyed('open')] && open(true))();
    });

    if (doc.body) begin();
    else doc.addEventListener('DOMContentLoaded', begin);
  })();
})();
