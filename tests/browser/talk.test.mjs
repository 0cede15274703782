// A visitor in the shop and agents at the console, from the first word to the last.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { launch, screenshot } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { story } from './harness/story.mjs';
import { agree, until } from './harness/until.mjs';
import { Visitor } from './harness/visitor.mjs';

// Every value that a property has among the elements.
const styles = (elements, property) =>
  elements.evaluateAll((all, name) => [...new Set(all.map((one) => getComputedStyle(one)[name]))], property);

describe('a conversation', () => {
  const test = story();
  let relay;
  let browser;
  let visitor;
  let anna;
  let oleg;
  before(async () => {
    [relay, browser] = await Promise.all([startRelay(), launch()]);
    [visitor, anna, oleg] = await Promise.all([
      Visitor.arrives(browser, relay),
      Agent.signsIn(browser, relay, relay.agents[0]),
      Agent.signsIn(browser, relay, relay.agents[1]),
    ]);
    await anna.is('available');
  });
  after(async () => {
    await browser?.close();
    await relay?.stop();
  });

  test('a visitor writes; the agent is offered it, takes it and answers', async () => {
    await visitor.open();
    await visitor.says('The kettle beeps and shows F2');
    await anna.offer.waitFor();
    assert.match(await anna.offer.innerText(), /The kettle beeps and shows F2/);
    assert.match(await anna.offer.innerText(), /Larch & Kettle/, 'the page the visitor is on');
    assert.match(await anna.page.title(), /^\(1\) Chat offered/);
    await anna.offer.getByRole('button', { name: 'Accept' }).click();
    await anna.canAnswer();
    await visitor.frame.locator('h1', { hasText: 'Anna' }).waitFor();
    await visitor.frame.locator('.messages .note', { hasText: 'Anna has joined' }).waitFor();
    await anna.says('Hello, is the lid closed tightly?');
    await visitor.bubble('Hello, is the lid closed tightly?').waitFor();
    assert.deepEqual(await visitor.said(), [
      'mine: The kettle beeps and shows F2',
      'theirs: Hello, is the lid closed tightly?',
    ]);
    assert.deepEqual(await anna.said(), [
      'theirs: The kettle beeps and shows F2',
      'ours: Hello, is the lid closed tightly?',
    ]);
    await screenshot(visitor.page, 'talk-visitor');
    await screenshot(anna.page, 'talk-agent');
  });

  test('what one has read the other sees as seen', async () => {
    await visitor.frame.locator('.meta.mine', { hasText: 'seen' }).waitFor();
    await anna.page.locator('.said-meta', { hasText: 'seen' }).waitFor();
  });

  test('each sees the other type, until they stop or send', async () => {
    await visitor.box.pressSequentially('It is');
    await anna.page.locator('p.typing', { hasText: 'is typing…' }).waitFor();
    await anna.page.locator('.chat-text', { hasText: 'typing…' }).waitFor();
    await anna.box.pressSequentially('Let me');
    await visitor.frame.locator('.typing', { hasText: 'Anna is typing…' }).waitFor();
    await visitor.says('It is closed');
    await anna.bubble('It is closed').waitFor();
    await agree('nobody types on', () => anna.page.locator('p.typing').innerText(), '');
    await anna.says('Let me look');
    await visitor.frame.locator('.typing').waitFor({ state: 'detached' });
  });

  test('a note stays among staff', async () => {
    await anna.notes('Second time this week, check the batch');
    await anna.says('One moment');
    // What was written after the note is there, so the note would be too.
    await visitor.bubble('One moment').waitFor();
    const everything = await visitor.frame.locator('body').innerText();
    assert.doesNotMatch(everything, /batch/);
    assert.equal(await anna.page.locator('.said.note .bubble').count(), 1);
    await oleg.page.locator('.fold').first().click();
    await oleg.page.locator('.list .chat-open').click();
    await oleg.bubble('check the batch').waitFor();
  });

  test('it is handed over with a comment, and the visitor is told who answers', async () => {
    await anna.page.getByRole('button', { name: 'Hand over' }).click();
    const dialog = anna.page.locator('dialog');
    await dialog.getByLabel('Oleg').check();
    await dialog.getByLabel('What they should know').fill('The lid is closed, F2 stays');
    await dialog.getByRole('button', { name: 'Hand over' }).click();
    // He was reading along, as one who can leave notes; what he types must not turn into an answer
    // by itself.
    await oleg.page.locator('#tab-note[aria-selected=true]').waitFor();
    await oleg.page.locator('#tab-answer').click();
    await oleg.canAnswer();
    await oleg.page.locator('.log .line', { hasText: 'The lid is closed, F2 stays' }).waitFor();
    await visitor.frame.locator('h1', { hasText: 'Oleg' }).waitFor();
    assert.doesNotMatch(await visitor.frame.locator('body').innerText(), /F2 stays/);
    await anna.page.locator('.composer-why', { hasText: 'Oleg is answering here' }).waitFor();
    await oleg.says('Oleg here. Unplug it for a minute, please');
    await visitor.bubble('Unplug it for a minute').waitFor();
    await visitor.says('That helped');
  });

  test('it is resolved; the visitor writes again and goes on with the same conversation', async () => {
    await oleg.bubble('That helped').waitFor();
    await oleg.settles();
    await visitor.frame.locator('.note', { hasText: 'Marked as resolved' }).waitFor();
    await oleg.page.locator('.composer-why', { hasText: 'This chat is resolved' }).waitFor();
    const before = await visitor.said();
    await visitor.says('It beeps again');
    await anna.accepts('The kettle beeps'); // What it was about from the first.
    await agree('the earlier messages are still there', () => visitor.said(), [...before, 'mine: It beeps again']);
    await anna.page.locator('.log .line', { hasText: 'Wrote again and is back in the queue' }).waitFor();
    await visitor.frame.locator('.note', { hasText: 'Chat reopened' }).waitFor();
    await anna.says('Then we send you a new one');
    await visitor.bubble('Then we send you a new one').waitFor();
  });

  test('with the panel closed the launcher counts what was not read', async () => {
    // Another visitor, whose launcher can be looked into.
    const other = await Visitor.arrives(browser, relay, { reach: true });
    const launcher = other.page.locator('.x > button');
    const badge = launcher.locator('.n');
    await other.page.evaluate(() => {
      globalThis.counted = [];
      globalThis.Heard('on', 'unread', (count) => globalThis.counted.push(count));
    });
    await other.open();
    await other.says('Do you sell spare lids?');
    await anna.accepts('spare lids');
    await other.closes();
    assert.equal(await badge.isVisible(), false);
    await anna.says('We do');
    await anna.says('Which model?');
    await badge.waitFor();
    await agree('two answers wait', () => badge.innerText(), '2');
    assert.equal(await launcher.getAttribute('aria-label'), 'Open chat, unread: 2');
    assert.match(await anna.fate.innerText(), /sent$/, 'not seen while the panel is closed');
    await screenshot(other.page, 'unread');
    await launcher.click();
    await other.bubble('Which model?').waitFor();
    await anna.page.locator('.said-meta', { hasText: 'seen' }).last().waitFor();
    await badge.waitFor({ state: 'hidden' });
    const counted = await other.page.evaluate(() => globalThis.counted);
    assert.deepEqual([Math.max(...counted), counted.at(-1)], [2, 0]);
    await other.leaves();
  });

  test('addresses can be opened, everything else is letters', async () => {
    const letters = [
      '<img src=x onerror="globalThis.hit = 1">',
      '<script>globalThis.hit = 1</script>',
      'javascript:globalThis.hit=1',
      'data:text/html,<script>1</script>',
      '[text](javascript:alert(1))',
      'safe \u202Egpj.exe\u202C end',
      '"><svg onload=globalThis.hit=1>',
    ];
    const page = 'see https://shop.example/a?b=1&c=2#d, or (http://x.example/y).';
    for (const text of [...letters, page]) await visitor.says(text);
    await anna.row('see https://shop.example').locator('.chat-open').click();
    await anna.bubble('http://x.example/y').waitFor();
    for (const text of [...letters, page]) await anna.says(text);
    await visitor.bubble('http://x.example/y').nth(1).waitFor();

    for (const [frame, bubbles, said] of [
      [visitor.frame, '.messages .text', await visitor.said()],
      [anna.page, '.log .bubble', await anna.said()],
    ]) {
      for (const text of [...letters, page]) {
        assert.equal(said.filter((line) => line.endsWith(`: ${text}`)).length, 2, `${text} twice in ${said.join('\n')}`);
      }
      const links = await frame.locator(`${bubbles} a`).evaluateAll((all) =>
        all.map((link) => [link.getAttribute('href'), link.rel, link.target]));
      const each = ['https://shop.example/a?b=1&c=2#d', 'http://x.example/y'];
      assert.deepEqual(links, [...each, ...each].map((href) => [href, 'noopener noreferrer nofollow', '_blank']));
      const tags = await frame.locator(bubbles).evaluateAll((all) =>
        [...new Set(all.flatMap((bubble) => [...bubble.querySelectorAll('*')].map(({ tagName }) => tagName)))].sort());
      assert.deepEqual(tags, ['A', 'SPAN']);
      assert.equal(await frame.evaluate(() => globalThis.hit), undefined);
      // A text that turns the direction of writing turns nothing around it.
      assert.deepEqual(await styles(frame.locator(bubbles), 'unicodeBidi'), ['isolate']);
    }
    await screenshot(visitor.page, 'inert-visitor');
    await screenshot(anna.page, 'inert-agent');
  });

  test('a message runs in the direction of its own words', async () => {
    const words = 'الغلاية تصدر صوتا F2';
    await visitor.says(words);
    await anna.says(`${words} ?`);
    for (const [person, bubbles] of [[visitor, '.messages .text'], [anna, '.log .bubble']]) {
      await person.bubble(`${words} ?`).waitFor();
      const frame = person.frame ?? person.page;
      assert.deepEqual(await styles(frame.locator(bubbles, { hasText: words }), 'direction'), ['rtl']);
      assert.deepEqual(await styles(frame.locator(bubbles, { hasText: 'That helped' }), 'direction'), ['ltr']);
    }
  });

  test('nothing was refused and nothing failed in any of the pages', () => {
    for (const person of [visitor, anna, oleg]) {
      assert.deepEqual(person.record.refused, []);
      // Nobody was signed in when the console asked who is.
      assert.deepEqual(person.record.errors.filter((error) => !error.includes('401 (Unauthorized)')), []);
    }
  });

  test('signing out ends it: the session is worth nothing afterwards', async () => {
    await oleg.page.locator('.rail .menu-wrap > button').click();
    await oleg.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await oleg.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await oleg.page.reload();
    await oleg.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await until('the colleague is gone', async () => {
      await anna.page.getByRole('button', { name: 'Hand over' }).click();
      const names = await anna.page.locator('dialog .choice').allInnerTexts();
      await anna.page.keyboard.press('Escape');
      return !names.some((name) => name.includes('Oleg'));
    });
  });
});
