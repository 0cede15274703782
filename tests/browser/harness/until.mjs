// Waiting for a condition, never for a time.

import assert from 'node:assert/strict';

const PATIENCE_MS = 20_000;
const PAUSE_MS = 25;

// Resolves with what `holds` returns once that is true-ish. An error of `fetch` means "not yet";
// any other ends the wait.
export async function until(what, holds, patience = PATIENCE_MS) {
  const end = performance.now() + patience;
  for (;;) {
    let last;
    try {
      last = await holds();
    } catch (error) {
      if (!(error instanceof TypeError && error.message === 'fetch failed')) throw error;
    }
    if (last) return last;
    if (performance.now() > end) throw new Error(`waited ${patience} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

// Resolves once what is read equals what is expected; shows both when that does not happen.
export async function agree(what, read, expected) {
  let last;
  const equal = async () => {
    last = await read();
    try {
      assert.deepEqual(last, expected);
      return true;
    } catch {
      return false;
    }
  };
  try {
    await until(what, equal);
  } catch (error) {
    assert.deepEqual(last, expected, what);
    throw error;
  }
}
