// Starts the console: fetches the glue and the wasm this script tag names. If that fails, says so
// where the console would be, in the tag's words.

const script = document.querySelector('script[data-wasm]');

async function start() {
  const { glue, wasm } = script.dataset;
  const bytes = fetch(wasm);
  // If the glue fails first, nobody waits for the bytes any more.
  bytes.catch(() => {});
  const module = await import(glue);
  await module.default({ module_or_path: bytes });
}

// A call from page to page, for the wasm to ask for; what it takes is fetched when there is one.
let voice;
window.heardVoice = {
  open(lang, rejoin, on) {
    const place = document.getElementById('voice');
    const words = fetch(script.getAttribute(`data-call-${lang}`)).then((it) => it.json());
    voice = Promise.all([import(script.dataset.voice), words]);
    voice = voice.then(([it, said]) => it.open({ place, words: said, rejoin, offers: true, on }));
    voice.catch(() => on('end', '4'));
  },
  home() {
    voice?.then((it) => it.home(document.getElementById('voice')), () => {});
  },
  tell(what, text) {
    voice?.then((it) => it[what](text), () => {});
  },
};

start().catch((error) => {
  console.error('Heard:', error);
  const card = document.createElement('main');
  card.className = 'wait-page';
  card.setAttribute('role', 'alert');
  card.textContent = script.dataset.failed;
  document.getElementById('heard-console').replaceChildren(card);
});
