// A list that changes keeps the elements of what stays in it: what is chosen stays chosen, and what
// has the focus keeps it. The page's calendar decides what is in the lists here, so the test sets
// the calendar.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { launch } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { agree } from './harness/until.mjs';
import { Visitor } from './harness/visitor.mjs';

let relay;
let browser;
before(async () => {
  [relay, browser] = await Promise.all([startRelay(), launch()]);
  await relay.calls('quiet_from = "00:00"\nquiet_to = "00:00"\n[[hours]]\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nfrom = "00:00"\nto = "24:00"\n');
});
after(async () => {
  await browser?.close();
  await relay?.stop();
});

// Makes the panel number its days by `globalThis.calendar`, a list that names the number of
// tomorrow and of each day after it; today has tomorrow's. Without a list each moment has a day of
// its own.
async function setCalendar(frame) {
  await frame.evaluate(() => {
    const day = 864e5;
    const today = Math.floor(Date.now() / day);
    Date.prototype.getTimezoneOffset = function getTimezoneOffset() {
      const at = this.getTime();
      const { calendar } = globalThis;
      if (!calendar) return (at / day - (at % 1e9)) * 1440;
      const ahead = Math.max(Math.floor(at / day) - today - 1, 0);
      return (Math.floor(at / day) - calendar[Math.min(ahead, calendar.length - 1)]) * 1440;
    };
  });
}

describe('the days of a call', () => {
  test('come first, last and in between, change places and go; the rest stays as it is', async () => {
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    const { frame } = visitor;
    await setCalendar(frame);
    const day = frame.locator('select[name=day]');
    const days = () => day.locator('optgroup option').evaluateAll((all) => all.map(({ value }) => Number(value)));
    const kept = () => day.locator('optgroup option').evaluateAll((all) =>
      all.filter(({ mark }) => mark).map(({ mark }) => Number(mark)));
    const mark = () => day.locator('optgroup option').evaluateAll((all) => {
      for (const option of all) option.mark = option.value;
    });
    // Sets the calendar and asks for the times anew.
    const becomes = async (calendar) => {
      await frame.evaluate((list) => {
        globalThis.calendar = list;
      }, calendar);
      await frame.locator('.top .icon').first().click();
      await agree(`the days are ${calendar}`, days, calendar);
    };

    await frame.evaluate(() => {
      globalThis.calendar = [20, 40, 60];
    });
    await frame.locator('.top .icon').first().click();
    await frame.locator('.card form .chips label').nth(1).click();
    await agree('the days are there', days, [20, 40, 60]);
    await day.selectOption('40');
    await mark();
    const steps = [
      { what: 'one before the first', calendar: [10, 20, 40, 60] },
      { what: 'one in between', calendar: [10, 20, 30, 40, 60] },
      { what: 'one after the last', calendar: [10, 20, 30, 40, 60, 70] },
      { what: 'the first goes', calendar: [20, 30, 40, 60, 70] },
      { what: 'one in between goes', calendar: [20, 40, 60, 70] },
      { what: 'the last goes', calendar: [20, 40, 60] },
      { what: 'the last becomes the first', calendar: [60, 20, 40] },
      { what: 'two change places around one that stays', calendar: [20, 40, 60] },
      { what: 'all turn round', calendar: [60, 40, 20] },
      { what: 'some go, some come, some move', calendar: [50, 40, 60, 10] },
    ];
    let before = [20, 40, 60];
    for (const { what, calendar } of steps) {
      await becomes(calendar);
      assert.deepEqual(await kept(), calendar.filter((key) => before.includes(key)), what);
      assert.equal(await day.inputValue(), '40', what);
      await mark();
      before = calendar;
    }
    await becomes([5, 15]);
    assert.deepEqual(await kept(), [], 'all are others');
    assert.deepEqual(visitor.record.errors, []);
    await visitor.leaves();
  });
});

describe('the rows of a conversation', () => {
  test('keep the focus while others come and go before, between and after them', async () => {
    const anna = await Agent.signsIn(browser, relay);
    await anna.is('available');
    const visitor = await Visitor.arrives(browser, relay);
    await visitor.open();
    const { frame } = visitor;
    await setCalendar(frame);
    await frame.evaluate(() => {
      globalThis.calendar = [1];
    });
    await visitor.says('It is https://shop.example/kettle');
    await anna.accepts('It is https');
    await anna.says('One moment');
    await visitor.bubble('One moment').waitFor();
    await visitor.says('Thank you');
    await frame.locator('.meta.mine', { hasText: /sent|seen/ }).last().waitFor();

    const link = frame.locator('.messages a');
    await link.focus();
    await frame.locator('.messages .text').evaluateAll((all) => all.forEach((bubble) => {
      bubble.mark = true;
    }));
    const state = () => frame.locator('.messages').evaluate((list) => ({
      days: [...list.children].map(({ className }) => className === 'day').filter(Boolean).length,
      first: list.firstElementChild.className,
      focus: document.activeElement?.closest('.messages a')?.href,
      kept: [...list.children].filter(({ mark }) => mark).length,
      texts: list.querySelectorAll('.text').length,
    }));
    const focus = 'https://shop.example/kettle';
    await agree('one day', state, { days: 1, first: 'day', focus, kept: 3, texts: 3 });

    // A day for each message, and for her coming: rows come between, and one at the end.
    await frame.evaluate(() => {
      delete globalThis.calendar;
    });
    await anna.says('It is on its way');
    await agree('a day each', state, { days: 5, first: 'day', focus, kept: 3, texts: 4 });

    // One day again: those between go.
    await frame.evaluate(() => {
      globalThis.calendar = [1];
    });
    await anna.says('And here');
    await agree('one day again', state, { days: 1, first: 'day', focus, kept: 3, texts: 5 });
    assert.deepEqual(visitor.record.errors, []);
    await anna.settles();
    await visitor.leaves();
  });
});
