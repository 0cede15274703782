// When writing is not working: the reason is seen, a call is offered once and in plain words, and a no is a no.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { violations } from './harness/axe.mjs';
import { launch, screenshot } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
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

async function talks(options = {}) {
  const visitor = await Visitor.arrives(browser, relay, options);
  await visitor.open();
  return visitor;
}

// Five messages that get nowhere.
async function goesInCircles(visitor) {
  await visitor.says('How do I move my booking to another Saturday?');
  await anna.accepts('booking');
  await anna.says('You can find all rules in our help centre.');
  await visitor.bubble('help centre').waitFor();
  await visitor.says('But how can the booking be moved to another Saturday');
  await anna.bubble('But how').waitFor();
  await anna.says('Our cancellation rules are explained there.');
  await visitor.bubble('explained there').waitFor();
  await visitor.says('I want to move the booking to a different Saturday, how?');
}

const card = (visitor) => visitor.frame.locator('.card.talk');

test('going in circles: both see why, the visitor says no, and nothing is offered again', async () => {
  const visitor = await talks();
  const other = await visitor.context.newPage();
  await goesInCircles(visitor);
  await card(visitor).filter({ hasText: 'back and forth' }).waitFor();
  assert.equal(await visitor.box.evaluate((box) => box === document.activeElement), true, 'the text box keeps the focus');
  const [yes, no] = await card(visitor).getByRole('button').evaluateAll((buttons) => buttons.map((one) => one.getBoundingClientRect().width));
  assert.ok(Math.abs(yes - no) < 1, 'both answers are as big');
  await anna.page.locator('.trouble', { hasText: 'going in circles' }).filter({ hasText: 'asked the same thing' }).waitFor();
  await screenshot(visitor.page, 'offer-circles');
  await screenshot(anna.page, 'offer-circles-console');
  assert.deepEqual(await violations(visitor.frame), []);
  assert.deepEqual(await violations(anna.page), []);
  await card(visitor).getByRole('button', { name: 'No, let’s write' }).click();
  await visitor.frame.locator('.note', { hasText: 'You would rather write' }).waitFor();
  await card(visitor).waitFor({ state: 'detached' });
  await anna.page.locator('.trouble strong', { hasText: 'would rather write' }).waitFor();
  // Another reason comes up, and staff are told; the visitor is not asked again, not even by the agent.
  await visitor.says('The chat keeps disconnecting');
  await anna.page.locator('.log .line', { hasText: 'the connection drops' }).waitFor();
  await anna.box.press('Escape');
  await anna.page.keyboard.press('c');
  await anna.page.locator('dialog, [role=dialog]').getByRole('button', { name: 'Offer a call' }).click();
  await anna.page.locator('.toasts, [role=alert]').first().waitFor();
  assert.equal(await card(visitor).count(), 0);
  await anna.settles();
  await other.close();
  await visitor.leaves();
});

test('the agent offers a call with a sentence; the visitor takes it, and a reload keeps what was said', async () => {
  const visitor = await Visitor.arrivesAtChat(browser, relay, { phone: true, locale: 'ru-RU', colorScheme: 'dark' });
  await visitor.says('Не включается плита');
  await anna.accepts('плита');
  await anna.says('Проверьте, пожалуйста, пробки.');
  await anna.box.press('Escape');
  await anna.page.keyboard.press('c');
  const dialog = anna.page.locator('dialog, [role=dialog]');
  await dialog.locator('input').fill('По телефону я объясню за минуту.');
  await dialog.getByRole('button', { name: 'Offer a call' }).click();
  await card(visitor).filter({ hasText: 'голосом будет быстрее' }).filter({ hasText: 'за минуту' }).waitFor();
  await screenshot(visitor.page, 'offer-agent-phone-dark-ru');
  await visitor.page.reload();
  await card(visitor).waitFor();
  await card(visitor).getByRole('button', { name: 'Позвоните мне' }).click();
  await visitor.frame.locator('.card form input[type=tel]').waitFor();
  await card(visitor).waitFor({ state: 'detached' });
  await visitor.asksForCall('+7 912 345-67-80');
  await visitor.frame.locator('.card.done').waitFor();
  await anna.page.locator('.log .line', { hasText: 'The visitor asked to be called' }).waitFor();
  await visitor.leaves();
});
