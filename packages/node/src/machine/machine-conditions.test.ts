import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import type { Conditions } from '../agent/ports.ts';
import { machineSensors, watchMachine } from './machine-conditions.ts';

test('a machine is on its battery when it has one and nothing feeds it', () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'belfry-power-'));
  const supply = (name: string, files: Record<string, string>): void => {
    mkdirSync(join(directory.path, name), { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(directory.path, name, file), `${text}\n`);
    }
  };
  const { isOnBattery } = machineSensors(directory.path);
  expect(isOnBattery()).toBe(false);
  supply('hid-mouse', { type: 'Battery', scope: 'Device' });
  expect(isOnBattery()).toBe(false);
  supply('BAT0', { type: 'Battery' });
  expect(isOnBattery()).toBe(true);
  supply('AC', { type: 'Mains', online: '1' });
  expect(isOnBattery()).toBe(false);
  supply('AC', { type: 'Mains', online: '0' });
  expect(isOnBattery()).toBe(true);
  expect(machineSensors(join(directory.path, 'none')).isOnBattery()).toBe(false);
});

test('it tells what it sees at once, and when that changes', async () => {
  let battery = true;
  let loadAverage = 0;
  const told: Conditions[] = [];
  const watch = watchMachine(
    { onBattery: true, maxLoad: 0.5 },
    {
      loadAverage: () => loadAverage,
      ownCpuMs: () => 0,
      cores: () => 2,
      isOnBattery: () => battery,
      now: () => performance.now(),
    },
    5,
  );
  const end = watch((conditions) => void told.push(conditions));
  expect(told).toEqual([{ pause: { reason: 'battery', abort: false }, load: 0 }]);
  battery = false;
  loadAverage = 2;
  await waitFor(() => told.at(-1)?.pause?.reason === 'load');
  loadAverage = 0.5;
  await waitFor(() => told.at(-1)?.pause === null);
  expect(told.at(-1)?.load).toBe(0.25);
  end();
});
