// Everything without a pointer: the panel and the console by keys alone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { launch, screenshot } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { story } from './harness/story.mjs';
import { agree, until } from './harness/until.mjs';
import { Visitor } from './harness/visitor.mjs';

let relay;
let browser;
before(async () => {
  [relay, browser] = await Promise.all([startRelay(), launch()]);
});
after(async () => {
  await browser?.close();
  await relay?.stop();
});

// What has the focus in a frame, in the words a screen reader would begin with.
const focused = (frame) =>
  frame.evaluate(() => {
    const name = (element) =>
      element.getAttribute('aria-label') ?? (element.labels?.[0]?.innerText || element.innerText || '').split('\n')[0].trim();
    let active = document.activeElement;
    while (active.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return `${active.tagName.toLowerCase()} ${name(active)}`.trim();
  });

describe('the console', () => {
  const step = story();
  let anna;
  let visitor;
  const press = (...keys) => keys.reduce((before, key) => before.then(() => anna.page.keyboard.press(key)), Promise.resolve());
  const type = (text) => anna.page.keyboard.type(text);

  step('is entered by keys alone', async () => {
    anna = await Agent.signsIn(browser, relay);
    await anna.page.reload();
    await anna.page.locator('.me').waitFor();
    await anna.page.context().clearCookies();
    await anna.page.reload();
    await agree('the first field has the focus', () => focused(anna.page), 'input E-mail');
    await type('anna@demo.example');
    await press('Tab');
    await type('not her password');
    await press('Enter');
    await anna.page.getByRole('alert').filter({ hasText: 'Wrong e-mail or password' }).waitFor();
    await agree('to be written anew', () => focused(anna.page), 'input Password');
    await type('anna-answers');
    await press('Enter');
    await anna.page.locator('.me').waitFor();
  });

  step('the palette does what is named: go online', async () => {
    await press('Control+k');
    await agree('its field has the focus', () => focused(anna.page), 'input What do you want to do?');
    const names = await anna.page.locator('.palette-item').allInnerTexts();
    assert.ok(names.length >= 8, names.join('; '));
    await screenshot(anna.page, 'keyboard-palette');
    await press('ArrowDown', 'ArrowUp');
    await type('go onl');
    await agree('one command is left', () => anna.page.locator('.palette-item').count(), 1);
    await press('Enter');
    await anna.page.locator('dialog').waitFor({ state: 'detached' });
    await anna.page.locator('.me .btn .dot.available').waitFor();
    await press('Control+k');
    await press('Escape');
    await anna.page.locator('dialog').waitFor({ state: 'detached' });
  });

  step('an offer is accepted by Enter, and writing begins at once', async () => {
    visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    await visitor.says('By keys alone');
    await anna.offer.waitFor();
    await press('Enter');
    await anna.canAnswer();
    await agree('the composer has the focus', () => focused(anna.page), 'textarea Your answer to the visitor');
    await type('No pointer needed');
    await press('Enter');
    await visitor.bubble('No pointer needed').waitFor();
  });

  step('notes, answers, hand-over, the person, the sections', async () => {
    await press('Escape', 'Shift+N');
    await agree('a note', () => focused(anna.page), 'textarea A note only staff will see');
    await type('for us');
    await press('Enter');
    await anna.page.locator('.said.note .bubble', { hasText: 'for us' }).waitFor();
    await press('Alt+a');
    await agree('an answer, out of the text', () => focused(anna.page), 'textarea Your answer to the visitor');
    await type('t');
    assert.equal(await anna.box.inputValue(), 't', 'a letter is only a letter while one writes');
    await press('Backspace', 'Escape');
    await until('out of the text', async () => !(await focused(anna.page)).startsWith('textarea'));
    await press('t');
    await anna.page.getByRole('heading', { name: 'Hand over to a colleague' }).waitFor();
    await press('Escape');
    await anna.page.locator('dialog').waitFor({ state: 'detached' });
    await press('2');
    await anna.page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
    await press('1');
    await anna.page.locator('.list').waitFor();
    await press('j');
    await anna.page.locator('.talk .log').waitFor();
    await press('i');
    await anna.page.locator('.person').waitFor({ state: 'hidden' });
    await press('i');
    await anna.page.locator('.person').waitFor();
    await press('?');
    await anna.page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
    await press('Escape');
    await anna.page.locator('dialog').waitFor({ state: 'detached' });
  });

  step('resolving with an answer begun asks what to do with it', async () => {
    await press('a');
    await agree('an answer', () => focused(anna.page), 'textarea Your answer to the visitor');
    await type('Glad it works');
    await press('Control+Enter');
    await anna.page.getByRole('heading', { name: 'There is an unsent answer' }).waitFor();
    await agree('the first choice has the focus', () => focused(anna.page), 'button Send it and resolve');
    await press('Enter');
    await visitor.bubble('Glad it works').waitFor();
    await visitor.frame.locator('.note', { hasText: 'Marked as resolved' }).waitFor();
    await anna.page.locator('.composer-why', { hasText: 'This chat is resolved' }).waitFor();
    await press('Escape', 'o');
    await visitor.frame.locator('.note', { hasText: 'Chat reopened' }).waitFor();
  });

  step('the keys work under a Russian layout', async () => {
    await until('it is hers or offered to her', async () => (await anna.page.locator('.offer').count()) || (await anna.page.locator('#tab-answer:enabled').count()));
    await anna.page.evaluate(() => document.activeElement.blur());
    await anna.page.evaluate(() =>
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'л', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true })));
    await anna.page.locator('.palette').waitFor();
    await press('Escape');
    await anna.page.locator('dialog').waitFor({ state: 'detached' });
  });

  step('menus are walked through by arrows', async () => {
    await anna.page.locator('.me .menu-wrap > button').focus();
    await press('Enter');
    await agree('the first item', () => focused(anna.page), 'button Available');
    await press('ArrowDown');
    await agree('the next', () => focused(anna.page), 'button Busy');
    await press('End');
    await until('the last is the headset', () => anna.page.locator('.me .menu [role^=menuitem]', { hasText: 'Headset' }).evaluate((item) => item === document.activeElement));
    await press('ArrowUp', 'Enter');
    await anna.page.locator('.me .btn .dot.away').waitFor();
    await anna.page.locator('.me .menu').waitFor({ state: 'detached' });
  });
});

describe('the panel', () => {
  test('opens by Enter, takes the focus, is walked through by Tab, and gives the focus back by Escape', async () => {
    const visitor = await Visitor.arrives(browser, relay, { reach: true });
    const { page } = visitor;
    await until('Tab reaches the launcher', async () => {
      await page.keyboard.press('Tab');
      return (await focused(page)) === 'button Open chat';
    });
    await screenshot(page, 'keyboard-launcher');
    await page.keyboard.press('Enter');
    await visitor.ready();
    await agree('the composer has the focus', () => focused(visitor.frame), 'textarea Message');
    assert.equal(await focused(page), 'iframe', 'and the page knows');

    await page.keyboard.press('Tab');
    assert.equal(await focused(visitor.frame), 'button Send');
    // Backwards, up to the head of the panel.
    const walked = [];
    while (walked.length < 20 && walked.at(-1) !== 'button Call me instead') {
      await page.keyboard.press('Shift+Tab');
      walked.push(await focused(visitor.frame));
    }
    assert.deepEqual(walked, [
      'textarea Message',
      'button Not now',
      'button Ask for a call',
      'input You may call me on this number about my question.',
      'input As soon as possible',
      'input Name (optional)',
      'input Phone number',
      'div Conversation',
      'button Close chat',
      'button Call me instead',
    ]);

    await page.keyboard.press('Escape');
    await page.locator('.p').waitFor({ state: 'hidden' });
    await agree('the launcher has the focus again', () => focused(page), 'button Open chat');
    await page.keyboard.press('Space');
    await visitor.ready();
    await agree('and Space opens too', () => focused(visitor.frame), 'textarea Message');
    await visitor.leaves();
  });

  test('sends by Enter, breaks lines by Shift+Enter, and books a call', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    const { page } = visitor;
    await visitor.open();
    await agree('the composer has the focus', () => focused(visitor.frame), 'textarea Message');
    await page.keyboard.type('One line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('and another');
    assert.deepEqual(await visitor.said(), []);
    await page.keyboard.press('Enter');
    await agree('both lines in one message', () => visitor.said(), ['mine: One line\nand another']);
    assert.equal(await focused(visitor.frame), 'textarea Message', 'ready for the next one');
    // Nobody is at the desk, so a call is offered.
    await visitor.frame.locator('.card.offer').waitFor();
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(visitor.frame), 'button Call me instead');
    await page.keyboard.press('Enter');
    await agree('the number is asked for', () => focused(visitor.frame), 'input Phone number');
    await page.keyboard.type('+44 20 7946 0018');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Sasha');
    await page.keyboard.press('Tab');
    assert.match(await focused(visitor.frame), /^input As soon as possible/);
    await page.keyboard.press('ArrowRight');
    await visitor.frame.locator('.card select[name=day]').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    assert.equal(await visitor.frame.locator('.card input[type=checkbox]').isChecked(), true);
    await page.keyboard.press('Enter');
    await visitor.frame.locator('.card.done', { hasText: 'We’ll call you' }).waitFor();
    await visitor.leaves();
  });
});
