import type { Json } from '../json.ts';
import type { Scenario } from '../suite/scenario.ts';

const bytes = [0, 255, 254];

/** Payloads that are no JSON. */
export const payloads: readonly Scenario[] = [
  {
    name: 'bytes that are no JSON reach Protobuf clients as they are',
    row: 'server API: b64data; codes: 3506 inappropriate protocol',
    run: async (world): Promise<Json> => {
      const channel = world.name('binary:x');
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(channel);
      await sub.saw('subscribed');
      const b64data = Buffer.from(bytes).toString('base64');
      await world.api('publish', { channel, b64data });
      return await Promise.race([sub.saw('publication'), ann.saw('disconnected')]);
    },
    expect: ({ encoding }) =>
      encoding === 'json'
        ? { on: 'disconnected', code: 3506 }
        : { on: 'publication', data: { bytes } },
  },
  {
    name: 'JSON in base64 is JSON',
    row: 'server API: b64data',
    run: async (world) => {
      const channel = world.name('plain:x');
      const ann = await world.connected('ann');
      const sub = await ann.subscribe(channel);
      await sub.saw('subscribed');
      const b64data = Buffer.from('{"n":1}').toString('base64');
      await world.api('publish', { channel, b64data });
      return await sub.saw('publication');
    },
    expect: { on: 'publication', data: { n: 1 } },
  },
];
