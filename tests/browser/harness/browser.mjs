// Chromium, and what a page did in it.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const SCREENSHOTS = fileURLToPath(new URL('../../../target/screenshots/', import.meta.url));

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

// `microphone`: there is one, which beeps, and whoever asks may use it.
export function launch({ microphone = false } = {}) {
  return chromium.launch({
    executablePath: process.env.HEARD_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
      // A page whose answer a test has changed counts as one of the internet, which may not ask
      // this machine for anything.
      '--disable-features=LocalNetworkAccessChecks',
      ...(microphone ? ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] : []),
    ],
  });
}

// A browser profile of its own with one page, and a record of what the page did: `requests` (of
// every frame), `sockets`, `refused` (policy violations), `errors` (uncaught, and console errors).
//
// The loader's shadow root is closed, which hides the launcher from tests as well as from pages.
// `reach: true` opens it; leave it out where the difference could matter.
export async function visit(browser, { reach = false, phone = false, ...options } = {}) {
  const context = await browser.newContext({
    viewport: phone ? PHONE : DESKTOP,
    hasTouch: phone,
    isMobile: phone,
    deviceScaleFactor: phone ? 2 : 1,
    locale: 'en-GB',
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const record = { requests: [], sockets: [], refused: [], errors: [] };
  await context.exposeBinding('heardRefused', (_, refusal) => record.refused.push(refusal));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.heardRefused(`${event.effectiveDirective} ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  if (reach) {
    await context.addInitScript(() => {
      const attach = Element.prototype.attachShadow;
      Element.prototype.attachShadow = function open(init) {
        return attach.call(this, { ...init, mode: 'open' });
      };
    });
  }
  const watch = (page) => {
    page.on('request', (request) => record.requests.push({ url: request.url(), method: request.method() }));
    page.on('websocket', (socket) => record.sockets.push(socket));
    page.on('pageerror', (error) => record.errors.push(`${error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') record.errors.push(message.text());
    });
  };
  context.on('page', watch);
  const page = await context.newPage();
  return { context, page, record };
}

// What a page's origin keeps in the browser, in every way a page can keep something.
export async function kept(page) {
  const inPage = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  const cookies = await page.context().cookies();
  return { ...inPage, cookies: cookies.map(({ name, domain }) => `${name} of ${domain}`) };
}

// Puts a picture of the page into target/screenshots.
export async function screenshot(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, animations: 'disabled' });
}
