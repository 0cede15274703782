// The real relay's demo on free ports: `const relay = await startRelay()`, `await relay.stop()`.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from './until.mjs';

const program = process.env.HEARD_RELAY;

export class Relay {
  #child;
  #data;
  #settings;
  #said = '';
  #exited;

  // Where things are, as the demo printed them.
  shop;
  console;
  chat;
  // Who can sign in: `[{ email, password }]`.
  agents = [];

  constructor(data, settings) {
    this.#data = data;
    this.#settings = settings;
  }

  // The relay's own origin, without a slash at the end.
  get origin() {
    return new URL(this.console).origin;
  }

  // Starts it, on the ports of the last time if there was one, and waits until it can write.
  async start() {
    if (!program) throw new Error('HEARD_RELAY must name the relay; `cargo xtask test browser` sets it');
    const port = (url) => (url ? new URL(url).port : 0);
    const args = ['demo', '--data', this.#data];
    args.push('--listen', `127.0.0.1:${port(this.console)}`, '--shop', `127.0.0.1:${port(this.shop)}`);
    // Whoever runs the tests may have settings of their own for a relay.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HEARD_')));
    this.#said = '';
    // Every visitor of a test has one address.
    env.HEARD_LIMITS__CALLBACK_BURST = '1000';
    Object.assign(env, this.#settings);
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#said += text;
      });
    }
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('close', (code, signal) => resolve(`ended with ${signal ?? code}`));
    });
    let ended;
    this.#exited.then((how) => {
      ended = how;
    });
    await until('the relay is ready', async () => {
      if (ended) throw new Error(`the relay ${ended}:\n${this.#said}`);
      if (!this.#read()) return false;
      return (await fetch(`${this.origin}/readyz`)).ok;
    });
    return this;
  }

  // What the demo printed; false while some of it is missing.
  #read() {
    const address = (label) => this.#said.match(new RegExp(`^ *${label} +(http\\S+)$`, 'm'))?.[1];
    const [shop, console, chat] = ['Shop', 'Console', 'Chat page'].map(address);
    const agents = [...this.#said.matchAll(/^ *(\S+@\S+) +password +(\S+)$/gm)];
    if (!shop || !console || !chat || agents.length < 2) return false;
    this.agents = agents.map(([, email, password]) => ({ email, password }));
    Object.assign(this, { shop, console, chat });
    return true;
  }

  // Everything it printed since it was started last.
  get said() {
    return this.#said;
  }

  // Ends it as an operator would, or as a power cut would.
  async end(signal = 'SIGTERM') {
    this.#child.kill(signal);
    return this.#exited;
  }

  // Ends it, sets how the site calls (in TOML), and starts it again where it was.
  async calls(toml) {
    await this.end();
    const args = ['calls', 'set', '--data', join(this.#data, 'heard.db'), '-'];
    const { status, stderr } = spawnSync(program, args, { input: toml, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return this.start();
  }

  // Ends it and forgets its data.
  async stop() {
    if (this.#child) await this.end();
    await rm(this.#data, { recursive: true, force: true });
  }
}

// `settings` are variables of its environment.
export async function startRelay(settings = {}) {
  const relay = new Relay(await mkdtemp(join(tmpdir(), 'heard-browser-')), settings);
  try {
    return await relay.start();
  } catch (error) {
    await relay.stop();
    throw error;
  }
}
