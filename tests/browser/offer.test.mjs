// When writing is not working: the reason is seen, a call is offered once and in plain words, and a
// no is a no.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { violations } from './harness/axe.mjs';
import { launch, screenshot } from './harness/browser.mjs';
import { openShop } from './harness/shop.mjs';
import { startRelay } from './harness/relay.mjs';
import { until } from './harness/until.mjs';
import { Visitor } from './harness/visitor.mjs';

let relay;
let browser;
let anna;
before(async () => {
  [relay, browser] = await Promise.all([startRelay(), launch()]);
  anna = await Agent.signsIn(browser, relay);
  await anna.is('available');
});
after(async () => {
  await browser?.close();
  await relay?.stop();
});

const EN = {
  asks: [
    'How do I move my booking to another Saturday?',
    'But how can the booking be moved to another Saturday',
    'I want to move the booking to a different Saturday, how?',
  ],
  answers: ['You can find all rules in our help centre.', 'Our cancellation rules are explained there.'],
};
const RU = {
  asks: [
    'Как перенести бронь на другую субботу?',
    'Так как же бронь перенести на другую субботу',
    'Мне нужно перенести бронь на другую субботу, как?',
  ],
  answers: ['Все правила есть в разделе помощи.', 'Условия отмены описаны там же.'],
};

// Five messages that get nowhere.
async function goesInCircles(visitor, { asks, answers } = EN) {
  await visitor.says(asks[0]);
  await anna.accepts(asks[0]);
  for (const turn of [0, 1]) {
    await anna.says(answers[turn]);
    await visitor.bubble(answers[turn]).waitFor();
    await visitor.says(asks[turn + 1]);
    await anna.bubble(asks[turn + 1]).waitFor();
  }
}

const card = (visitor) => visitor.frame.locator('.card.talk');
const yes = (visitor) => card(visitor).locator('button').first();
const no = (visitor) => card(visitor).locator('button').last();
const trouble = () => anna.page.locator('.trouble');
const line = (text) => anna.page.locator('.log .line', { hasText: text });
const dialog = () => anna.page.getByRole('dialog');

// The agent presses the key of an offer, wherever the focus is in the conversation.
async function pressesTheKey() {
  await anna.box.press('Escape');
  await anna.page.keyboard.press('c');
  await dialog().waitFor();
}

const isFocused = (element) => element.evaluate((it) => it === document.activeElement);

// The panel in its frame, or the page that it is.
async function opens({ path, ...options } = {}) {
  const visitor = await Visitor.arrives(browser, relay, { path, ...options });
  return visitor.open();
}

describe('going in circles', () => {
  let visitor;
  let tab;
  before(async () => {
    visitor = await opens();
    await goesInCircles(visitor);
  });
  after(() => visitor.leaves());

  test('both see why, and the text box is left alone', async () => {
    await card(visitor).filter({ hasText: 'We keep going back and forth here.' }).waitFor();
    assert.ok(await isFocused(visitor.box), 'the text box keeps the focus');
    const sizes = await card(visitor).locator('button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect()));
    assert.ok(Math.abs(sizes[0].width - sizes[1].width) < 1 && Math.abs(sizes[0].height - sizes[1].height) < 1, 'both answers are as big');
    await trouble().filter({ hasText: 'Going in circles: asked the same thing three times.' }).waitFor();
    await trouble().filter({ hasText: 'no reply yet' }).waitFor();
    await line('Going in circles').first().waitFor();
    await screenshot(visitor.page, 'offer-desktop-light-en');
    await screenshot(anna.page, 'offer-console-light-en');
    await visitor.page.emulateMedia({ colorScheme: 'dark' });
    await anna.page.emulateMedia({ colorScheme: 'dark' });
    await screenshot(visitor.page, 'offer-desktop-dark-en');
    await screenshot(anna.page, 'offer-console-dark-en');
    assert.deepEqual(await violations(visitor.frame), [], 'the card in the dark');
    assert.deepEqual(await violations(anna.page), [], 'the console in the dark');
    await visitor.page.emulateMedia({ colorScheme: 'light' });
    await anna.page.emulateMedia({ colorScheme: 'light' });
    assert.deepEqual(await violations(visitor.frame), [], 'the card');
    assert.deepEqual(await violations(anna.page), [], 'the console');
  });

  test('a reload and another tab show the same offer', async () => {
    await visitor.page.reload();
    await visitor.ready();
    await card(visitor).waitFor();
    tab = Object.assign(new Visitor(relay, visitor), { page: await visitor.context.newPage() });
    await openShop(tab.page, relay);
    await tab.page.evaluate(() => globalThis.Heard.open());
    await tab.ready();
    await card(tab).waitFor();
  });

  test('the visitor goes on writing, and says no by keyboard', async () => {
    await visitor.says('Anyway, which hall is it in');
    await card(visitor).waitFor();
    await no(visitor).focus();
    await visitor.page.keyboard.press('Enter');
    await card(visitor).waitFor({ state: 'detached' });
    assert.ok(await isFocused(visitor.box), 'the focus goes back to the text box');
    await visitor.frame.locator('.note', { hasText: 'You chose to keep writing' }).waitFor();
    // The other tab agrees, without a click of its own.
    await card(tab).waitFor({ state: 'detached' });
    await trouble().filter({ hasText: 'would rather write' }).waitFor();
    await line('would rather write').waitFor();
    await tab.page.close();
  });

  test('nothing is offered again, whatever comes up', async () => {
    await visitor.says('The chat keeps disconnecting');
    // Staff are told of the other reason.
    await line('The connection breaks').waitFor();
    await visitor.says('THIS IS THE FOURTH TIME I ASK!!');
    await anna.bubble('FOURTH').waitFor();
    await pressesTheKey();
    await dialog().getByRole('alert').filter({ hasText: 'would rather write' }).waitFor();
    assert.equal(await dialog().locator('input').count(), 0, 'there is nothing to fill in');
    await screenshot(anna.page, 'offer-console-hurdle');
    await dialog().locator('.btn').click();
    await anna.says('I am sorry, let me look.');
    await visitor.bubble('let me look').waitFor();
    await visitor.page.reload();
    await visitor.ready();
    await visitor.bubble('let me look').waitFor();
    assert.equal(await card(visitor).count(), 0, 'no second offer');
    assert.equal(await visitor.frame.locator('.note', { hasText: 'keep writing' }).count(), 1, 'one quiet line');
    assert.ok(await visitor.box.isEnabled());
    // Their own wish is one click away, as ever.
    await visitor.frame.locator('.top .icon').first().click();
    await visitor.frame.locator('.card input[type=tel]').waitFor();
    await visitor.frame.locator('.card form .plain').last().click();
  });

  test('until the visitor asks for it', async () => {
    await visitor.says('OK, please call me then');
    await card(visitor).filter({ hasText: 'You mentioned a call.' }).waitFor();
    await trouble().filter({ hasText: 'The visitor asks for a call' }).waitFor();
    await anna.settles();
    await card(visitor).waitFor({ state: 'detached' });
    await trouble().waitFor({ state: 'hidden' });
  });
});

test("the agent's word: by key, with a sentence; the visitor takes it and is called", async () => {
  const visitor = await Visitor.arrivesAtChat(browser, relay, { phone: true, locale: 'ru-RU', colorScheme: 'dark' });
  await visitor.says('Не включается плита');
  await anna.accepts('плита');
  await anna.says('Проверьте, пожалуйста, пробки.');
  await pressesTheKey();
  assert.ok(await isFocused(dialog().locator('input')));
  await screenshot(anna.page, 'offer-console-dialog');
  assert.deepEqual(await violations(anna.page), [], 'the dialog');
  await anna.page.keyboard.type('По телефону я объясню за минуту.');
  await anna.page.keyboard.press('Enter');
  await card(visitor).filter({ hasText: 'Может быть, проще голосом?' }).filter({ hasText: 'за минуту' }).waitFor();
  await line('A call was offered').filter({ hasText: 'за минуту' }).waitFor();
  await screenshot(visitor.page, 'offer-phone-dark-ru');
  assert.deepEqual(await violations(visitor.frame), []);
  await visitor.page.reload();
  await card(visitor).waitFor();
  await yes(visitor).click();
  await visitor.frame.locator('.card form input[type=tel]').waitFor();
  await until('the field for the number has the focus', () => isFocused(visitor.frame.locator('.card input[type=tel]')));
  await card(visitor).waitFor({ state: 'detached' });
  await trouble().filter({ hasText: 'The visitor wants to be called' }).waitFor();
  await visitor.asksForCall('+7 912 345-67-80');
  await visitor.frame.locator('.card.done').waitFor();
  await line('The visitor asked to be called').waitFor();
  await pressesTheKey();
  await dialog().getByRole('alert').filter({ hasText: 'asked for a call already' }).waitFor();
  await dialog().locator('.btn').click();
  await anna.settles();
  await visitor.leaves();
});

test('writing that is hard work is noticed, and what was deleted is not told', async () => {
  const visitor = await opens();
  const frames = [];
  for (const socket of visitor.record.sockets) {
    socket.on('framesent', ({ payload }) => frames.push(Buffer.from(payload).toString('latin1')));
  }
  for (const text of ['My oven stays cold', 'I pressed the round knob']) {
    await visitor.box.fill('something that is not what it should have been '.repeat(4));
    await visitor.box.fill('');
    await visitor.says(text);
  }
  await card(visitor).filter({ hasText: 'Some things are hard to put in writing.' }).waitFor();
  await anna.accepts('oven');
  await trouble().filter({ hasText: 'Hard to write: 2 messages took a lot of rewriting.' }).waitFor();
  assert.ok(frames.some((frame) => frame.includes('round knob')), 'the frames are seen');
  assert.ok(!frames.some((frame) => frame.includes('something that')), 'what was deleted stays where it was');
  await anna.settles();
  await visitor.leaves();
});

test('in Russian, on a phone, in the light', async () => {
  const visitor = await Visitor.arrivesAtChat(browser, relay, { phone: true, locale: 'ru-RU' });
  await goesInCircles(visitor, RU);
  await card(visitor).filter({ hasText: 'Мы ходим по кругу.' }).waitFor();
  await screenshot(visitor.page, 'offer-phone-light-ru');
  assert.deepEqual(await violations(visitor.frame), []);
  await anna.page.keyboard.press('Control+k');
  await dialog().locator('input').fill('Русский');
  await anna.page.keyboard.press('Enter');
  await trouble().filter({ hasText: 'Ходим по кругу: об одном спросили трижды.' }).waitFor();
  await screenshot(anna.page, 'offer-console-light-ru');
  await anna.page.setViewportSize({ width: 390, height: 844 });
  await screenshot(anna.page, 'offer-console-phone-ru');
  await anna.page.setViewportSize({ width: 1280, height: 800 });
  await anna.page.keyboard.press('Control+k');
  await dialog().locator('input').fill('English');
  await anna.page.keyboard.press('Enter');
  await anna.settles();
  await visitor.leaves();
});

test('whoever waits for too long is offered a call, and it goes when somebody comes', async () => {
  await anna.is('away');
  await relay.calls('[trouble]\nwait_ms = 1000\n');
  const visitor = await opens();
  await visitor.says('Is anybody there');
  await card(visitor).filter({ hasText: 'Everyone is busy just now.' }).waitFor();
  // One offer at a time: neither the queue nor the closed desk repeats it.
  assert.equal(await visitor.frame.locator('.card button').count(), 2);
  await screenshot(visitor.page, 'offer-nobody-free');
  assert.deepEqual(await violations(visitor.frame), []);
  await anna.is('available');
  await anna.accepts('anybody');
  await card(visitor).waitFor({ state: 'detached' });
  await line('Nobody is free: no answer for').waitFor();
  await visitor.leaves();
});
