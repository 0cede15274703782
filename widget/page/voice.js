// A call between the visitor's page and the agent's: the sound, and the bar that shows it.
// Downloaded when somebody wants to talk, by panel and console alike. What the two pages have to
// say to each other goes through the relay as JSON; the agent's page always offers.
//
// A page draws a number when it joins (`me`). Whoever hears a number that is new to them begins
// again with it, so a reload needs nothing else.

// Why a call ends, as the protocol calls it.
const VISITOR = 'visitor';
const AGENT = 'agent';
const NO_ANSWER = 'no_answer';
const LOST = 'lost';
const NO_MICROPHONE = 'no_microphone';

// How long it rings, how long a broken line is mended, and how often the other page is greeted
// while it is not there, in milliseconds.
const RING = 60000;
const MEND = 30000;
const GREET = 2000;
// After how long without a line an offer counts as lost.
const STALE = 8000;
// How long ways for the sound are gathered before they are told.
const GATHER = 2000;

const STYLE = `
.voice{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;padding:.6rem .9rem;background:var(--field);color:var(--ink);border-bottom:1px solid var(--line);font-size:.9375rem}
.voice p{flex:9 1 8rem;margin:0}
.voice span{display:inline-flex;align-items:center;gap:.5rem}
.voice .acts{flex:1 1 auto;flex-wrap:wrap}
.voice [hidden]{display:none}
.voice b{font-variant-numeric:tabular-nums}
.voice small{color:var(--muted);font-size:.8125rem}
.voice meter{width:3.5rem;height:.6rem}
.voice button,.voice a{justify-content:center;min-height:2.75rem;padding:0 .6rem;border:1px solid var(--edge);border-radius:var(--radius-m);background:var(--paper);color:var(--ink);font:inherit;cursor:pointer;display:inline-flex;align-items:center;text-decoration:none}
.voice button[aria-pressed=true]{background:var(--ink);color:var(--paper)}
.voice .acts>*{flex:1 0 auto;padding:0 .45rem}
.voice .end{border-color:var(--bad);color:var(--bad)}
`;

let styled = false;

function style() {
  if (styled) return;
  styled = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

const drawn = () => crypto.getRandomValues(new Uint32Array(1))[0] || 1;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

// Whether this page may ask for the microphone at all, as far as the browser says.
function forbidden() {
  const policy = document.permissionsPolicy ?? document.featurePolicy;
  return policy?.allowsFeature ? !policy.allowsFeature('microphone') : false;
}

async function granted() {
  try {
    return (await navigator.permissions.query({ name: 'microphone' })).state === 'granted';
  } catch {
    return false;
  }
}

// `place` is where the bar is drawn, `words` are those of `[call]` in the language's file
// (`words/en.toml` and its like), `offers` is true for the agent, `rejoin` says that the call
// goes on already, `popOut` is the chat as a page of its own: its `url`, and who the visitor is
// there (`token`). `on(kind, text)` is told: `ready` (there is a microphone), `say` (to the other
// page), `end` (with why), `gone` (nothing is left here).
export function open({ place: first, words, offers, rejoin, popOut, on }) {
  style();
  let place = first;
  const me = drawn();
  let peer = 0;
  let line; // the RTCPeerConnection
  let config; // how the sound finds its way; once it is known
  let round = 0; // which offer is the last one
  let offeredAt = 0;
  let microphone;
  let called = false; // an agent is there
  let answered = false; // and it is known how the sound finds its way
  let live = false;
  let since = 0; // when they began to talk
  let brokenAt = Date.now();
  let over = false;
  let waits; // until it counts as not answered
  const mine = { muted: false, held: false };
  const theirs = { muted: false, held: false };

  // ---- The bar.

  const bar = make('section', 'voice');
  bar.setAttribute('aria-label', words.region);
  const says = make('p');
  says.setAttribute('role', 'status');
  const clock = make('b');
  const quality = make('small');
  const meters = [words.own, words.level].map((label) => {
    const meter = make('meter');
    meter.setAttribute('aria-label', label);
    meter.title = label;
    meter.max = 1;
    return meter;
  });
  const [own, level] = meters;
  const sound = make('audio');
  sound.autoplay = true;
  const button = (className, text, press) => {
    const it = make('button', className, text);
    it.type = 'button';
    it.onclick = press;
    return it;
  };
  const mute = button('mute', words.mute, () => toggle('muted'));
  const hold = button('hold', words.hold, () => toggle('held'));
  const end = button('end', words.end, () => finish(offers ? AGENT : VISITOR));
  const gauge = make('span');
  gauge.append(clock, ...meters, quality);
  const acts = make('span', 'acts');
  acts.append(mute, hold, end);
  const talking = [gauge, mute, hold];
  for (const it of talking) it.hidden = true;
  bar.append(says, gauge, acts, sound);
  place.replaceChildren(bar);

  function tell(text) {
    if (says.textContent !== text) says.textContent = text;
  }

  function show() {
    if (over) return;
    for (const it of talking) it.hidden = !live;
    mute.setAttribute('aria-pressed', mine.muted);
    hold.setAttribute('aria-pressed', mine.held);
    if (!answered) return;
    if (!live) tell(since ? words.again : words.joining);
    else if (mine.held) tell(words.held);
    else if (theirs.held) tell(words.heldThere);
    else tell(theirs.muted ? words.mutedThere : words.live);
  }

  // What is left is a sentence, and perhaps something to do about it.
  function last(text, ...ways) {
    over = true;
    stop();
    tell(text);
    const close = button('', words.close, () => place.replaceChildren());
    bar.replaceChildren(says, ...ways, close);
  }

  // ---- The microphone.

  function toggle(what) {
    mine[what] = !mine[what];
    apply();
    say({ state: mine });
  }

  function apply() {
    for (const track of microphone?.getTracks() ?? []) track.enabled = !mine.muted && !mine.held;
    sound.muted = mine.held;
    show();
  }

  function inWindow() {
    if (!popOut) return [];
    const link = make('a', '', words.window);
    link.href = popOut.url;
    link.onclick = (event) => {
      event.preventDefault();
      const page = window.open(popOut.url);
      // It asks who the visitor is.
      addEventListener('message', ({ source, origin }) => {
        if (page && source === page && origin === location.origin) page.postMessage({ token: popOut.token() }, origin);
      });
    };
    return [link];
  }

  async function listen() {
    tell(words.asking);
    if (forbidden()) return refused(words.policy, inWindow());
    try {
      microphone = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      const none = error.name === 'NotFoundError';
      return refused(none ? words.none : words.denied, none ? [] : inWindow());
    }
    if (over) return stop();
    tell(offers || rejoin ? words.joining : words.calling);
    on('ready', '');
    ring();
    greet();
    return undefined;
  }

  function refused(text, ways) {
    on('end', NO_MICROPHONE);
    last(text, ...ways);
  }

  function ring() {
    clearTimeout(waits);
    if (!offers) waits = setTimeout(() => finish(NO_ANSWER), RING);
  }

  // ---- The other page.

  function say(word) {
    if (peer || word.hello) on('say', JSON.stringify({ from: me, to: peer, ...word }));
  }

  function shut() {
    if (!line) return;
    line.onconnectionstatechange = null;
    line.ontrack = null;
    line.close();
    line = undefined;
  }

  function begin() {
    shut();
    const it = new RTCPeerConnection(config);
    line = it;
    for (const track of microphone.getTracks()) it.addTrack(track, microphone);
    it.ontrack = ({ streams }) => {
      [sound.srcObject] = streams;
      sound.play().catch(() => {});
    };
    it.onconnectionstatechange = () => {
      const was = live;
      live = it.connectionState === 'connected';
      if (live) {
        since ||= Date.now();
        say({ state: mine });
      } else if (was) brokenAt = Date.now();
      if (it.connectionState === 'failed') {
        shut();
        say({ hello: 2 });
        if (offers) offer();
      }
      show();
    };
    return it;
  }

  // Resolves when the ways for the sound are known, or it has taken long enough.
  function gathered(it) {
    return new Promise((resolve) => {
      const done = () => it.iceGatheringState === 'complete' && resolve();
      it.addEventListener('icegatheringstatechange', done);
      setTimeout(resolve, GATHER);
      done();
    });
  }

  async function describe(it, description, of) {
    await it.setLocalDescription(description);
    await gathered(it);
    if (it === line) say({ sdp: it.localDescription, round: of });
  }

  async function offer() {
    offeredAt = Date.now();
    round += 1;
    const it = begin();
    await describe(it, await it.createOffer(), round);
  }

  async function hear(text) {
    const word = JSON.parse(text);
    if (over || !answered || !microphone || !word.from) return;
    if (word.to && word.to !== me) {
      // The other page goes on with somebody else: with this call in another tab.
      if (word.from === peer && live) last(words.elsewhere);
      return;
    }
    if (word.hello) {
      const news = word.from !== peer;
      peer = word.from;
      if (news && !word.to) say({ hello: 1 });
      // 2: their line broke, and so must ours. An offer or its answer may have been lost.
      const stale = !live && Date.now() - offeredAt > STALE;
      if (offers && (news || word.hello === 2 || stale)) await offer();
      return;
    }
    if (word.from !== peer) return;
    if (word.state) {
      Object.assign(theirs, word.state);
      show();
    }
    if (word.sdp?.type === 'offer') {
      const it = begin();
      await it.setRemoteDescription(word.sdp);
      await describe(it, await it.createAnswer(), word.round);
    } else if (word.sdp && word.round === round && line?.signalingState === 'have-local-offer') {
      await line.setRemoteDescription(word.sdp);
    }
  }

  // ---- What is measured, and what time does.

  let counted = { lost: 0, received: 0 };

  async function measure() {
    const now = Date.now();
    if (answered && !live && now - brokenAt > MEND) {
      finish(LOST);
      return;
    }
    if (answered && !live && now % GREET < 250) say({ hello: 1 });
    if (!live) return;
    const seconds = Math.floor((now - since) / 1000);
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    let trip = 0;
    let lost = 0;
    let received = 0;
    for (const it of (await line.getStats()).values()) {
      if (it.type === 'media-source') own.value = it.audioLevel ?? 0;
      if (it.type === 'inbound-rtp') {
        level.value = it.audioLevel ?? 0;
        lost += it.packetsLost ?? 0;
        received += it.packetsReceived ?? 0;
        bar.dataset.bytes = it.bytesReceived ?? 0;
      }
      if (it.type === 'candidate-pair' && it.nominated) trip = it.currentRoundTripTime ?? 0;
      if (it.type === 'candidate-pair' && it.state === 'succeeded') bar.dataset.pair = it.localCandidateId;
      if (it.id === bar.dataset.pair) bar.dataset.way = it.candidateType;
    }
    const gone = lost - counted.lost;
    const all = gone + received - counted.received;
    if (all < 100) return;
    counted = { lost, received };
    const share = gone / all;
    const word = share > 0.08 || trip > 0.5 ? 'poor' : share > 0.02 || trip > 0.25 ? 'fair' : 'good';
    quality.textContent = words.quality[word];
  }

  const ticks = setInterval(() => measure().catch(() => {}), 250);

  // ---- The end.

  function stop() {
    clearInterval(ticks);
    clearTimeout(waits);
    shut();
    for (const track of microphone?.getTracks() ?? []) track.stop();
    removeEventListener('pagehide', stop);
  }

  // A reason is called as the protocol calls it.
  function reason(why) {
    const name = why.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    return words.ended[name] ?? words.ended[AGENT];
  }

  function finish(why) {
    if (over) return;
    on('end', why);
    last(reason(why));
  }

  addEventListener('pagehide', stop);

  async function come() {
    if (!rejoin || (await granted())) {
      await listen();
      return;
    }
    // The microphone is asked for on a click alone.
    tell(words.here);
    const join = button('join', words.join, () => {
      join.remove();
      listen();
    });
    acts.prepend(join);
  }
  come();

  function greet() {
    if (over || answered || !called || !config || !microphone) return;
    answered = true;
    brokenAt = Date.now();
    clearTimeout(waits);
    counted = { lost: 0, received: 0 };
    show();
    say({ hello: 1 });
  }

  return {
    // How the sound finds its way.
    ice(text) {
      config = JSON.parse(text);
      greet();
    },
    // An agent is there.
    answered() {
      called = true;
      greet();
    },
    // The agent has handed the conversation over: it rings for the next one.
    rings() {
      if (over || !answered) return;
      called = false;
      answered = false;
      live = false;
      peer = 0;
      shut();
      show();
      tell(words.handed);
      ring();
    },
    hear(text) {
      hear(text).catch((error) => console.warn('Heard:', error));
    },
    // The place of the bar was drawn anew.
    home(to) {
      if (to && !to.contains(bar)) to.replaceChildren(...place.childNodes);
      place = to ?? place;
    },
    // It is over, whoever ended it; or it is not ours any more.
    ended(why) {
      if (!over) last(reason(why));
    },
    // The conversation is somebody else's now.
    left() {
      if (over) return;
      over = true;
      stop();
      place.replaceChildren();
    },
  };
}
