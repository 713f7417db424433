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
  ['config.ini', 'a=1', /must end in/],
  ['broken.yaml', 'a: [1', /broken\.yaml: not YAML: .+\.$/],
  ['twice.yaml', 'a: 1\na: 2', /twice\.yaml: not YAML: Map keys must be unique/],
  ['broken.toml', 'a = ', /broken\.toml: not TOML/],
  ['broken.json', '{"a":', /broken\.json: not JSON/],
  ['empty.mjs', 'export const a = 1;', /no default export/],
  ['throws.mjs', 'throw new Error("no way");', /throws\.mjs: it could not be loaded: no way/],
])('%s is refused with a reason', async (name, content, reason) => {
  if (content !== undefined) writeFileSync(join(directory, name), content);
  await expect(loadConfigFile(name, directory)).rejects.toThrow(reason);
});

test('a directory is refused with a reason', async () => {
  await expect(loadConfigFile('.', directory)).rejects.toThrow(
    /is a directory; name the file in it/,
  );
});

test.each([
  ['c.json', '{"client":{"channel_limit":7},"channel":{"namespaces":[{"name":"chat"}]}}'],
  ['c.yaml', 'client:\n  channel_limit: 7\nchannel:\n  namespaces:\n    - name: chat\n'],
  ['c.toml', '[client]\nchannel_limit = 7\n\n[[channel.namespaces]]\nname = "chat"\n'],
])('%s says the same as the others', async (name, content) => {
  writeFileSync(join(directory, name), content);
  const file = await loadConfigFile(name, directory);
  expect(JSON.parse(JSON.stringify(file?.values))).toEqual({
    client: { channel_limit: 7 },
    channel: { namespaces: [{ name: 'chat' }] },
  });
});

test('an empty YAML file is an empty config, and one that grows without end is refused', async () => {
  writeFileSync(join(directory, 'empty.yaml'), '# nothing\n');
  expect((await loadConfigFile('empty.yaml', directory))?.values).toEqual({});
  const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf'].map((pair) => pair.split(''))) {
    levels.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${of}`).join(', ')}]`);
  }
  writeFileSync(join(directory, 'bomb.yaml'), levels.join('\n'));
  await expect(loadConfigFile('bomb.yaml', directory)).rejects.toThrow(/not YAML/);
});
