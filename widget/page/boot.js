// Starts the panel: in the loader's iframe, or on a page of its own. Fetches the wasm and the words
// of the visitor's language, agrees with the loader on a channel, and gives the wasm a `host`: what
// it may ask of the page around it.
// Whatever of this fails, the plain form in the page takes over.

const script = document.querySelector('script[data-wasm]');
const stage = document.getElementById('heard');
const root = document.documentElement;
const query = new URLSearchParams(location.search);
const { site, name } = stage.dataset;
const framed = window.parent !== window && stage.dataset.mode !== 'page';
const lang = query.get('lang') || navigator.language || 'en';
// The language of the words: the relay chose it among those it has.
const spoken = root.lang;

let port; // to the loader; none on a page of its own
let started = false;

function fallBack() {
  if (started) return;
  stage.hidden = true;
  document.getElementById('heard-fallback').hidden = false;
  // The form is an answer too: the loader need not show another.
  if (port) port.postMessage({ ready: 1 });
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status}: ${address}`);
  return response.text();
}

// ---- What is kept: by the loader on the shop's origin, or here when this is a page of its own.

const prefix = `heard.${site}`;

function ownStorage() {
  const kept = {};
  for (const store of [() => sessionStorage, () => localStorage]) {
    try {
      for (const [key, value] of Object.entries(store())) {
        if (key === prefix || key.startsWith(`${prefix}.`)) kept[key.slice(prefix.length + 1)] = value;
      }
    } catch {
      // Forbidden: what is kept lasts as long as the page.
    }
  }
  return kept;
}

function keepHere(key, value, tabOnly) {
  const full = key ? `${prefix}.${key}` : prefix;
  try {
    const store = tabOnly ? sessionStorage : localStorage;
    if (value) store.setItem(full, value);
    else store.removeItem(full);
  } catch {
    // As above.
  }
}

// ---- The loader.

// Resolves with the loader's first message. Only a page of one of the site's origins, and only our
// own parent, is heard.
function greeted() {
  const parents = (stage.dataset.parents || '').split(' ');
  return new Promise((resolve) => {
    window.addEventListener('message', (event) => {
      const fits = event.source === window.parent && parents.includes(event.origin);
      if (!fits || port || event.data?.heard !== 1 || !event.ports[0]) return;
      [port] = event.ports;
      resolve(event.data);
    });
  });
}

// Resolves when the panel that opened this page has said who its visitor is, or does not: what is
// kept there is not kept here. Only a panel of the relay's own is heard, or a page elsewhere could
// make somebody chat as somebody else.
function inherited() {
  return new Promise((resolve) => {
    if (!window.opener) resolve();
    setTimeout(resolve, 500);
    window.addEventListener('message', ({ origin, data }) => {
      if (origin !== location.origin || !data?.token) return;
      keepHere('', data.token, false);
      resolve();
    });
    window.opener?.postMessage('heard', location.origin);
  });
}

// ---- Looks that were asked for.

const theme = query.get('theme');
if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;

function paint([accent, onAccent]) {
  root.style.setProperty('--accent', accent);
  root.style.setProperty('--on-accent', onAccent);
}

// ---- What the wasm may ask for.

const zone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone || '';

function makeHost(first, words) {
  const kept = framed ? first.kept : ownStorage();
  const { title } = document;
  let { person } = first;
  let { page } = first;
  let { open } = first;
  let onState = () => {};
  let onToken = () => {};
  let voice;
  const watched = () => open && !document.hidden;
  const send = (message) => {
    if (port) port.postMessage(message);
  };

  if (port) {
    port.onmessage = ({ data }) => {
      if (data.token) onToken(data.token);
      if (data.page) {
        ({ person, page, open } = data);
        onState(watched(), Boolean(data.focus));
      }
    };
  } else {
    window.addEventListener('storage', ({ key, newValue }) => {
      if (key === prefix && newValue) onToken(newValue);
    });
  }

  document.addEventListener('visibilitychange', () => onState(watched(), false));

  // The words say which language, the browser in which country's manner dates and times are written
  // in it.
  const base = (tag) => tag.split('-')[0];
  const manner = navigator.languages.find((tag) => base(tag) === base(spoken)) ?? spoken;
  const format = (options) => new Intl.DateTimeFormat(manner, options);
  const clock = format({ hour: '2-digit', minute: '2-digit' });
  const date = format({ day: 'numeric', month: 'long' });
  const moment = format({ day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' });
  const plurals = new Intl.PluralRules(spoken);
  const relative = new Intl.RelativeTimeFormat(spoken, { numeric: 'auto' });
  const dayNumber = (at) => Math.floor(at / 864e5 - new Date(at).getTimezoneOffset() / 1440);

  return {
    place: stage,
    site,
    name,
    words,
    lang,
    framed,
    pageUrl: () => (page ? page.url : location.href.split('#')[0]),
    pageTitle: () => (page ? page.title : document.title),
    personName: () => `${person?.name ?? ''}`,
    personPhone: () => `${person?.phone ?? ''}`,
    coarse: matchMedia('(pointer: coarse)').matches,
    watched,

    kept: (key) => kept[key],
    keptKeys: () => Object.keys(kept),
    keep(key, value, tabOnly) {
      kept[key] = value;
      if (!value) delete kept[key];
      if (framed) send({ keep: [key, value ?? null, tabOnly] });
      else keepHere(key, value, tabOnly);
    },

    listen(state, token) {
      onState = state;
      onToken = token;
    },
    unread(count) {
      send({ unread: count });
      if (!framed) document.title = count ? `(${count}) ${title}` : title;
    },
    event: (event) => send({ event }),
    close: () => send({ close: 1 }),
    reload: () => location.reload(),
    // A call from page to page; what it takes is fetched when there is one.
    openVoice(rejoin, on) {
      const place = document.getElementById('voice');
      const popOut = framed && { url: `/chat/${site}?lang=${lang}`, token: () => kept[''] };
      voice = Promise.all([import(script.dataset.voice), fetched(script.dataset.call)]);
      voice = voice.then(([it, said]) =>
        it.open({ place, words: JSON.parse(said), rejoin, popOut, on: (what, text) => on(what[0] + text) }));
      voice.catch(() => on('e4'));
    },
    tellVoice(what, text) {
      voice?.then((it) => it[what](text), () => {});
    },
    later: (ms, run) => setTimeout(run, ms),
    focus: (id) => document.getElementById(id)?.focus(),
    // The list is drawn in reverse: its end is at 0, and what is above it is negative.
    scrollToEnd(id) {
      document.getElementById(id).scrollTop = 0;
    },
    scrolledUp: (id) => -document.getElementById(id).scrollTop,

    dayNumber,
    time: (at) => clock.format(at),
    moment: (at) => moment.format(at),
    day(at) {
      const ago = dayNumber(Date.now()) - dayNumber(at);
      return ago < 2 ? relative.format(-ago, 'day') : date.format(at);
    },
    plural: (count) => plurals.select(count),
    // The next full minute as a `datetime-local` field writes it, and the moment such a field
    // means.
    soonest() {
      const now = new Date(Date.now() + 6e4);
      return new Date(now - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 16);
    },
    momentOf: (local) => new Date(local).getTime(),
    zone,

    initials: (of) => of.split(/\s+/).map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '').join('').slice(0, 2).toUpperCase(),

    // Books a call without a socket. Answers with '' or the refusal's code; with nothing when the
    // relay can't be reached.
    book(id, token, phone, who, at, wording, answer) {
      const form = {
        phone,
        name: who,
        topic: '',
        when: at ? { at: { at, zone: zone() } } : { soon: { zone: zone() } },
        consent: { given: true, wording },
      };
      fetch(`/api/v1/sites/${site}/callbacks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id, token, form }),
      })
        .then(async (response) => answer(response.ok ? '' : `${(await response.json()).code}`))
        .catch(() => answer());
    },
  };
}

async function main() {
  const { glue, wasm, words, english } = script.dataset;
  const bytes = fetch(wasm);
  const text = fetched(words).catch(() => fetched(english));
  // If the glue fails first, nobody waits for these any more.
  bytes.catch(() => {});
  text.catch(() => {});
  const hello = framed ? greeted() : inherited();
  const module = await import(glue);
  await module.default({ module_or_path: bytes });
  const first = (await hello) ?? { open: true };
  if (first.colours) paint(first.colours);
  module.start(makeHost(first, await text));
  started = true;
  if (port) port.postMessage({ ready: 1 });
}

setTimeout(fallBack, 15000);
main().catch((error) => {
  console.warn('Heard:', error);
  fallBack();
});
