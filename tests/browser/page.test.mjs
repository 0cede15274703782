// The chat as a guest on somebody else's page: its policy, its script's calls, its size.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { kept, launch, screenshot, visit } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { openShop, panel } from './harness/shop.mjs';
import { agree, until } from './harness/until.mjs';
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

// Events of the page's API, as they come.
const listen = (page, names) =>
  page.evaluate((all) => {
    globalThis.heardEvents = [];
    for (const name of all) {
      globalThis.Heard('on', name, (detail) => globalThis.heardEvents.push(detail === undefined ? name : `${name} ${detail}`));
    }
  }, names);
const events = (page) => page.evaluate(() => globalThis.heardEvents);

describe('a page under a strict policy', () => {
  test('carries the whole chat without one violation', async () => {
    const visitor = await Visitor.arrives(browser, relay, { path: 'strict.html' });
    await visitor.open();
    await visitor.says('Does this work under a policy?');
    await anna.accepts('under a policy');
    await anna.says('See https://shop.example/');
    await visitor.bubble('https://shop.example/').waitFor();
    await visitor.frame.getByRole('button', { name: 'Call me instead' }).click();
    await visitor.frame.locator('.card input[type=tel]').waitFor();
    await visitor.frame.locator('.card .chips label').nth(1).click();
    await visitor.frame.locator('.card select[name=day]').waitFor();
    await screenshot(visitor.page, 'strict');
    await visitor.closes();
    await visitor.page.reload();
    await visitor.open();
    await visitor.bubble('Does this work').waitFor();
    assert.deepEqual(visitor.record.refused, []);
    assert.deepEqual(await visitor.page.evaluate(() => globalThis.refused), []);
    assert.deepEqual(visitor.record.errors, []);
    await anna.settles();
    await visitor.leaves();
  });

  test('a violation would have been noticed', async () => {
    const visitor = await Visitor.arrives(browser, relay, { path: 'strict.html' });
    await visitor.open();
    for (const frame of [visitor.page, visitor.frame]) {
      await frame.evaluate(() => document.body.append(Object.assign(document.createElement('script'), { textContent: '1' })))
        .catch(() => {});
      await frame.evaluate(() => document.body.setAttribute('style', 'color: red'));
    }
    await until('both frames report', () =>
      visitor.record.refused.filter((what) => what.startsWith('style-src')).length >= 2);
    await visitor.leaves();
  });
});

test('a page of another site does not get to show the panel', async () => {
  const site = relay.chat.split('/').at(-1);
  const html = `<!doctype html><title>Elsewhere</title><iframe src="${relay.origin}/widget/${site}"></iframe>`;
  const elsewhere = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { context, page, record } = await visit(browser);
  const answered = page.waitForResponse((response) => response.url().startsWith(`${relay.origin}/widget/`));
  await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  assert.equal((await answered).status(), 200);
  await until('the browser puts an error page in its place', () => page.frames()[1].url().startsWith('chrome-error:'));
  assert.equal(record.sockets.length, 0);
  await context.close();
  elsewhere.close();
});

describe('the calls of a page', () => {
  test('made before the script is there are answered when it is', async () => {
    const visitor = new Visitor(relay, await visit(browser));
    let arrive;
    const held = new Promise((resolve) => {
      arrive = resolve;
    });
    await visitor.page.route('**/heard.js', async (route) => {
      await held;
      await route.continue();
    });
    await visitor.page.goto(relay.shop, { waitUntil: 'commit' });
    await visitor.page.getByRole('button', { name: 'Ask about a repair' }).click();
    assert.equal(visitor.page.frames().length, 1);
    arrive();
    await visitor.ready();
    assert.equal(await visitor.frame.locator('#text').isVisible(), true);
    await visitor.leaves();
  });

  test('open, close and tell of it', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    const { page } = visitor;
    await listen(page, ['opened', 'closed', 'message:sent', 'message:received', 'unread']);
    await page.evaluate(() => globalThis.Heard('open'));
    await visitor.ready();
    await visitor.says('Opened by the page');
    await anna.accepts('Opened by the page');
    await anna.says('And answered');
    await visitor.bubble('And answered').waitFor();
    await page.evaluate(() => globalThis.Heard.close());
    await until('the panel is out of sight', async () => !(await visitor.box.isVisible()));
    await anna.says('Are you still there?');
    await agree('the page is told of everything', () => events(page), [
      'opened', 'message:sent', 'message:received', 'closed', 'message:received', 'unread 1',
    ]);
    await page.evaluate(() => globalThis.Heard('toggle'));
    await visitor.bubble('Are you still there?').waitFor();
    await agree('nothing is unread', async () => (await events(page)).slice(-2).sort(), ['opened', 'unread 0']);
    await anna.settles();
    await visitor.leaves();
  });

  test('hide the launcher, change the language, fill in the person, forget everything', async () => {
    const visitor = await Visitor.arrives(browser, relay, { reach: true });
    const { page } = visitor;
    const launcher = page.locator('.x > button');
    await page.evaluate(() => globalThis.Heard('hide'));
    await launcher.waitFor({ state: 'hidden' });
    await page.evaluate(() => globalThis.Heard('show'));
    await launcher.waitFor();
    await page.evaluate(() => globalThis.Heard('identify', { name: 'Sasha', phone: '+44 20 7946 0018' }));
    await visitor.open();
    await visitor.frame.getByRole('button', { name: 'Call me instead' }).click();
    await agree('the number', () => visitor.frame.locator('.card input[type=tel]').inputValue(), '+44 20 7946 0018');
    await agree('the name', () => visitor.frame.locator('.card input[autocomplete=name]').inputValue(), 'Sasha');
    await visitor.says('Remember me');
    await anna.accepts('Remember me');
    await anna.settles();
    await page.evaluate(() => globalThis.Heard('setLocale', 'ru'));
    await until('a Russian panel', async () => {
      visitor.frame = await panel(page, relay);
      return visitor.frame.url().includes('lang=ru') && visitor.frame.getByRole('button', { name: 'Отправить' }).isVisible();
    });
    await visitor.bubble('Remember me').waitFor();
    assert.equal(await launcher.getAttribute('aria-label'), 'Закрыть чат');
    assert.notDeepEqual((await kept(page)).local, {});
    await page.evaluate(() => globalThis.Heard('reset'));
    const left = await kept(page);
    assert.deepEqual([left.local, left.session], [{}, {}]);
    await visitor.open();
    await agree('a stranger again', () => visitor.said(), []);
    await visitor.leaves();
  });

  test('throw nothing when the relay cannot be reached at all, and offer another way', async () => {
    const { context, page, record } = await visit(browser);
    await context.route((url) => url.origin === relay.origin, (route) => route.abort());
    await page.goto(relay.shop);
    await page.getByRole('button', { name: 'Ask about a repair' }).click();
    await page.evaluate(() => globalThis.Heard('close'));
    assert.deepEqual(record.errors.filter((error) => !error.includes('ERR_FAILED')), []);
    await context.close();

    // The script is there, the panel is not: after a while a link stands in its place.
    const later = await visit(browser, { reach: true });
    await later.page.clock.install();
    await openShop(later.page, relay);
    await later.context.route('**/widget/**', (route) => route.abort());
    await later.page.evaluate(() => globalThis.Heard('open'));
    await later.page.clock.runFor(15_000);
    const link = later.page.getByRole('link', { name: 'The chat can’t open here. Ask for a call' });
    await link.waitFor();
    assert.match(await link.getAttribute('href'), /\/callback\/sit_\w+\?lang=en/);
    await screenshot(later.page, 'no-panel');
    assert.deepEqual(later.record.errors.filter((error) => !error.includes('ERR_FAILED')), []);
    await later.context.close();
  });
});

describe('on a phone', () => {
  test('the panel fills the screen, nothing scrolls sideways, and no field is zoomed into', async () => {
    const visitor = await Visitor.arrives(browser, relay, { phone: true, reach: true });
    const { page } = visitor;
    const { width, height } = page.viewportSize();
    const sideways = (frame) => frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(await sideways(page), 0);
    const launcher = await page.locator('.x > button').boundingBox();
    assert.ok(launcher.width >= 56 && launcher.x + launcher.width <= width);
    await screenshot(page, 'phone-launcher');
    await page.touchscreen.tap(launcher.x + 28, launcher.y + 28);
    await visitor.ready();
    await agree('the panel fills the screen', () => page.locator('.p').boundingBox(), { x: 0, y: 0, width, height });
    assert.equal(await page.locator('.x > button').isVisible(), false, 'the launcher does not lie over the composer');
    // Fingers: taking the focus would bring up the keyboard over what there is to read.
    await agree('the panel has the focus, not the field', () => visitor.frame.evaluate(() => document.activeElement.id), 'panel');
    await visitor.says(`A long word: ${'x'.repeat(120)} and https://shop.example/${'path/'.repeat(30)}`);
    await anna.accepts('A long word');
    await anna.says('One moment');
    await visitor.bubble('One moment').waitFor();
    await visitor.frame.getByRole('button', { name: 'Call me instead' }).click();
    await visitor.frame.locator('.card .chips label').nth(1).click();
    await visitor.frame.locator('.card select[name=day]').waitFor();
    assert.equal(await sideways(visitor.frame), 0);
    const fields = await visitor.frame.locator('#heard textarea, #heard select, #heard input:not([type=radio], [type=checkbox])').evaluateAll((all) =>
      all.map((field) => [field.type, parseFloat(getComputedStyle(field).fontSize)]));
    assert.equal(fields.length, 5);
    for (const [type, size] of fields) assert.ok(size >= 16, `${type} is written in ${size}px`);
    // What a finger presses is at least 24 CSS pixels each way.
    const small = await visitor.frame.locator('button:visible, .chips span:visible').evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).filter(({ width: w, height: h }) => w < 24 || h < 24).length);
    assert.equal(small, 0);
    await screenshot(page, 'phone-callback');
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).overflow), 'hidden');
    await visitor.closes();
    await page.locator('.p').waitFor({ state: 'hidden' });
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).overflow), 'visible');
    await anna.settles();
    await visitor.leaves();
  });

  test('a keyboard that takes half of the screen leaves the composer in sight', async () => {
    const visitor = await Visitor.arrives(browser, relay, { phone: true, reach: true });
    await visitor.open();
    const { width } = visitor.page.viewportSize();
    await visitor.page.setViewportSize({ width, height: 420 });
    await until('the panel has become smaller', async () => (await visitor.page.locator('.p').boundingBox()).height <= 420);
    const { y, height } = await visitor.box.boundingBox();
    assert.ok(y >= 0 && y + height <= 420, `the field is at ${y}, ${height} high`);
    await visitor.leaves();
  });

  test('an agent can answer from the pocket', async () => {
    const pocket = await Agent.signsIn(browser, relay, relay.agents[1], { phone: true });
    const { page } = pocket;
    await anna.is('away');
    await pocket.is('available');
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await visitor.says('Somebody on the road?');
    await pocket.offer.waitFor();
    await screenshot(page, 'phone-console-offer');
    await pocket.accepts('Somebody on the road?');
    await pocket.says('Yes');
    await visitor.bubble('Yes').waitFor();
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(sideways, 0);
    const size = await pocket.box.evaluate((field) => parseFloat(getComputedStyle(field).fontSize));
    assert.ok(size >= 16, `the field is written in ${size}px, so a phone zooms into it`);
    await screenshot(page, 'phone-console-talk');
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await pocket.row('Yes').waitFor();
    await screenshot(page, 'phone-console-list');
    await pocket.leaves();
    await anna.is('available');
    await visitor.leaves();
  });
});
