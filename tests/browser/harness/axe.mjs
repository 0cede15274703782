// Accessibility checks with axe-core.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// What axe finds wrong in a page or in one frame of it, a line for each element: empty when nothing
// is. Frames inside are not looked into; pass each of them. `within` narrows it to a selector.
//
// axe is evaluated from outside, so the page's policy does not stand in its way.
export async function violations(frame, within) {
  await frame.evaluate(source);
  const found = await frame.evaluate(async (selector) => {
    const results = await globalThis.axe.run(selector ?? document, {
      iframes: false,
      resultTypes: ['violations'],
    });
    return results.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, failureSummary }) => `${target.flat().join(' ')}: ${failureSummary}`),
    }));
  }, within);
  return found.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node}`));
}
