import { openEmbeddedStore, type Store } from '@belfry/store';
import { signingNode } from '@belfry/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FleetRequest } from './fleet-request.ts';
import { NodeGate, type NodeGateOptions } from './node-gate.ts';
import { NodeKeys } from './node-keys.ts';

const NOW = 1_800_000_000_000;
const HOST = 'belfry.example:8000';
const PATH = '/fleet/v1/node/heartbeat?x=1';

const node = signingNode();
const stranger = signingNode();
let store: Store;
beforeAll(async () => {
  store = await openEmbeddedStore({ dataDir: ':memory:', now: () => NOW });
});
afterAll(() => store.close());

const refused: string[] = [];

function gate(options: Partial<NodeGateOptions> = {}): NodeGate {
  const keys = new NodeKeys({
    max: 10,
    fetch: async (id) => (id === node.id ? node.publicKey : null),
  });
  const onRefused = (code: string): void => {
    refused.push(code);
  };
  return new NodeGate({
    keys,
    tokens: store.tokens,
    now: () => NOW,
    notBefore: 0,
    onRefused,
    ...options,
  });
}

type Signed = Parameters<typeof node.sign>[0];

/** A request as it is signed, and what of it is sent otherwise. */
function request(
  what: Partial<Signed> = {},
  {
    by = node,
    headers = {},
    ...other
  }: Partial<FleetRequest> & {
    by?: typeof node;
    headers?: Record<string, string | undefined>;
    sent?: string;
  } = {},
): FleetRequest {
  const signed = {
    method: 'POST',
    host: HOST,
    path: PATH,
    body: '{"a":1}',
    timestamp: NOW,
    ...what,
  };
  const all: Record<string, string | undefined> = { ...by.sign(signed), ...headers };
  const { sent = signed.body, ...rest } = other;
  return {
    method: signed.method,
    host: signed.host,
    path: signed.path,
    header: (name) => all[name],
    body: async () => Buffer.from(sent),
    address: '127.0.0.1',
    ...rest,
  };
}

async function codeOf(asked: FleetRequest, at: NodeGate = gate()): Promise<string> {
  try {
    const { node: id } = await at.admit(asked, 1_000);
    return id === node.id ? 'admitted' : 'somebody else';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a signed request', () => {
  test('is let in, with its body', async () => {
    const { node: id, body } = await gate().admit(request(), 1_000);
    expect([id, Buffer.from(body).toString()]).toEqual([node.id, '{"a":1}']);
  });

  test('that is sent otherwise than it was signed is refused, whatever differs', async () => {
    expect(await codeOf(request({}, { method: 'GET' }))).toBe('bad_signature');
    expect(await codeOf(request({}, { host: 'other.example' }))).toBe('bad_signature');
    expect(await codeOf(request({}, { path: '/fleet/v1/node/heartbeat?x=2' }))).toBe(
      'bad_signature',
    );
    expect(await codeOf(request({}, { path: '/fleet/v1/node/heartbeat' }))).toBe('bad_signature');
    expect(await codeOf(request({}, { sent: '{"a":2}' }))).toBe('bad_signature');
    const later = { 'belfry-timestamp': String(NOW + 1) };
    expect(await codeOf(request({}, { headers: later }))).toBe('bad_signature');
    const nonce = { 'belfry-nonce': 'another-nonce-0123' };
    expect(await codeOf(request({}, { headers: nonce }))).toBe('bad_signature');
  });

  test('in the name of another node is refused', async () => {
    const name = { 'belfry-node': node.id };
    expect(await codeOf(request({}, { by: stranger, headers: name }))).toBe('bad_signature');
    expect(await codeOf(request({}, { by: stranger }))).toBe('unknown_node');
  });

  test('is let in once, whichever process it comes to', async () => {
    const once = request();
    expect(await codeOf(once)).toBe('admitted');
    expect(await codeOf(once)).toBe('nonce_used');
    // Much later, and by a process whose clock is behind.
    expect(await codeOf(once, gate({ now: () => NOW + 119_000 }))).toBe('nonce_used');
    expect(await codeOf(once, gate({ now: () => NOW - 50_000 }))).toBe('nonce_used');
    const nonce = once.header('belfry-nonce') ?? '';
    expect(await codeOf(request({ nonce, body: '{"a":3}' }))).toBe('nonce_used');
  });

  test('that was refused for its signature has not used its nonce up', async () => {
    const nonce = 'a-nonce-of-nobody-yet';
    const stolen = { 'belfry-node': node.id };
    expect(await codeOf(request({ nonce }, { by: stranger, headers: stolen }))).toBe(
      'bad_signature',
    );
    expect(await codeOf(request({ nonce }))).toBe('admitted');
  });

  test('is refused when it is from another time, or from before nonces were remembered', async () => {
    expect(await codeOf(request({ timestamp: NOW - 120_001 }))).toBe('clock_off');
    expect(await codeOf(request({ timestamp: NOW + 120_001 }))).toBe('clock_off');
    expect(await codeOf(request({ timestamp: NOW - 119_000 }))).toBe('admitted');
    expect(await codeOf(request({ timestamp: NOW + 119_000 }))).toBe('admitted');
    expect(await codeOf(request({ timestamp: NOW - 1 }), gate({ notBefore: NOW }))).toBe(
      'clock_off',
    );
    const other = gate({ now: () => NOW + 119_000 });
    // One from the future is remembered for as long as it would be taken.
    const future = request({ timestamp: NOW + 119_000 });
    expect(await codeOf(future)).toBe('admitted');
    expect(await codeOf(future, other)).toBe('nonce_used');
  });

  test('is refused, and says which header it is, when one is missing or garbage', async () => {
    const message = async (headers: Record<string, string | undefined>): Promise<string> => {
      const error: unknown = await gate()
        .admit(request({}, { headers }), 1_000)
        .catch((reason: unknown) => reason);
      return (error as Error).message;
    };
    expect(await message({ 'belfry-node': undefined })).toBe('belfry-node: is missing.');
    expect(await message({ 'belfry-node': '../../etc' })).toContain('belfry-node: is not');
    expect(await message({ 'belfry-nonce': 'short' })).toContain('belfry-nonce: is not');
    expect(await message({ 'belfry-nonce': 'a b\nc'.repeat(9) })).toContain('belfry-nonce: is not');
    expect(await message({ 'belfry-timestamp': '1e99' })).toContain('belfry-timestamp: is not');
    expect(await message({ 'belfry-signature': 'x' })).toContain('belfry-signature: is not');
    expect(await message({ 'belfry-signature': 'A'.repeat(86) })).toContain('is not that of this');
    expect(await codeOf(request({}, { headers: { 'belfry-protocol': '2' } }))).toBe('protocol');
    expect(await codeOf(request({}, { headers: { 'belfry-protocol': '1' } }))).toBe('admitted');
    expect(refused).toContain('protocol');
  });

  test('of a new node brings its key along, whose id it must have', async () => {
    const admitNew = (asked: FleetRequest, key: string) => gate().admitNew(asked, 1_000, () => key);
    const { node: id } = await admitNew(request({}, { by: stranger }), stranger.publicKey);
    expect(id).toBe(stranger.id);
    await expect(admitNew(request(), stranger.publicKey)).rejects.toMatchObject({
      code: 'bad_signature',
    });
    await expect(admitNew(request(), 'A'.repeat(20))).rejects.toMatchObject({
      code: 'bad_request',
    });
  });
});

describe('the keys of nodes', () => {
  test('are fetched once, also by many at once, and so many are kept', async () => {
    const nodes = Array.from({ length: 5 }, signingNode);
    const fetched: string[] = [];
    const keys = new NodeKeys({
      max: 3,
      async fetch(id) {
        fetched.push(id);
        return nodes.find((each) => each.id === id)?.publicKey ?? null;
      },
    });
    const [a, b, c, d] = nodes.map(({ id }) => id) as [string, string, string, string];
    await Promise.all([keys.get(a), keys.get(a), keys.get(b), keys.get(c)]);
    await keys.get(a);
    expect(fetched).toEqual([a, b, c]);
    // The one that was used longest ago makes room.
    await keys.get(d);
    expect(keys.size).toBe(3);
    await keys.get(a);
    await keys.get(b);
    expect(fetched).toEqual([a, b, c, d, b]);
    expect(await keys.get('n-nobody')).toBeNull();
    expect(await keys.get('n-nobody')).toBeNull();
    expect(fetched).toHaveLength(7);
  });
});
