import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveConfig } from '../config/resolve-config.ts';
import type { BelfryConfig, ResolvedConfig } from '../config/schema.ts';
import { loadSecrets } from './secrets.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belfry-secrets-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function config(values: BelfryConfig): ResolvedConfig {
  return resolveConfig({
    file: { name: 'test', directory, values: { data_dir: '.', ...values } },
    workingDirectory: directory,
  }).config;
}

const STRONG = 'k3Jx9-2vQmZ7pLwT_8sRbN4yHdF6cGaE';
const redis = { url: 'redis://localhost' };

test('they are made once, for the owner alone', () => {
  const first = loadSecrets(config({}));
  const file = join(directory, 'secrets.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toContain(first.token);
  expect(loadSecrets(config({}))).toEqual(first);
  expect(new Set(Object.values(first)).size).toBe(3);
});

test('those that are given win over those that were made', () => {
  const secrets = loadSecrets(config({ client: { token: { hmac_secret_key: 'mine' } } }));
  expect(secrets.token).toBe('mine');
  expect(secrets.random).toHaveLength(43);
});

test('production on the embedded store has only its admin secret made', () => {
  const production = { environment: 'production', random: { secret: STRONG } } as const;
  expect(() => loadSecrets(config(production))).toThrow(/hmac_secret_key: is missing/);
  const given = config({ ...production, client: { token: { hmac_secret_key: STRONG } } });
  expect(loadSecrets(given)).toMatchObject({ token: STRONG, random: STRONG });
  expect(loadSecrets(given).admin).toHaveLength(43);
});

test('production on Redis stops when one is missing, and says how to make it', () => {
  const attempt = (): unknown => loadSecrets(config({ environment: 'production', redis }));
  expect(attempt).toThrow(
    /client\.token\.hmac_secret_key: is missing.*BELFRY_CLIENT_TOKEN_HMAC_SECRET_KEY.*openssl rand/,
  );
  expect(attempt).toThrow(/random\.secret: is missing/);
  expect(existsSync(join(directory, 'secrets.json'))).toBe(false);
});

test('a process needs only the secrets of its roles', () => {
  const common = { environment: 'production', redis } as const;
  const worker = config({ ...common, roles: ['worker'], random: { secret: STRONG } });
  expect(loadSecrets(worker)).toMatchObject({ random: STRONG, token: undefined });
});

test.each([
  ['short', /has 5 characters; in production it needs at least 32/],
  ['change-me-change-me-change-me-change-me', /looks like a placeholder/],
  ['a'.repeat(64), /looks like a placeholder/],
])('production refuses the secret %s', (secret, reason) => {
  const values = {
    environment: 'production',
    client: { token: { hmac_secret_key: secret } },
  } as const;
  expect(() => loadSecrets(config(values))).toThrow(reason);
});

test('production refuses a weak secret for subscription tokens', () => {
  const client = { subscription_token: { enabled: true, hmac_secret_key: 'short' } };
  expect(() => loadSecrets(config({ environment: 'production', client }))).toThrow(
    /client\.subscription_token\.hmac_secret_key: has 5 characters/,
  );
});

test('a damaged file is not replaced behind the operator’s back', () => {
  writeFileSync(join(directory, 'secrets.json'), '{');
  expect(() => loadSecrets(config({}))).toThrow(/secrets\.json: it is damaged/);
});
