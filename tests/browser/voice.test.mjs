// Talking here and now: visitor in the panel on the shop's page, agent in the console, sound from
// browser to browser.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { violations } from './harness/axe.mjs';
import { launch, screenshot, visit } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { openShop } from './harness/shop.mjs';
import { startTurn } from './harness/turn.mjs';
import { until } from './harness/until.mjs';
import { Visitor } from './harness/visitor.mjs';

let relay;
let browser;
let anna;
before(async () => {
  [relay, browser] = await Promise.all([startRelay(), launch({ microphone: true })]);
  anna = await Agent.signsIn(browser, relay);
  await anna.putsHeadsetOn();
});
after(async () => {
  await browser?.close();
  await relay?.stop();
});

// Both hear each other: bytes come in and grow, and there is a level on either side.
async function hears(frame) {
  const bar = frame.locator('.voice');
  const bytes = async () => Number((await bar.getAttribute('data-bytes')) ?? 0);
  const level = bar.locator('meter').nth(1);
  const first = await bytes();
  await until('sound comes in', async () => (await bytes()) > first + 500);
  await until('it is heard', () => level.evaluate((meter) => meter.value > 0));
}

async function talk(visitor, issue) {
  await visitor.says(issue);
  await anna.is('available');
  await anna.accepts(issue);
  await visitor.frame.locator('.top .icon').first().click();
  const here = visitor.frame.getByRole('button', { name: 'Talk here now' });
  await here.waitFor();
  await screenshot(visitor.page, 'voice-ways');
  await here.click();
  await anna.rings.waitFor();
}

async function connected(visitor) {
  await anna.rings.locator('.btn.primary').click();
  await Promise.all([hears(visitor.frame), hears(anna.page)]);
}

describe('a call from page to page', () => {
  test('is asked for, answered, heard on both sides and ended by the visitor', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    const voice = () => visitor.record.requests.filter(({ url }) => url.includes('/voice-'));
    await talk(visitor, 'The kettle whistles in F sharp');
    assert.equal(voice().length, 1, 'what a call takes is fetched when there is one');
    await screenshot(anna.page, 'voice-rings');
    assert.deepEqual(await violations(anna.page), [], 'a call that rings');
    await connected(visitor);
    await screenshot(visitor.page, 'voice-panel');
    await screenshot(anna.page, 'voice-console');
    assert.deepEqual(await violations(visitor.frame), [], 'the bar in the panel');
    assert.deepEqual(await violations(anna.page), [], 'the bar in the console');

    // Text goes on beside it.
    await visitor.says('I am holding it up now');
    await anna.bubble('I am holding it up now').waitFor();
    await visitor.frame.locator('.voice .mute').click();
    await anna.page.locator('.voice', { hasText: 'microphone is off' }).waitFor();
    await visitor.frame.locator('.voice .mute').click();
    await anna.page.locator('.voice .hold').click();
    await visitor.frame.locator('.voice', { hasText: 'put on hold' }).waitFor();
    await anna.page.locator('.voice .hold').click();
    await visitor.frame.locator('.voice', { hasText: 'You’re talking' }).waitFor();

    await visitor.frame.locator('.voice .end').click();
    await visitor.frame.locator('.note', { hasText: 'Call ended' }).waitFor();
    await anna.page.locator('.line', { hasText: 'The visitor hung up' }).waitFor();
    await anna.page.locator('.voice .end').waitFor({ state: 'detached' });

    // How it was, and what it came to.
    await visitor.frame.locator('.rating button').last().waitFor();
    await anna.page.locator('.sum input').fill('A new whistle in F is on its way');
    await screenshot(anna.page, 'voice-sum');
    assert.deepEqual(await violations(anna.page), [], 'what the call came to');
    await anna.page.locator('.sum .btn.primary').click();
    await visitor.frame.getByText('A new whistle in F is on its way').waitFor();
    await screenshot(visitor.page, 'voice-rating');
    await visitor.frame.locator('.rating button').last().click();
    await anna.page.locator('.line', { hasText: 'gives the call 5' }).waitFor();
    await anna.page.locator('.sum').waitFor({ state: 'detached' });
    await visitor.leaves();
    await anna.settles();
    assert.deepEqual([...visitor.record.refused, ...anna.record.refused], []);
  });

  test('goes on after either page is loaded anew, and ends when the matter is settled', async () => {
    const visitor = await Visitor.arrives(browser, relay, { phone: true, colorScheme: 'dark' });
    await visitor.open();
    await talk(visitor, 'The lid does not close');
    await connected(visitor);
    await screenshot(visitor.page, 'voice-panel-phone-dark');
    await anna.page.reload();
    await anna.page.locator('.voice meter').first().waitFor({ state: 'attached' });
    await Promise.all([hears(visitor.frame), hears(anna.page)]);
    await visitor.page.reload();
    await visitor.ready();
    await visitor.frame.locator('.voice meter').first().waitFor({ state: 'attached' });
    await Promise.all([hears(visitor.frame), hears(anna.page)]);
    await anna.row('The lid does not close').locator('.chat-open').click();
    await anna.settles();
    await visitor.frame.locator('.voice', { hasText: 'The call is over' }).waitFor();
    await visitor.leaves();
  });

  test('is handed over to a colleague, who answers it', async () => {
    const oleg = await Agent.signsIn(browser, relay, relay.agents[1]);
    await oleg.putsHeadsetOn();
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await talk(visitor, 'I would like a red one');
    await connected(visitor);
    await anna.page.locator('.talk-acts .btn', { hasText: 'Hand over' }).click();
    await anna.page.locator('dialog[open] .choice').first().click();
    await anna.page.locator('dialog[open] button[type=submit]').click();
    await visitor.frame.locator('.voice', { hasText: 'handed over' }).waitFor();
    await anna.page.locator('.voice').waitFor({ state: 'detached' });
    await oleg.rings.locator('.btn.primary').click();
    await Promise.all([hears(visitor.frame), hears(oleg.page)]);
    await oleg.page.locator('.voice .end').click();
    await visitor.frame.locator('.voice', { hasText: 'The call is over' }).waitFor();
    await oleg.settles();
    await oleg.leaves();
    await visitor.leaves();
  });

  test('that is turned down leaves the visitor with the other ways', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await talk(visitor, 'Do you have spare lids');
    await anna.rings.getByRole('button', { name: 'Not now' }).click();
    await visitor.frame.locator('.voice', { hasText: 'ask us to call' }).waitFor();
    await visitor.frame.locator('.note', { hasText: 'Call ended' }).waitFor();
    await anna.settles();
    await visitor.leaves();
  });
});

describe('where the shop forbids the microphone', () => {
  test('the panel says why, and the call is made in a window of its own', async () => {
    const { context, page, record } = await visit(browser, { reach: true });
    await context.route(relay.shop, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), 'permissions-policy': 'microphone=()' };
      await route.fulfill({ response, headers });
    });
    const visitor = new Visitor(relay, { context, page, record });
    await openShop(page, relay);
    await visitor.open();
    await visitor.says('My microphone is not allowed');
    await anna.is('available');
    await anna.accepts('My microphone is not allowed');
    await visitor.frame.locator('.top .icon').first().click();
    await visitor.frame.getByRole('button', { name: 'Talk here now' }).click();
    await visitor.frame.locator('.voice', { hasText: 'blocks the microphone' }).waitFor();
    await screenshot(page, 'voice-forbidden');
    assert.deepEqual(await violations(visitor.frame), [], 'a forbidden microphone');
    const opened = context.waitForEvent('page');
    await visitor.frame.locator('.voice a').click();
    const own = await opened;
    // The same visitor, with what was said.
    await own.getByText('My microphone is not allowed').waitFor();
    await own.locator('.top .icon').first().click();
    await own.getByRole('button', { name: 'Talk here now' }).click();
    await anna.rings.locator('.btn.primary').click();
    await Promise.all([hears(own), hears(anna.page)]);
    await anna.page.locator('.voice .end').click();
    await own.locator('.voice', { hasText: 'The call is over' }).waitFor();
    await anna.settles();
    await context.close();
  });
});

describe('where there is no direct way', () => {
  test('the sound goes through coturn, with words that the relay made', async () => {
    const turn = await startTurn();
    const through = await startRelay({
      HEARD_VOICE__TURN: `["${turn.url}"]`,
      HEARD_VOICE__TURN_SECRET: turn.secret,
      HEARD_VOICE__RELAY_ONLY: 'true',
    });
    const before = anna;
    try {
      anna = await Agent.signsIn(browser, through);
      await anna.putsHeadsetOn();
      const visitor = await Visitor.arrives(browser, through);
      await visitor.open();
      await talk(visitor, 'I am behind three walls');
      await connected(visitor);
      for (const frame of [visitor.frame, anna.page]) {
        await until('the way is known', async () => (await frame.locator('.voice').getAttribute('data-way')) === 'relay');
      }
      await visitor.leaves();
      await anna.leaves();
    } finally {
      anna = before;
      await through.stop();
      await turn.stop();
    }
  });
});
