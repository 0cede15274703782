// Where something on the way blocks the chat, a visitor can still ask for a call.

import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { launch, screenshot, visit } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { openShop, panel, pressLauncher } from './harness/shop.mjs';
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

describe('where the chat cannot work', () => {
  test('a blocked socket leaves the form, and the form goes through', async () => {
    const visitor = new Visitor(relay, await visit(browser));
    // As a proxy that knows no WebSocket does.
    await visitor.context.routeWebSocket(/\/ws\/visitor/, (socket) => socket.close({ code: 1006 }));
    await openShop(visitor.page, relay);
    await visitor.open();
    await visitor.frame.locator('.banner', { hasText: 'No connection' }).waitFor();
    await visitor.frame.locator('.banner button').click();
    await visitor.asksForCall('+44 20 7946 0024', 'Behind a proxy');
    await visitor.frame.locator('.card.done', { hasText: 'We’ll call you' }).waitFor();
    await anna.call('+44 20 7946 0024').waitFor();
    await anna.saysOfCall('+44 20 7946 0024', 'answered, we talked');
    await visitor.leaves();
  });

  for (const [what, pattern, phone] of [
    ['wasm', '**/*.wasm', '+44 20 7946 0030'],
    ['glue', '**/assets/widget-*.js', '+44 20 7946 0031'],
    ['file of words', '**/assets/words-*.txt', '+44 20 7946 0033'],
  ]) {
    test(`a blocked ${what} leaves the plain form in the panel`, async () => {
      const { context, page } = await visit(browser);
      await context.route(pattern, (route) => route.abort());
      await openShop(page, relay);
      await pressLauncher(page);
      const form = await panel(page, relay);
      await fill(form, phone);
      await screenshot(page, `panel-without-${what.split(' ').at(-1)}`);
      await send(form, phone);
      await context.close();
    });
  }

  test('words that do not come are English ones', async () => {
    const { context, page } = await visit(browser, { locale: 'ru-RU' });
    await context.route('**/assets/words-ru-*.txt', (route) => route.abort());
    await page.goto(relay.chat);
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await context.unrouteAll();
    await page.reload();
    await page.getByRole('button', { name: 'Отправить' }).waitFor();
    await context.close();
  });

  test('a blocked script leaves a link to the form', async () => {
    const { context, page } = await visit(browser, { reach: true });
    await context.route('**/assets/boot-*.js', (route) => route.abort());
    await page.clock.install();
    await openShop(page, relay);
    await pressLauncher(page);
    await panel(page, relay);
    // Nothing in the frame answers the loader, which waits for a while.
    await page.clock.runFor(13_000);
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: 'Ask for a call' }).click();
    const form = await opened;
    await fill(form, '+44 20 7946 0032');
    await send(form, '+44 20 7946 0032');
    await context.close();
  });
});

async function fill(form, phone) {
  await form.getByLabel('Phone number').fill(phone);
  await form.getByLabel('You may call me').check();
}

async function send(form, phone) {
  await form.getByRole('button', { name: 'Call me' }).click();
  await form.getByRole('heading', { name: 'We’ll call you' }).waitFor();
  await anna.call(phone).waitFor();
  await anna.saysOfCall(phone, 'line busy');
}
