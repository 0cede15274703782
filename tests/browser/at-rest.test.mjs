// What the chat does to a shop's page before anybody touches it: next to nothing.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { kept, launch, screenshot, visit } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { openShop } from './harness/shop.mjs';

describe('a page before any click', () => {
  let relay;
  let browser;
  before(async () => {
    [relay, browser] = await Promise.all([startRelay(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await relay?.stop();
  });

  for (const [name, path] of [['a plain page', ''], ['a page under a strict policy', 'strict.html']]) {
    test(`${name}: one request to the relay, nothing kept, no socket, no frame`, async () => {
      const { context, page, record } = await visit(browser);
      await openShop(page, relay, path);
      await page.waitForLoadState('networkidle');

      const asked = record.requests.map(({ url }) => url).filter((url) => url.startsWith(relay.origin));
      assert.deepEqual(asked, [`${relay.origin}/heard.js`]);
      assert.deepEqual(await kept(page), {
        local: {},
        session: {},
        databases: [],
        caches: [],
        workers: 0,
        cookies: [],
      });
      assert.equal(record.sockets.length, 0);
      assert.equal(page.frames().length, 1);
      assert.deepEqual(record.refused, []);
      assert.deepEqual(record.errors, []);
      await screenshot(page, path ? 'at-rest-strict' : 'at-rest');
      await context.close();
    });
  }

  test('a page names one global of ours and no more', async () => {
    const { context, page } = await visit(browser);
    const names = () => page.evaluate(() => Object.getOwnPropertyNames(globalThis));
    await page.route('**/heard.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    await page.goto(relay.shop);
    await page.waitForLoadState('networkidle');
    const without = new Set(await names());
    await page.unroute('**/heard.js');
    await openShop(page, relay);
    await page.waitForLoadState('networkidle');
    assert.deepEqual((await names()).filter((name) => !without.has(name) && name !== 'Heard'), []);
    await context.close();
  });
});
