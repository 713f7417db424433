import { expect, test } from 'vitest';
import { openFileStore, openMemoryStore } from '../conformance/open-embedded.ts';
import { checkModel } from './check-model.ts';
import { modelSettings } from './model-settings.ts';

const { timeout, ...settings } = modelSettings(process.env, 40);

test('the embedded store in memory does what the model does', { timeout }, async () => {
  const report = await checkModel({ ...settings, open: openMemoryStore });
  expect(report.scenarios).toBeGreaterThan(0);
});

test(
  'the embedded store in a file, closed and opened again, does what the model does',
  { timeout },
  async () => {
    const report = await checkModel({ ...settings, open: openFileStore });
    expect(report.scenarios).toBeGreaterThan(0);
  },
);
