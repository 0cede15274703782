// Asking for a call, from the panel and from a page without scripts. Whatever the way, the request
// reaches the console, and an agent says what came of it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { launch, screenshot, visit } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { agree, until } from './harness/until.mjs';
import { Visitor } from './harness/visitor.mjs';

let relay;
let browser;
let anna;
before(async () => {
  [relay, browser] = await Promise.all([startRelay(), launch()]);
  anna = await Agent.signsIn(browser, relay);
  await anna.looksAtCalls();
});
after(async () => {
  await browser?.close();
  await relay?.stop();
});

describe('with nobody at the desk', () => {
  test('the panel asks for a number first; the request reaches an agent, who says what came of it', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await visitor.frame.locator('.card h2', { hasText: 'Nobody is here right now' }).waitFor();
    await visitor.asksForCall('+44 20 7946 0018', 'Sasha');
    await visitor.frame.locator('.card.done', { hasText: '+442079460018' }).waitFor();
    await screenshot(visitor.page, 'callback-booked');
    await anna.call('+44 20 7946 0018').waitFor();
    const shown = await anna.call('+44 20 7946 0018').innerText();
    assert.match(shown, /Sasha/);
    assert.match(shown, /As soon as possible/);
    assert.match(shown, /agreed to “You may call me on this number about my question.”/, 'the words that were agreed to');
    assert.equal(await anna.call('+44 20 7946 0018').locator('a').first().getAttribute('href'), 'tel:+442079460018');
    await screenshot(anna.page, 'callback-console');
    // Without an outcome nothing is saved, and it is said why.
    await anna.call('+44 20 7946 0018').getByRole('button', { name: 'Save' }).click();
    await anna.call('+44 20 7946 0018').getByText('Choose the outcome of the call').waitFor();
    await anna.saysOfCall('+44 20 7946 0018', 'no answer', 'tried twice');
    await visitor.leaves();
  });

  test('one who has written is told in the conversation what came of it', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await visitor.says('My kettle leaks');
    await visitor.frame.locator('.card.offer', { hasText: 'Shall we call you?' }).getByRole('button').click();
    await visitor.asksForCall('+44 20 7946 0017');
    await visitor.frame.locator('.note', { hasText: 'You asked us to call' }).waitFor();
    await anna.call('+44 20 7946 0017').getByRole('button', { name: 'Open the chat' }).click();
    await anna.bubble('My kettle leaks').waitFor();
    await anna.page.locator('.person-list', { hasText: '+442079460017' }).getByRole('button').click();
    await anna.saysOfCall('+44 20 7946 0017', 'no answer', 'tried twice');
    await visitor.frame.locator('.note', { hasText: 'We called but couldn’t reach you' }).waitFor();
    assert.doesNotMatch(await visitor.frame.locator('body').innerText(), /tried twice/);
    await visitor.leaves();
  });

  test('a number that is none, a box that is not ticked, a time that is missing: each is said where it is', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    const form = visitor.frame.locator('.card form');
    const send = form.locator('button[type=submit]');
    const error = form.locator('.error');
    const phone = form.locator('input[type=tel]');
    await send.click();
    await error.filter({ hasText: 'looks incomplete' }).waitFor();
    assert.equal(await phone.getAttribute('aria-invalid'), 'true');
    assert.equal(await phone.evaluate((field) => field === document.activeElement), true);
    await phone.fill('+44 20 7946 0019');
    await send.click();
    await error.filter({ hasText: 'tick the box' }).waitFor();
    await form.locator('input[type=checkbox]').check();
    await form.locator('.chips label').nth(1).click();
    await send.click();
    await error.filter({ hasText: 'choose a day' }).waitFor();
    // The last time of the second day that there is, in the visitor's own time.
    await form.locator('select[name=day]').selectOption({ index: 2 });
    const times = form.locator('select[name=time]');
    const time = await times.locator('option').last().innerText();
    await times.selectOption({ label: time });
    await send.click();
    await visitor.frame.locator('.card.done', { hasText: time }).waitFor();
    await anna.call('+44 20 7946 0019').waitFor();
    assert.ok((await anna.call('+44 20 7946 0019').innerText()).includes(time));
    await anna.saysOfCall('+44 20 7946 0019', 'answered, we talked');
    await visitor.leaves();
  });

  test('a number that waits already is not taken twice', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await visitor.asksForCall('+44 20 7946 0020');
    await visitor.frame.locator('.card.done').waitFor();
    const other = await Visitor.arrives(browser, relay);
    await other.open();
    await other.asksForCall('+44 (20) 7946-0020');
    await other.frame.locator('.error', { hasText: 'already waiting' }).waitFor();
    assert.equal(await anna.call('+44 20 7946 0020').count(), 1);
    await anna.saysOfCall('+44 20 7946 0020', 'line busy');
    await visitor.leaves();
    await other.leaves();
  });
});

describe('a page without scripts', () => {
  test('books a call, keeps what was typed when something is missing, and is not sent twice', async () => {
    const { context, page, record } = await visit(browser, { javaScriptEnabled: false });
    await page.goto(relay.chat.replace('/chat/', '/callback/'));
    await screenshot(page, 'plain-form');
    await page.getByLabel('Your name').fill('Kim');
    await page.getByLabel('What it is about').fill('The <b>lid</b> & the handle');
    // The browser would not send it without a number; a browser that does is answered.
    await page.getByLabel('Phone number').fill('none');
    await page.getByLabel('You may call me').check();
    await page.getByRole('button', { name: 'Call me' }).click();
    await page.getByText('This number looks incomplete').waitFor();
    await screenshot(page, 'plain-form-wrong');
    assert.equal(await page.getByLabel('What it is about').inputValue(), 'The <b>lid</b> & the handle');
    assert.equal(await page.getByLabel('You may call me').isChecked(), true);
    await page.getByLabel('Phone number').fill('+44 20 7946 0021');
    await page.getByRole('button', { name: 'Call me' }).click();
    await page.getByRole('heading', { name: 'We’ll call you' }).waitFor();
    await screenshot(page, 'plain-form-done');
    // Sent once more by the browser's own reload.
    await page.reload();
    await page.getByRole('heading', { name: 'We’ll call you' }).waitFor();
    await anna.call('+44 20 7946 0021').waitFor();
    assert.equal(await anna.call('+44 20 7946 0021').count(), 1);
    assert.match(await anna.call('+44 20 7946 0021').innerText(), /The <b>lid<\/b> & the handle/);
    assert.deepEqual(record.errors.filter((error) => !error.includes('422')), []);
    await anna.saysOfCall('+44 20 7946 0021', 'voicemail');
    await context.close();
  });

  test('at a time in the visitor\'s own zone', async () => {
    const { context, page } = await visit(browser, { javaScriptEnabled: false });
    await page.goto(relay.chat.replace('/chat/', '/callback/'));
    await page.getByLabel('Phone number').fill('+44 20 7946 0022');
    await page.getByLabel('At a time I choose').check();
    const tomorrow = new Date(Date.now() + 864e5).toISOString().slice(0, 10);
    // At night: then the times there are stand there to choose from, by the clocks of that city.
    await page.getByLabel('Day and time').fill(`${tomorrow}T03:00`);
    await page.getByLabel('Your time zone').selectOption('Asia/Yekaterinburg');
    await page.getByLabel('You may call me').check();
    await page.getByRole('button', { name: 'Call me' }).click();
    await page.getByText('Please choose a time').waitFor();
    await screenshot(page, 'plain-form-times');
    const times = page.locator('select[name=slot]');
    const noon = await times.locator('option', { hasText: '15:00 (' }).last().getAttribute('value');
    await times.selectOption(noon);
    await page.getByRole('button', { name: 'Call me' }).click();
    await page.getByText(/We’ll call .*15:00 \(.*Yekaterinburg.*\)/).waitFor();
    await page.getByRole('link', { name: 'See, move or cancel this call' }).waitFor();
    await anna.call('+44 20 7946 0022').waitFor();
    assert.match(await anna.call('+44 20 7946 0022').innerText(), /15:00 theirs/);
    await anna.saysOfCall('+44 20 7946 0022', 'no longer wanted');
    await context.close();
  });

  test('the chat\'s own address shows the form when there are no scripts', async () => {
    const { context, page } = await visit(browser, { javaScriptEnabled: false });
    await page.goto(relay.chat);
    const form = page.locator('noscript form');
    await form.getByLabel('Phone number').fill('+44 20 7946 0023');
    await form.getByLabel('You may call me').check();
    await screenshot(page, 'chat-without-scripts');
    await form.getByRole('button', { name: 'Call me' }).click();
    await page.getByRole('heading', { name: 'We’ll call you' }).waitFor();
    await anna.call('+44 20 7946 0023').waitFor();
    await anna.saysOfCall('+44 20 7946 0023', 'wrong number');
    await context.close();
  });
});

test('a request that comes while the agent looks elsewhere is counted and read out', async () => {
  await anna.page.locator('.rail-item').first().click();
  const visitor = await Visitor.arrives(browser, relay);
  await visitor.open();
  await visitor.asksForCall('+44 20 7946 0040', 'Robin');
  const calls = anna.page.locator('.rail-item').nth(1);
  await until('the count is there', async () => (await calls.getAttribute('aria-label')) === 'Calls: 1');
  await agree('it is read out', () => anna.page.locator('[aria-live=polite]').first().innerText(), 'Robin asks to be called');
  await calls.click();
  await anna.saysOfCall('+44 20 7946 0040', 'answered, we talked');
  await visitor.leaves();
});
