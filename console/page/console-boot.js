// Starts the console: fetches the glue and the wasm this script tag names. If that fails, says so
// where the console would be.

const script = document.querySelector('script[data-wasm]');
const russian = (navigator.language || '').toLowerCase().startsWith('ru');

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
    voice = import(script.dataset.voice).then((it) => it.open({ place, lang, rejoin, offers: true, on }));
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
  card.textContent = russian
    ? 'Консоль не открылась. Нужен современный браузер с WebAssembly; попробуйте обновить страницу.'
    : 'The console could not start. It needs a current browser with WebAssembly; try reloading the page.';
  document.getElementById('heard-console').replaceChildren(card);
});
