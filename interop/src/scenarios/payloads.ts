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
  {
    name: 'a Protobuf client publishes bytes where the namespace takes them',
    row: 'namespace options: publication_data_format; codes: 107 bad request',
    not: ({ encoding }) => (encoding === 'protobuf' ? undefined : 'JSON clients have no bytes'),
    run: async (world) => {
      const ann = await world.connected('ann');
      const [json, binary] = [world.name('json:x'), world.name('binary:x')];
      await (await ann.subscribe(json)).saw('subscribed');
      const sub = await ann.subscribe(binary);
      await sub.saw('subscribed');
      return {
        json: await ann.publish(json, { bytes }),
        binary: await ann.publish(binary, { bytes }),
        publication: await sub.saw('publication'),
      };
    },
    expect: {
      json: { error: 107 },
      binary: { ok: {} },
      publication: { on: 'publication', data: { bytes }, info: { user: 'ann' } },
    },
  },
];
