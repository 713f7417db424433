import { expect, test } from 'vitest';
import { readSettings, tabName } from './donation-settings.ts';

const USUAL = { name: 'Firefox on Linux', slots: 3, most: 8 };

test('what was remembered is taken as far as it makes sense', () => {
  const usual = {
    name: 'Firefox on Linux',
    slots: 3,
    access: 'everyone',
    restOnBattery: true,
    restWhenHidden: false,
  };
  for (const text of [null, '{', 'null', '7', '{"slots":"x","name":" ","access":"users"}']) {
    expect(readSettings(text, USUAL)).toEqual(usual);
  }
  const kept = { ...usual, name: 'mine', slots: 5, access: 'owner', restOnBattery: false };
  expect(readSettings(JSON.stringify(kept), USUAL)).toEqual(kept);
  expect(readSettings('{"slots":99}', USUAL).slots).toBe(8);
});

test('a tab is called by its browser and its system', () => {
  const mac =
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/17 Safari/605';
  expect(tabName(mac)).toBe('Safari on macOS');
  const edge = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140';
  expect(tabName(edge)).toBe('Edge on Windows');
  expect(tabName('Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140 Safari/537')).toBe(
    'Chrome on Linux',
  );
  expect(tabName('curl')).toBe('A browser on something');
});
