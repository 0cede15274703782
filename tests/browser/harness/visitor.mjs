// A visitor of the shop, with the panel before them.

import { visit } from './browser.mjs';
import { openShop, panel, pressLauncher } from './shop.mjs';
import { until } from './until.mjs';

export class Visitor {
  // The panel's frame, or the page itself where the chat is a page of its own.
  frame;

  constructor(relay, { context, page, record }) {
    Object.assign(this, { relay, context, page, record });
  }

  // Somebody with a browser of their own comes to the shop. They touch nothing yet.
  static async arrives(browser, relay, { path = '', ...options } = {}) {
    const visitor = new Visitor(relay, await visit(browser, options));
    await openShop(visitor.page, relay, path);
    return visitor;
  }

  // Somebody opens the chat as a page of its own.
  static async arrivesAtChat(browser, relay, options = {}) {
    const visitor = new Visitor(relay, await visit(browser, options));
    await visitor.page.goto(relay.chat);
    visitor.frame = visitor.page.mainFrame();
    await visitor.box.waitFor();
    return visitor;
  }

  // Opens the panel with the launcher and waits until one can write in it.
  async open() {
    await pressLauncher(this.page);
    return this.ready();
  }

  // Waits for a panel that opens by itself.
  async ready() {
    this.frame = await panel(this.page, this.relay);
    await this.box.waitFor();
    return this;
  }

  // Closes the panel with its own button.
  async closes() {
    await this.frame.locator('.top .icon').last().click();
    await until('the panel is out of sight', async () => !(await this.box.isVisible()));
  }

  // Where one writes.
  get box() {
    return this.frame.locator('#text');
  }

  // Writes, and sees it stand in the conversation.
  async says(text) {
    await this.box.fill(text);
    await this.box.press('Enter');
    await this.frame.locator('.messages .text.mine', { hasText: text }).last().waitFor();
  }

  // A message in the conversation.
  bubble(text) {
    return this.frame.locator('.messages .text', { hasText: text });
  }

  // Every message in the conversation, in order, as `mine: …` or `theirs: …`.
  said() {
    return this.frame.locator('.messages .text').evaluateAll((bubbles) =>
      bubbles.map((bubble) => {
        const own = bubble.cloneNode(true);
        own.querySelector('.sr')?.remove();
        return `${bubble.classList.contains('mine') ? 'mine' : 'theirs'}: ${own.textContent}`;
      }));
  }

  // What is said below the newest of the own messages: its time and how far it has come.
  get fate() {
    return this.frame.locator('.messages .meta.mine').last();
  }

  // Books a call with the form that is on the screen.
  async asksForCall(phone, name = '') {
    const form = this.frame.locator('.card form');
    await form.locator('input[type=tel]').fill(phone);
    await form.locator('input[autocomplete=name]').fill(name);
    await form.locator('input[type=checkbox]').check();
    await form.locator('button[type=submit]').click();
  }

  leaves() {
    return this.context.close();
  }
}
