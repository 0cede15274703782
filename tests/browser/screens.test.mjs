// Every screen, in both languages, light and dark: axe finds nothing wrong with it, its words are
// in the visitor's language, and a picture of it at each size goes to target/screenshots for people
// to look at.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Agent } from './harness/agent.mjs';
import { violations } from './harness/axe.mjs';
import { PHONE, launch, screenshot, visit } from './harness/browser.mjs';
import { startRelay } from './harness/relay.mjs';
import { openShop } from './harness/shop.mjs';
import { story } from './harness/story.mjs';
import { until } from './harness/until.mjs';
import { Visitor } from './harness/visitor.mjs';

const SIZES = [{ width: 1280, height: 720 }, { width: 1440, height: 900 }, PHONE];

const LANGUAGES = {
  en: {
    locale: 'en-GB',
    words: {
      issue: 'The fridge beeps and shows F2',
      other: 'Where is my order 4417?',
      hello: 'Hello! F2 has two causes. Is the door closed tightly?',
      reply: 'It is closed. We moved house and it stopped',
      link: 'Page 12 says what to try: https://shop.example/manuals/rowan.pdf',
      note: 'After moving it has to stand for four hours, ask when it was switched on',
      begun: 'When did you switch it on',
      topic: 'The fridge beeps',
      name: 'Sasha',
      outcome: 'no answer',
    },
  },
  ru: {
    locale: 'ru-RU',
    words: {
      issue: 'Холодильник пищит и показывает F2',
      other: 'Где мой заказ 4417?',
      hello: 'Здравствуйте! F2 бывает по двум причинам. Дверь сейчас закрыта плотно?',
      reply: 'Закрыта. Мы его перевезли, и он перестал работать',
      link: 'Что попробовать, написано на странице 12: https://shop.example/manuals/rowan.pdf',
      note: 'После перевозки надо четыре часа постоять, спроси, когда включили',
      begun: 'Когда вы его включили',
      topic: 'Пищит холодильник',
      name: 'Саша',
      outcome: 'не ответили',
    },
  },
};

// The words on buttons of which a part is beyond the right or left edge of what clips them.
const cut = (frame) => frame.evaluate(() => {
  const clips = (box) => getComputedStyle(box).overflowX !== 'visible';
  const beyond = (button) => {
    const { left, right } = button.getBoundingClientRect();
    for (let box = button.parentElement; box; box = box.parentElement) {
      if (!clips(box)) continue;
      const edge = box.getBoundingClientRect();
      if (left < edge.left - 1 || right > edge.right + 1) return true;
    }
    return left < -1 || right > innerWidth + 1;
  };
  const seen = [...document.querySelectorAll('button, .btn')].filter((one) => one.checkVisibility());
  return seen.filter(beyond).map((one) => one.textContent.trim() || one.getAttribute('aria-label'));
});

// Resolves two frames on, when all that was decided is drawn.
const drawn = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

for (const [lang, { locale, words }] of Object.entries(LANGUAGES)) {
  describe(`every screen, ${lang}`, () => {
    const step = story();
    // What is wrong with any of the screens.
    const wrong = [];
    let relay;
    let browser;
    let anna;
    let visitor;
    let second;
    before(async () => {
      [relay, browser] = await Promise.all([startRelay(), launch()]);
      // Whatever the time of the day is, calls can be booked and ring.
      await relay.calls('quiet_from = "00:00"\nquiet_to = "00:00"\n[[hours]]\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nfrom = "00:00"\nto = "24:00"\n');
    });
    after(async () => {
      await browser?.close();
      await relay?.stop();
    });

    // Looks at what a page shows now; `frame` is the part that is looked into.
    async function look(page, name, frame = page.mainFrame()) {
      for (const colorScheme of ['light', 'dark']) {
        // Without motion: a colour on its way to another is no colour to judge.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const size of SIZES) {
          await page.setViewportSize(size);
          await drawn(page);
          if (size === SIZES[0]) {
            wrong.push(...(await violations(frame)).map((line) => `${name}, ${colorScheme}: ${line}`));
          }
          wrong.push(...(await cut(frame)).map((text) => `${name}, ${size.width}: "${text}" is cut`));
          await screenshot(page, `${name}.${lang}.${colorScheme}.${size.width}`);
        }
      }
      await page.setViewportSize(SIZES[0]);
    }

    // A shop that does not say which language it is in, so that the browser's counts.
    async function arrives(options) {
      const person = new Visitor(relay, await visit(browser, { locale, reach: true, ...options }));
      await person.page.addInitScript(() => {
        if (window !== top) return;
        new MutationObserver((_, observer) => {
          if (!document.documentElement) return;
          document.documentElement.removeAttribute('lang');
          observer.disconnect();
        }).observe(document, { childList: true });
      });
      await openShop(person.page, relay);
      return person;
    }

    // Whatever a page of ours shows is in its language: nothing but names and what people wrote is
    // in Latin letters.
    async function speaks(frame, ...written) {
      const said = await frame.evaluate(() => document.documentElement.lang);
      if (said !== lang) wrong.push(`${frame.url()} says that it is in ${said}`);
      if (lang !== 'ru') return;
      const texts = await frame.evaluate(() => {
        const labels = [...document.querySelectorAll('[aria-label], [title], [placeholder]')]
          .flatMap((element) => ['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''));
        return [document.body.innerText, document.title, ...labels].join('\n');
      });
      const own = ['Larch & Kettle', 'LK', 'Heard', 'Anna', 'Oleg', 'English', 'Enter', 'Ctrl', 'Alt', 'Esc', 'SIP', 'sip', 'F2', 'small appliances, repaired and new', ...written]
        .sort((one, other) => other.length - one.length);
      const rest = own.reduce((text, word) => text.replaceAll(word, ''), texts).replace(/cnv_\w+|https?:\S+|[\w.]+@[\w.]+/g, '');
      const latin = rest.match(/[A-Za-z]{2,}/g);
      if (latin) wrong.push(`${new URL(frame.url()).pathname} shows ${latin.join(', ')}`);
    }

    step('the launcher, and a shop with nobody at the desk', async () => {
      const early = await arrives();
      await early.page.locator('.x > button').waitFor();
      assert.equal(await early.page.locator('.x > button').getAttribute('aria-label'), lang === 'ru' ? 'Открыть чат' : 'Open chat');
      // The shop's page says no language here, which is its own matter.
      await early.page.evaluate((to) => document.documentElement.setAttribute('lang', to), lang);
      await look(early.page, 'launcher');
      await early.open();
      await early.frame.locator('.card form').waitFor();
      await speaks(early.frame);
      await look(early.page, 'panel-nobody', early.frame);
      await early.frame.locator('.chips label').nth(1).click();
      await early.frame.locator('.card button[type=submit]').click();
      await early.frame.locator('.error').waitFor();
      await speaks(early.frame);
      await look(early.page, 'panel-callback-wrong', early.frame);
      await early.frame.locator('.chips label').nth(0).click();
      await early.asksForCall(lang === 'ru' ? '+7 912 345-67-89' : '+44 20 7946 0018', words.name);
      await early.frame.locator('.card.done').waitFor();
      await speaks(early.frame, words.name);
      await look(early.page, 'panel-callback-booked', early.frame);
      await early.leaves();
    });

    step('the plain form', async () => {
      const { context, page } = await visit(browser, { locale, javaScriptEnabled: true });
      await page.goto(relay.chat.replace('/chat/', '/callback/'));
      await speaks(page);
      await look(page, 'form');
      await page.locator('#topic').fill(words.topic);
      // What is required is asked for by the browser; the relay asks too.
      await page.locator('form').evaluate((form) => {
        form.noValidate = true;
      });
      await page.locator('form button').click();
      await page.locator('.alert').waitFor();
      await speaks(page, words.topic);
      await look(page, 'form-wrong');
      await page.locator('#phone').fill('+7 912 345-67-80');
      await page.locator('input[name=consent]').check();
      await page.locator('form button').click();
      await page.locator('form').waitFor({ state: 'detached' });
      await speaks(page);
      await look(page, 'form-done');
      await page.goto(`${relay.origin}/nothing-here`);
      await speaks(page);
      await look(page, 'not-found');
      await context.close();
    });

    step('signing in to the console', async () => {
      const agent = new Agent(await visit(browser, { locale }));
      await agent.page.goto(relay.console);
      await agent.page.locator('input[type=email]').waitFor();
      await speaks(agent.page);
      await look(agent.page, 'sign-in');
      await agent.page.locator('input[type=email]').fill('anna@demo.example');
      await agent.page.locator('input[type=password]').fill('wrong');
      await agent.page.locator('button[type=submit]').click();
      await agent.page.locator('.error:visible').waitFor();
      await speaks(agent.page);
      await look(agent.page, 'sign-in-wrong');
      await agent.passes(relay.agents[0]);
      await speaks(agent.page);
      await look(agent.page, 'console-empty');
      anna = agent;
    });

    step('somebody writes, somebody waits', async () => {
      const oleg = await Agent.signsIn(browser, relay, relay.agents[1], { locale });
      await anna.is('available');
      visitor = await arrives();
      await visitor.open();
      await until('somebody is there', async () => !(await visitor.frame.locator('.card').count()));
      await speaks(visitor.frame);
      await look(visitor.page, 'panel-empty', visitor.frame);
      await visitor.says(words.issue);
      await anna.offer.waitFor();
      second = await arrives();
      await second.open();
      await second.says(words.other);
      await second.frame.locator('.card.queue b', { hasText: '1' }).waitFor();
      await speaks(second.frame);
      await look(second.page, 'panel-queue', second.frame);
      await anna.row(words.other).waitFor();
      await speaks(anna.page);
      await look(anna.page, 'console-offer');
      await anna.accepts(words.issue);
      assert.ok(oleg);
    });

    step('a conversation', async () => {
      await anna.says(words.hello);
      await visitor.bubble(words.hello).waitFor();
      await visitor.says(words.reply);
      await anna.bubble(words.reply).waitFor();
      await anna.notes(words.note);
      await anna.says(words.link);
      await visitor.bubble(words.link).waitFor();
      await anna.page.locator('.said-meta').last().filter({ hasText: lang === 'ru' ? 'прочитано' : 'seen' }).waitFor();
      await visitor.box.fill(words.begun);
      await anna.box.fill(words.begun);
      await speaks(visitor.frame);
      await speaks(anna.page);
      await look(visitor.page, 'panel-chat', visitor.frame);
      await look(anna.page, 'console-chat');
      await anna.page.locator('.fold').first().click();
      await anna.page.locator('#tab-note').click();
      await look(anna.page, 'console-note');
    });

    step('dialogs and menus of the console', async () => {
      const { page } = anna;
      const keyboard = async (...keys) => {
        for (const key of keys) await page.keyboard.press(key);
      };
      const dialog = page.locator('dialog[open]');
      const leave = async () => {
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      };
      await keyboard('Escape', 'Control+k');
      await page.locator('.palette').waitFor();
      await speaks(page, 'Language: English');
      await look(page, 'dialog-palette');
      await leave();
      await keyboard('?');
      await dialog.waitFor();
      await speaks(page);
      await look(page, 'dialog-keys');
      await leave();
      await keyboard('t');
      await dialog.locator('.choice').waitFor();
      await speaks(page);
      await look(page, 'dialog-transfer');
      await leave();
      // A call that is due stands before it.
      await page.locator('.offer').last().locator('.btn').last().click();
      await dialog.waitFor();
      await speaks(page);
      await look(page, 'dialog-decline');
      await leave();
      await page.locator('#tab-answer').click();
      await keyboard('Control+Enter');
      await dialog.waitFor();
      await speaks(page);
      await look(page, 'dialog-unsent');
      await leave();
      for (const [button, name] of [['.me .menu-wrap > button', 'menu-availability'], ['.rail .menu-wrap > button', 'menu-account']]) {
        await page.locator(button).click();
        await page.locator('[role=menu]').waitFor();
        await speaks(page);
        await look(page, name);
        await page.keyboard.press('Escape');
        await page.locator('[role=menu]').waitFor({ state: 'detached' });
      }
    });

    step('the calls', async () => {
      await anna.looksAtCalls();
      await speaks(anna.page, words.name);
      await look(anna.page, 'console-calls');
      await anna.saysOfCall('+7 912 345-67-80', words.outcome, words.begun);
      await anna.page.locator('.call .call-form button').first().click();
      await anna.page.locator('.error:visible').waitFor();
      await look(anna.page, 'console-calls-dealt');
      await anna.page.locator('.rail-item').first().click();
    });

    step('without a network', async () => {
      await anna.row(words.reply.slice(0, 8)).or(anna.row(words.begun)).first().locator('.chat-open').click();
      for (const [person, name] of [[visitor, 'panel'], [anna, 'console']]) {
        const frame = person.frame ?? person.page;
        await person.context.setOffline(true);
        await frame.locator('.banner:visible').waitFor();
        await speaks(frame);
        await look(person.page, `${name}-offline`, frame);
        await person.context.setOffline(false);
        await frame.locator('.banner:visible').waitFor({ state: 'detached' });
      }
    });

    step('settled', async () => {
      await anna.box.fill('');
      await anna.settles();
      await visitor.frame.locator('.messages .note').last().waitFor();
      await visitor.box.fill('x'.repeat(20_000));
      await visitor.frame.locator('#too-long').waitFor();
      await speaks(visitor.frame, 'x'.repeat(20_000));
      await look(visitor.page, 'panel-too-long', visitor.frame);
      await visitor.box.fill('');
      await look(visitor.page, 'panel-settled', visitor.frame);
      await look(anna.page, 'console-settled');
    });

    step('the chat as a page of its own', async () => {
      const guest = await Visitor.arrivesAtChat(browser, relay, { locale });
      await until('somebody is there', async () => !(await guest.frame.locator('.card').count()));
      await speaks(guest.page);
      await guest.says(words.issue);
      await look(guest.page, 'chat-page');
      await guest.leaves();
    });

    test('nothing is wrong with any of them', () => {
      assert.deepEqual(wrong, []);
    });
  });
}
