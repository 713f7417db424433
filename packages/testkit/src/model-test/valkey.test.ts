import { expect, test } from 'vitest';
import { openRedisAt } from '../conformance/open-redis.ts';
import { startValkey, whyNoValkey } from '../valkey-server.ts';
import { checkModel } from './check-model.ts';
import { modelSettings } from './model-settings.ts';

const { timeout, ...settings } = modelSettings(process.env, 30);

test('the Redis store on Valkey does what the model does', { timeout }, async ({ skip }) => {
  const reason = await whyNoValkey(process.env['PATH'] ?? '');
  if (reason !== null) {
    console.warn(`The model test is not run on Valkey: ${reason}.`);
    skip(reason);
  }
  await using valkey = await startValkey();
  const report = await checkModel({ ...settings, open: openRedisAt(() => valkey.url) });
  expect(report.scenarios).toBeGreaterThan(0);
});
