import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startBelfry } from '../run/start-belfry.ts';
import { temporaryDirectory } from '../testing/belfry-process.ts';
import { ALL_FIELDS } from './walk-schema.ts';

const page = readFileSync(new URL('../../../../docs/beacon/limits.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| What |'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test.each(rows.map(([, what = '', options = '', fallback = '']) => [what, options, fallback]))(
  'the limit "%s" has an option that there is, with that default',
  (_what, options, fallback) => {
    for (const [, name = ''] of options.matchAll(/`([a-z_.]+)`/g)) {
      if (name === 'rate_limit') continue;
      const field = ALL_FIELDS.find(({ path }) => path === name);
      expect(field?.path).toBe(name);
      const { fallback: value } = field ?? {};
      const written =
        typeof value === 'string' || typeof value === 'number' ? String(value) : 'off';
      if (!fallback.includes('×')) expect(fallback.replaceAll(',', '')).toBe(written);
    }
  },
);

test('every limit of clients is on the page', () => {
  const limits = ALL_FIELDS.map(({ path }) => path).filter(
    (path) => path.startsWith('client.') && /(_limit|_size|_timeout|_delay)$/.test(path),
  );
  const missing = limits.filter(
    (path) =>
      !page.includes(`\`${path}\``) &&
      !path.startsWith('client.proxy.') &&
      // How often something is looked at, which limits nobody.
      path !== 'client.channel_position_check_delay',
  );
  expect(missing).toEqual([]);
});

test('every metric on the page is there', async () => {
  using directory = temporaryDirectory();
  const belfry = await startBelfry({
    data_dir: directory.path,
    http_server: { port: 0 },
    log: { level: 'silent' },
  });
  await using _stopped = { [Symbol.asyncDispose]: () => belfry.stop() };
  const text = await (await fetch(`${belfry.url}/metrics`)).text();
  const known = new Set(
    [...text.matchAll(/^# TYPE belfry_beacon_(\S+)/gm)].map(([, name]) => name),
  );
  const named = rows.flatMap((cells) =>
    [...(cells[5] ?? '').matchAll(/`([a-z_]+)/g)].map(([, name]) => name),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
