import { expect, it } from 'vitest';
import { Stats } from '../core/stats.ts';
import { EmulatedConnections, type Delivered, type EmulationBus } from './emulation.ts';

/** A process with one connection, `mine`, beside another one with `theirs`. */
function open(): { readonly emulated: EmulatedConnections; readonly asked: string[] } {
  const asked: string[] = [];
  const bus: EmulationBus = {
    node: 'here',
    send: async (node, { session }) => {
      asked.push(session);
      return node === 'there';
    },
  };
  const emulated = new EmulatedConnections(bus, new Stats());
  emulated.add('mine', { received: () => {} });
  return { emulated, asked };
}

const data = Buffer.from('{}');

it('asks other Beacons of no more sessions that it does not know than some in a second', async () => {
  const { emulated, asked } = open();
  const deliver = (session: string, node = 'there'): Promise<Delivered> =>
    emulated.deliver({ session, node, data });
  expect(await deliver('theirs')).toBe('delivered');
  const flood = await Promise.all(
    Array.from({ length: 10_000 }, (_, n) => deliver(`made up ${n}`)),
  );
  expect(flood.filter((each) => each === 'busy').length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThan(10_000);
  // Whoever was there, and connections of this process, do not suffer.
  expect(await deliver('theirs')).toBe('delivered');
  expect(await deliver('mine', 'here')).toBe('delivered');
  expect(await deliver('not mine', 'here')).toBe('unknown');
});

it('asks nobody, and remembers nothing, of what is too long for a session', async () => {
  const { emulated, asked } = open();
  const session = 'x'.repeat(60_000);
  expect(await emulated.deliver({ session, node: 'there', data })).toBe('unknown');
  expect(asked).toEqual([]);
});
