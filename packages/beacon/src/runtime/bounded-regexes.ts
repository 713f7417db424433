import { setFlagsFromString } from 'node:v8';

let done = false;

/**
 * Makes V8 give up going back and forth in a text after some 50,000 steps and match in linear time instead, wherever the expression has
 * neither look-around nor back-references. In Go, for which patterns such as `channel_regex` were written, `^([a-z]+-?)+$` is harmless;
 * here a channel of forty letters would otherwise hold up everybody for hours.
 */
export function boundRegexes(): void {
  if (done) return;
  done = true;
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
