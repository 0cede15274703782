// A call from the request to the end: booked, moved, rung, tried again, made, summed up, rated; and
// called off.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { violations } from './harness/axe.mjs';
import { launch, screenshot, visit } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { until } from './harness/until.mjs';
import { Visitor } from './harness/visitor.mjs';

let relay;
let browser;
let anna;
before(async () => {
  [relay, browser] = await Promise.all([startRelay(), launch()]);
  // Whatever the time of the day is.
  await relay.calls('quiet_from = "00:00"\nquiet_to = "00:00"\n[[hours]]\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nfrom = "00:00"\nto = "24:00"\n');
  anna = await Agent.signsIn(browser, relay);
});
after(async () => {
  await browser?.close();
  await relay?.stop();
});

// The call that rings for Anna.
const ring = () => anna.page.locator('.list .offer').first();

// Says what came of the call she makes.
async function reports(outcome, summary = '') {
  const made = anna.page.locator('.making');
  await made.locator('select').selectOption({ label: outcome });
  await made.locator('.call-form input').fill(summary);
  await made.locator('button[type=submit]').click();
  await made.waitFor({ state: 'detached' });
}

describe('a call as soon as possible', () => {
  test('rings for an agent who is free, is tried again, and ends with a line in the chat and a rating', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await visitor.frame.locator('.top .icon').first().click();
    await visitor.asksForCall('+44 20 7946 0030', 'Sasha');
    const card = visitor.frame.locator('.card.done');
    await card.filter({ hasText: '+442079460030' }).waitFor();
    await anna.is('available');
    await ring().filter({ hasText: 'Sasha' }).waitFor();
    await card.filter({ hasText: 'finding someone' }).waitFor();
    await screenshot(anna.page, 'call-rings');
    assert.deepEqual(await violations(anna.page), [], 'a ringing call');
    await ring().locator('.btn.primary').click();
    await anna.page.locator('.making', { hasText: 'calling them' }).waitFor();
    assert.equal(await anna.page.locator('.making a').getAttribute('href'), 'tel:+442079460030');
    await card.filter({ hasText: 'We’re calling' }).waitFor();
    await screenshot(anna.page, 'call-making');
    assert.deepEqual(await violations(anna.page), [], 'a call being made');
    await screenshot(visitor.page, 'call-now');
    await reports('line busy');
    await card.filter({ hasText: 'We’ll try again' }).waitFor();
    await visitor.frame.locator('.note', { hasText: 'couldn’t reach you. We’ll try again' }).waitFor();

    // She does not wait for the time, and calls again at once.
    await anna.looksAtCalls();
    const open = anna.page.locator('.call:not(.closed)', { hasText: '+442079460030' });
    await open.locator('.chip', { hasText: 'tried 1×' }).waitFor();
    await open.getByRole('button', { name: 'Call now' }).click();
    await anna.page.locator('.making').waitFor();
    await reports('answered, we talked', 'The courier comes tomorrow.');
    await visitor.frame.locator('.note', { hasText: 'About the call: The courier comes tomorrow.' }).waitFor();
    await card.waitFor({ state: 'detached' });
    const rating = visitor.frame.locator('.card.rating');
    await rating.waitFor();
    assert.deepEqual(await violations(visitor.frame), [], 'a rating');
    await screenshot(visitor.page, 'call-rating');
    await rating.getByRole('button', { name: '5 out of 5' }).click();
    await visitor.frame.locator('.note', { hasText: 'You gave the call 5 out of 5' }).waitFor();
    await rating.waitFor({ state: 'detached' });
    await anna.page.locator('.log .line', { hasText: 'gives the call 5 out of 5' }).waitFor();
    await anna.is('away');
    await visitor.leaves();
  });

  test('turned down, it waits for somebody else; the visitor calls it off, and a reload keeps how it is', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await visitor.frame.locator('.top .icon').first().click();
    await visitor.asksForCall('+44 20 7946 0031', 'Kim');
    await anna.is('available');
    await ring().filter({ hasText: 'Kim' }).waitFor();
    await ring().getByRole('button', { name: 'Pass' }).click();
    await ring().waitFor({ state: 'detached' });
    await visitor.page.reload();
    await visitor.ready();
    const card = visitor.frame.locator('.card.done');
    await card.filter({ hasText: '+442079460031' }).waitFor();
    await card.getByRole('button', { name: 'Cancel the call' }).click();
    await visitor.frame.locator('.note', { hasText: 'You cancelled the call' }).waitFor();
    await card.waitFor({ state: 'detached' });
    await anna.looksAtCalls();
    await anna.page.locator('.call.closed', { hasText: 'The visitor cancelled the call' }).waitFor();
    await anna.page.locator('.rail-item').first().click();
    await anna.is('away');
    await visitor.leaves();
  });
});

describe('a call at a time of one\'s own', () => {
  test('is moved in the panel, shown on a page of its own, and cancelled there', async () => {
    const visitor = await Visitor.arrives(browser, relay, { phone: true, colorScheme: 'dark' });
    await visitor.open();
    await visitor.frame.locator('.top .icon').first().click();
    const form = visitor.frame.locator('.card form');
    await form.locator('input[type=tel]').fill('+44 20 7946 0032');
    await form.locator('.chips label').nth(1).click();
    await form.locator('select[name=day]').selectOption({ index: 2 });
    await form.locator('select[name=time]').selectOption({ index: 1 });
    await form.locator('input[type=checkbox]').check();
    await screenshot(visitor.page, 'call-slots-phone-dark');
    assert.deepEqual(await violations(visitor.frame), [], 'a choice of times');
    await form.locator('button[type=submit]').click();
    const card = visitor.frame.locator('.card.done');
    await card.getByRole('button', { name: 'Another time' }).click();
    await card.locator('select[name=day]').selectOption({ index: 2 });
    const times = card.locator('select[name=time]');
    const later = await times.locator('option').nth(3).innerText();
    await times.selectOption({ index: 3 });
    await card.getByRole('button', { name: 'Save' }).click();
    await visitor.frame.locator('.note', { hasText: `Your call is moved` }).filter({ hasText: later }).waitFor();
    await card.filter({ hasText: later }).waitFor();
    await screenshot(visitor.page, 'call-booked-phone-dark');
    assert.deepEqual(await violations(visitor.frame), [], 'a booked call');
    const address = await card.locator('a').getAttribute('href');
    const { context, page } = await visit(browser);
    await page.goto(new URL(address, relay.chat).href);
    await page.getByText(later).first().waitFor();
    await screenshot(page, 'call-page');
    assert.deepEqual(await violations(page), [], 'the page of a call');
    await page.getByRole('button', { name: 'Cancel the call' }).click();
    await page.getByText('You have cancelled this call.').waitFor();
    await until('the panel knows', async () => (await card.count()) === 0);
    await context.close();
    await visitor.leaves();
  });
});
