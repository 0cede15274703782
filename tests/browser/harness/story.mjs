// Tests that follow one story: each goes on where the one before it ended, so after a failure the
// rest is skipped instead of waiting in vain.

import { test } from 'node:test';

export function story() {
  let broken = false;
  return (name, run) =>
    test(name, async (context) => {
      if (broken) {
        context.skip('what it goes on from has failed');
        return;
      }
      try {
        await run(context);
      } catch (error) {
        broken = true;
        throw error;
      }
    });
}
