// An agent at the console. Everything is found by what it is, not by what it is called: the console
// speaks two languages.

import { visit } from './browser.mjs';

// A number as the relay keeps it.
const bare = (phone) => phone.replace(/[^+\d]/g, '');

const WORDS = ['available', 'busy', 'away'];

export class Agent {
  constructor({ context, page, record }) {
    Object.assign(this, { context, page, record });
  }

  // Signs in with a browser of their own.
  static async signsIn(browser, relay, who = relay.agents[0], options = {}) {
    const agent = new Agent(await visit(browser, options));
    await agent.page.goto(relay.console);
    await agent.passes(who);
    return agent;
  }

  // Fills the sign-in form and waits for the lists.
  async passes({ email, password }) {
    await this.page.locator('input[type=email]').fill(email);
    await this.page.locator('input[type=password]').fill(password);
    await this.page.locator('form button[type=submit]').click();
    await this.page.locator('.list .me').waitFor({ state: 'attached' });
  }

  // Sets their word: `available`, `busy` or `away`.
  async is(word) {
    const { page } = this;
    if (await page.locator(`.me .btn .dot.${word}`).count()) return;
    await page.locator('.me .menu-wrap > button').click();
    await page.locator('.me [role=menuitemradio]').nth(WORDS.indexOf(word)).click();
    await page.locator(`.me .btn .dot.${word}`).waitFor();
  }

  // Says that visitors can talk to them in the browser.
  async putsHeadsetOn() {
    const { page } = this;
    await page.locator('.me .menu-wrap > button').click();
    const item = page.locator('.me [role=menuitem]');
    if (await item.filter({ hasText: /on$/ }).count()) {
      await page.keyboard.press('Escape');
      return;
    }
    await item.click();
    await page.locator('.me .menu-wrap > button').click();
    await item.filter({ hasText: /on$/ }).waitFor();
    await page.keyboard.press('Escape');
  }

  // A visitor who wants to talk here and now.
  get rings() {
    return this.page.locator('.list .offer', { hasNot: this.page.locator('.countdown') }).first();
  }

  // The card of what is offered to them.
  get offer() {
    return this.page.locator('.offer').first();
  }

  // Takes what is offered, and can answer.
  async accepts(issue) {
    await this.page.locator('.offer', { hasText: issue }).locator('.btn.primary').click();
    await this.canAnswer();
  }

  // Waits until the open conversation is theirs.
  async canAnswer() {
    await this.page.locator('#tab-answer[aria-selected=true]:enabled').waitFor();
  }

  // A line of the lists, by what stands in it.
  row(text) {
    return this.page.locator('.list .chat', { hasText: text });
  }

  // Where they write.
  get box() {
    return this.page.locator('.write textarea');
  }

  // Answers in the open conversation, and sees it stand there.
  async says(text) {
    await this.box.fill(text);
    await this.box.press('Enter');
    await this.page.locator('.log .said.ours', { hasText: text }).last().waitFor();
  }

  // Leaves a note in the open conversation, and turns back to answering.
  async notes(text) {
    await this.page.locator('#tab-note').click();
    await this.says(text);
    await this.page.locator('#tab-answer').click();
  }

  // A message of the open conversation.
  bubble(text) {
    return this.page.locator('.log .bubble', { hasText: text });
  }

  // Every message of the open conversation, in order, as `ours: …`, `theirs: …` or `note: …`.
  said() {
    return this.page.locator('.log .said').evaluateAll((rows) =>
      rows.map((row) => {
        const own = row.querySelector('.bubble').cloneNode(true);
        own.querySelector('.sr')?.remove();
        const kind = ['note', 'ours'].find((name) => row.classList.contains(name)) ?? 'theirs';
        return `${kind}: ${own.textContent.trim()}`;
      }));
  }

  // What is said below the newest message of the open conversation.
  get fate() {
    return this.page.locator('.log .said-meta').last();
  }

  // Resolves the open conversation.
  async settles() {
    await this.page.locator('.talk-acts .btn.primary').click();
    await this.page.locator('#tab-answer:disabled').waitFor();
  }

  // Goes to the page of requests to be called.
  async looksAtCalls() {
    await this.page.locator('.rail-item').nth(1).click();
    await this.page.locator('.calls-page').waitFor();
  }

  // The card of a request to be called that nobody has dealt with.
  call(phone) {
    return this.page.locator('.call:not(.closed)', { hasText: bare(phone) });
  }

  // Says what came of a call, and sees it among those that are dealt with.
  async saysOfCall(phone, outcome, note = '') {
    const card = this.call(phone);
    await card.locator('select').selectOption({ label: outcome });
    await card.locator('.call-form input').fill(note);
    await card.locator('button[type=submit]').click();
    const closed = this.page.locator('.call.closed', { hasText: bare(phone) });
    await closed.filter({ hasText: outcome }).filter({ hasText: note }).waitFor();
    await card.waitFor({ state: 'detached' });
  }

  leaves() {
    return this.context.close();
  }
}
