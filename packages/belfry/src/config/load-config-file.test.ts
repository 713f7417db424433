import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfigFile } from './load-config-file.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belfry-config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('no file is no error', async () => {
  expect(await loadConfigFile(undefined, directory)).toBeUndefined();
});

test('a TypeScript file comes before a JSON one', async () => {
  writeFileSync(join(directory, 'belfry.config.json'), '{"log":{"level":"warn"}}');
  expect(await loadConfigFile(undefined, directory)).toMatchObject({
    name: 'belfry.config.json',
    ignored: [],
  });
  writeFileSync(
    join(directory, 'belfry.config.ts'),
    'const level: string = "error";\nexport default { log: { level } };\n',
  );
  const file = await loadConfigFile(undefined, directory);
  expect(file).toMatchObject({
    name: 'belfry.config.ts',
    directory,
    ignored: ['belfry.config.json'],
    values: { log: { level: 'error' } },
  });
});

test.each([
  ['missing.json', undefined, /there is no file/],
  ['config.yaml', 'a: 1', /must end in/],
  ['broken.json', '{"a":', /broken\.json: not JSON/],
  ['empty.mjs', 'export const a = 1;', /no default export/],
  ['throws.mjs', 'throw new Error("no way");', /throws\.mjs: it could not be loaded: no way/],
])('%s is refused with a reason', async (name, content, reason) => {
  if (content !== undefined) writeFileSync(join(directory, name), content);
  await expect(loadConfigFile(name, directory)).rejects.toThrow(reason);
});
