// The shop's page and the chat in it, as a visitor meets them.

import { DESKTOP } from './browser.mjs';
import { until } from './until.mjs';

// Opens a page of the shop and waits until the launcher is there.
export async function openShop(page, relay, path = '') {
  await page.goto(new URL(path, relay.shop).href);
  await page.waitForFunction(() => typeof globalThis.Heard?.open === 'function');
}

// Presses the launcher as a hand does: at its place in the corner, which needs no way into its
// closed shadow root.
export async function pressLauncher(page) {
  const { width, height } = page.viewportSize() ?? DESKTOP;
  await page.mouse.click(width - 48, height - 48);
}

// The panel's frame, once there is one.
export function panel(page, relay) {
  return until('the panel has a frame', () =>
    page.frames().find((frame) => frame.url().startsWith(`${relay.origin}/widget/`)));
}
