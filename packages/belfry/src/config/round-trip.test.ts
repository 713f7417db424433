import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assign } from './assignment.ts';
import { ConfigError } from './config-error.ts';
import { type EffectiveConfig, resolveConfig } from './resolve-config.ts';
import { type ShownValue, showConfig } from './show-config.ts';
import { ALL_FIELDS, type Field } from './walk-schema.ts';

const word = fc.stringMatching(/^[a-z]{3,8}$/);
const duration = fc.integer({ min: 1_000, max: 3_600_000 }).map((ms) => `${ms}ms`);

/** Values of fields that are lists of objects, by their paths. */
const LISTS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'channel.namespaces': fc.array(
    fc.record(
      {
        name: word,
        presence: fc.boolean(),
        history_ttl: duration,
        exclude_publisher: fc.boolean(),
        allowed_delta_types: fc.constantFrom([], ['fossil']),
      },
      { requiredKeys: ['name'] },
    ),
    { maxLength: 2 },
  ),
  proxies: fc.array(fc.record({ name: word, timeout: duration }), { maxLength: 1 }),
  'rpc.namespaces': fc.array(fc.record({ name: word, proxy_name: word }), { maxLength: 1 }),
  'http_api.keys': fc.array(
    fc.record({ name: word, key: fc.constant('***'), scopes: fc.constantFrom(['*'], ['publish']) }),
    { maxLength: 1 },
  ),
};

/** Something that a field takes. */
function valueOf(field: Field): fc.Arbitrary<unknown> {
  const { path, kind, expects } = field;
  const known = LISTS[path];
  if (known !== undefined) return known;
  if (kind === 'boolean') return fc.boolean();
  if (kind === 'number') {
    const [, min = 0, max = Number.MAX_SAFE_INTEGER] =
      /(\d+)(?: to (\d+)| or more)/.exec(expects)?.map((each) => each && Number(each)) ?? [];
    return fc.integer({ min: Number(min), max: Number(max) });
  }
  if (kind === 'string') {
    if (expects.startsWith('a duration')) return duration;
    const words = [...expects.matchAll(/"([^"]*)" or |or "([^"]*)"$/g)].map((m) => m[1] ?? m[2]);
    if (words.length > 0) return fc.constantFrom(...words);
    if (expects.startsWith('a URL such as')) return fc.constant('redis://ann:***@h:1');
    if (expects.startsWith('a URL')) return fc.constant('https://ann:***@backend/x');
    return field.secret === true ? fc.constant('***') : word;
  }
  if (kind === 'list') {
    return path === 'roles' ? fc.constant(field.fallback) : fc.constant(['fossil']);
  }
  const objects: Readonly<Record<string, unknown>> = {
    static_headers: { 'x-secret': '***' },
    status_to_code_transforms: [{ status_code: 404, to_error: { code: 404, message: 'none' } }],
    rate_limit: {
      enabled: true,
      publish: { enabled: true, buckets: [{ interval: '2s', rate: 3 }] },
    },
  };
  const name = path.split('.').at(-1) ?? '';
  const limits = path.startsWith('client.rate_limit.') && !path.endsWith('client_error');
  return fc.constant(limits ? objects['rate_limit'] : (objects[name] ?? field.fallback));
}

function load(values: object): EffectiveConfig {
  return resolveConfig({
    file: { name: 'file', directory: '/', values },
    workingDirectory: '/',
  });
}

/** A file that says what was printed. */
function fileOf(rows: readonly ShownValue[]): object {
  const values = {};
  for (const { path, value } of rows) {
    if (value !== undefined) assign(values, { path, value, origin: '' });
  }
  return values;
}

const bare = (rows: readonly ShownValue[]): unknown => rows.map(({ path, value }) => [path, value]);

test('what `config print --json` prints says the same again as a file, whatever fields are set', () => {
  const assignment = fc
    .constantFrom(...ALL_FIELDS)
    .chain((field) => valueOf(field).map((value) => ({ path: field.path, value, origin: '' })));
  let taken = 0;
  fc.assert(
    fc.property(fc.array(assignment, { minLength: 1, maxLength: 3 }), (assignments) => {
      const values = {};
      for (const each of assignments) assign(values, each);
      let first: EffectiveConfig;
      try {
        first = load(values);
      } catch (error) {
        // Fields that do not go together are not what this is about.
        if (error instanceof ConfigError) return;
        throw error;
      }
      taken++;
      const rows = showConfig(first);
      const again = load(JSON.parse(JSON.stringify(fileOf(rows))) as object);
      expect(bare(showConfig(again))).toEqual(bare(rows));
      expect(again.config).toEqual(first.config);
    }),
    { numRuns: 60 },
  );
  expect(taken).toBeGreaterThan(30);
});

test.each(ALL_FIELDS.map((field) => [field.path, field] as const))(
  '%s round-trips by itself',
  (path, field) => {
    for (const value of fc.sample(valueOf(field), { numRuns: 1, seed: 1 })) {
      const values = {};
      assign(values, { path, value, origin: '' });
      let first: EffectiveConfig;
      try {
        first = load(values);
      } catch (error) {
        const problems = error instanceof ConfigError ? error.problems : [String(error)];
        // Only rules between fields may refuse it.
        expect(problems.join('\n')).not.toMatch(/: got |unknown key/);
        continue;
      }
      const rows = showConfig(first);
      expect(rows.find((row) => row.path === path)?.value).toEqual(value);
      expect(load(fileOf(rows)).config).toEqual(first.config);
    }
  },
);
