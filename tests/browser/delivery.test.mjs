// What is written arrives once, whatever happens to the page, the network or the relay in between.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { kept, launch, screenshot } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { openShop } from './harness/shop.mjs';
import { story } from './harness/story.mjs';
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

// A visitor who talks with Anna already.
async function talking(issue) {
  const visitor = await Visitor.arrives(browser, relay);
  await visitor.open();
  await visitor.says(issue);
  await anna.accepts(issue);
  await anna.says(`Hello, about: ${issue}`);
  await visitor.bubble('Hello, about').waitFor();
  return visitor;
}

const lines = (issue) => [`mine: ${issue}`, `theirs: Hello, about: ${issue}`];
const seenByAgent = (said) => said.map((line) => (line.startsWith('mine') ? line.replace('mine', 'theirs') : line.replace('theirs', 'ours')));

describe('a page that is loaded anew', () => {
  test('keeps what was being typed, the conversation, and the open panel', async () => {
    const visitor = await talking('A toaster without a lever');
    await visitor.box.pressSequentially('It happened when I was');
    await until('the page has it', async () => Object.values((await kept(visitor.page)).session).includes('It happened when I was'));
    await visitor.page.reload();
    await visitor.ready();
    await agree('the text is there', () => visitor.box.inputValue(), 'It happened when I was');
    await agree('the conversation is there', () => visitor.said(), lines('A toaster without a lever'));
    await visitor.box.press('End');
    await visitor.box.pressSequentially(' out');
    await visitor.box.press('Enter');
    await anna.bubble('It happened when I was out').waitFor();
    assert.equal(await visitor.box.inputValue(), '');

    // What was sent is no draft any more, and a closed panel stays closed.
    await visitor.closes();
    await openShop(visitor.page, relay);
    assert.equal(visitor.page.frames().length, 1);
    await visitor.open();
    await agree('one more', () => visitor.said(), [...lines('A toaster without a lever'), 'mine: It happened when I was out']);
    assert.equal(await visitor.box.inputValue(), '');
    await visitor.leaves();
  });

  test('at the console too', async () => {
    const visitor = await talking('A mixer that smells');
    await anna.box.fill('An answer, half');
    await anna.page.reload();
    await agree('the draft is there', () => anna.box.inputValue(), 'An answer, half');
    await anna.box.press('Enter');
    await visitor.bubble('An answer, half').waitFor();
    await agree('everything once', () => anna.said(), seenByAgent([...lines('A mixer that smells'), 'theirs: An answer, half']));
    await anna.settles();
    await visitor.leaves();
  });

  test('with a message that no connection has carried yet: it is sent by the next page, once', async () => {
    const visitor = await talking('Parcel 118');
    await visitor.context.setOffline(true);
    await visitor.frame.locator('.banner').waitFor();
    await visitor.says('Written without a connection');
    // The panel hands it to the page, which is of another origin, by a message of its own.
    await until('the page has it', async () => Object.keys((await kept(visitor.page)).local).some((key) => key.includes('out.')));
    // The page goes before it could send anything.
    await visitor.page.goto('about:blank');
    await visitor.context.setOffline(false);
    await openShop(visitor.page, relay);
    await visitor.ready();
    await anna.bubble('Written without a connection').waitFor();
    const all = [...lines('Parcel 118'), 'mine: Written without a connection'];
    await agree('it is there once', () => visitor.said(), all);
    await agree('for the agent too', () => anna.said(), seenByAgent(all));
    await anna.settles();
    await visitor.leaves();
  });
});

describe('a device without a network', () => {
  test('keeps what is sent and sends it when it is back, each message once', async () => {
    const visitor = await talking('A fridge with F5');
    await visitor.context.setOffline(true);
    await visitor.frame.locator('.banner', { hasText: 'What you write is kept' }).waitFor();
    await visitor.says('first without a network');
    await visitor.says('second without a network');
    await visitor.frame.locator('.meta.mine', { hasText: 'waits for a connection' }).waitFor();
    await screenshot(visitor.page, 'offline');
    await anna.says('written meanwhile');
    await visitor.context.setOffline(false);
    await anna.bubble('second without a network').waitFor();
    await visitor.bubble('written meanwhile').waitFor();
    await visitor.frame.locator('.banner').waitFor({ state: 'detached' });
    await visitor.frame.locator('.meta.mine', { hasText: /sent|seen/ }).last().waitFor();
    const all = [
      ...lines('A fridge with F5'),
      'theirs: written meanwhile',
      'mine: first without a network',
      'mine: second without a network',
    ];
    await agree('both see the same', () => visitor.said(), all);
    await agree('both see the same', () => anna.said(), seenByAgent(all));
    // And so does a page that knows nothing but what the relay has.
    await visitor.page.reload();
    await visitor.ready();
    await agree('after a reload too', () => visitor.said(), all);
    await anna.settles();
    await visitor.leaves();
  });
});

describe('two tabs', () => {
  test('show the same conversation and the same reading', async () => {
    const first = await talking('Delivery on Tuesday?');
    const second = new Visitor(relay, { context: first.context, page: await first.context.newPage(), record: first.record });
    await openShop(second.page, relay);
    await second.open();
    await agree('the history is there', () => second.said(), lines('Delivery on Tuesday?'));
    await second.says('From the second tab');
    await first.bubble('From the second tab').waitFor();
    await first.says('From the first tab');
    await second.bubble('From the first tab').waitFor();
    await anna.says('Tuesday it is');
    for (const tab of [first, second]) {
      await tab.bubble('Tuesday it is').waitFor();
      assert.deepEqual(await tab.said(), [
        ...lines('Delivery on Tuesday?'),
        'mine: From the second tab',
        'mine: From the first tab',
        'theirs: Tuesday it is',
      ]);
    }
    // A line of her lists is told of a moment after the conversation is.
    const rows = (hasText) => anna.page.locator('.list .chat', { hasText }).count();
    await until('her list shows the answer', async () => (await rows('Tuesday it is')) > 0);
    assert.deepEqual([await rows('Tuesday'), await rows('tab')], [1, 0], 'one visitor, not two');
    await anna.settles();
    await first.leaves();
  });

  test('that are both new become one visitor', async () => {
    const first = await Visitor.arrives(browser, relay);
    const second = new Visitor(relay, { context: first.context, page: await first.context.newPage(), record: first.record });
    await openShop(second.page, relay);
    await Promise.all([first.open(), second.open()]);
    await first.says('I have two tabs');
    await anna.accepts('I have two tabs');
    await second.bubble('I have two tabs').waitFor();
    await second.says('and write in both');
    await first.bubble('and write in both').waitFor();
    await anna.bubble('and write in both').waitFor();
    assert.deepEqual(await anna.said(), ['theirs: I have two tabs', 'theirs: and write in both']);
    await anna.settles();
    await first.leaves();
  });
});

describe('a relay that dies', () => {
  const step = story();
  let visitor;

  step('the panel says so, keeps what is written, and soon offers a call', async () => {
    visitor = await talking('The relay and I');
    await relay.end('SIGKILL');
    await visitor.frame.locator('.banner', { hasText: 'Reconnecting' }).waitFor();
    await anna.page.locator('.banner', { hasText: 'Reconnecting' }).waitFor();
    await screenshot(visitor.page, 'reconnecting');
    await visitor.says('Is anybody there?');
    await anna.says('I am, you will read this later');
    await visitor.frame.locator('.banner', { hasText: 'No connection' }).waitFor();
    await visitor.frame.locator('.banner').getByRole('button', { name: 'Call me instead' }).click();
    await visitor.frame.locator('.card form').waitFor();
    await screenshot(visitor.page, 'no-connection');
    await screenshot(anna.page, 'no-connection-agent');
  });

  step('a call asked for meanwhile is not lost in silence', async () => {
    await visitor.asksForCall('+44 20 7946 0018');
    await visitor.frame.locator('.error', { hasText: 'didn’t get through' }).waitFor();
    assert.equal(await visitor.frame.locator('.card input[type=tel]').inputValue(), '+44 20 7946 0018');
  });

  step('when it is back both go on, and everything is there once', async () => {
    await relay.start();
    await anna.bubble('Is anybody there?').waitFor();
    await visitor.bubble('I am, you will read this later').waitFor();
    await visitor.frame.locator('.banner').waitFor({ state: 'detached' });
    await anna.page.locator('.banner').waitFor({ state: 'hidden' });
    const all = [...lines('The relay and I'), 'mine: Is anybody there?', 'theirs: I am, you will read this later'];
    const sorted = async (said) => [...(await said)].sort();
    await agree('the visitor has it once', () => sorted(visitor.said()), [...all].sort());
    await agree('the agent has it once', () => sorted(anna.said()), [...seenByAgent(all)].sort());
    assert.deepEqual(seenByAgent(await visitor.said()), await anna.said(), 'in one order');
    await visitor.says('Good to have you back');
    await anna.bubble('Good to have you back').waitFor();
    // The form kept what was filled in, and now it goes through.
    await visitor.frame.locator('.card button[type=submit]').click();
    await visitor.frame.locator('.card.done', { hasText: 'We’ll call you' }).waitFor();
  });

  step('the API of a page never throws, relay or no relay', async () => {
    const page = visitor.page;
    const errors = visitor.record.errors.length;
    await relay.end('SIGKILL');
    const thrown = await page.evaluate(() => {
      const failed = [];
      for (const call of [
        ['close'], ['open'], ['toggle'], ['toggle'], ['show'], ['hide'], ['show'], ['setLocale', 'ru'], ['identify', { name: 1n, phone: {} }],
        ['identify', null], ['on', 'unread', 'not a function'], ['off', 'nothing'], ['on', 'opened', () => { throw new Error('theirs'); }],
        ['open'], ['nonsense'], [], ['reset'], ['open'], ['close'],
      ]) {
        try {
          globalThis.Heard(...call);
        } catch (error) {
          failed.push(`${call}: ${error}`);
        }
      }
      return failed;
    });
    assert.deepEqual(thrown, []);
    // What the loader asked a dead relay for could not be fetched; nothing else is an error.
    const said = visitor.record.errors.slice(errors).filter((error) => !/ERR_CONNECTION_REFUSED|ERR_BLOCKED|WebSocket/.test(error));
    assert.deepEqual(said, []);
    await relay.start();
  });
});
