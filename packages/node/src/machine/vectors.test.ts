import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { canonicalJson, nodeIdOf, RangeFold, signedText } from '@belfry/protocol';
import { pythonWith } from '@belfry/testkit';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const DOCS = new URL('../../../../docs/', import.meta.url);
const PYTHON = new URL('../../python/', import.meta.url);
/** What comes before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const PKCS8 = '302e020100300506032b657004220420';

interface Vectors {
  readonly signature: {
    readonly privateKeyHex: string;
    readonly publicKey: string;
    readonly node: string;
    readonly body: string;
    readonly request: {
      readonly method: string;
      readonly host: string;
      readonly path: string;
      readonly timestamp: number;
      readonly nonce: string;
    };
    readonly bodyHash: string;
    readonly signedText: string;
    readonly signature: string;
  };
  readonly canonical: readonly { readonly json: string; readonly canonical: string }[];
  readonly order: readonly {
    readonly from: number;
    readonly blocks: number;
    readonly value: string;
  }[];
}

const text = readFileSync(new URL('node-protocol-vectors.json', DOCS), 'utf8');
const vectors = JSON.parse(text) as Vectors;

test('what the vectors of the node protocol say is what is computed here', () => {
  const { privateKeyHex, body, request, ...expected } = vectors.signature;
  const der = Buffer.from(PKCS8 + privateKeyHex, 'hex');
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'jwk' }).x ?? '';
  const keyHash = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  const bodyHash = createHash('sha256').update(body).digest('base64url');
  const signed = signedText({ ...request, bodyHash });
  expect({
    publicKey,
    node: nodeIdOf(keyHash),
    bodyHash,
    signedText: signed,
    signature: sign(null, Buffer.from(signed), key).toString('base64url'),
  }).toEqual(expected);
  for (const { json, canonical } of vectors.canonical) {
    expect(canonicalJson(JSON.parse(json))).toBe(canonical);
  }
  for (const { from, blocks, value } of vectors.order) {
    const fold = new RangeFold<string>((a, b) => `(${a}+${b})`, from);
    for (let i = 0; i < blocks; i++) fold.push({ from: from + i, blocks: 1 }, String(from + i));
    expect(fold.value()).toBe(value);
  }
});

test('the document shows them', () => {
  const document = readFileSync(new URL('node-protocol.md', DOCS), 'utf8');
  const { signedText: signed, signature, node, publicKey, privateKeyHex } = vectors.signature;
  for (const each of [signed, signature, node, publicKey, privateKeyHex]) {
    expect(document).toContain(each);
  }
  expect(document).toContain(vectors.order[4]?.value);
});

test('a node in Python computes the same', { timeout: 240_000 }, async (context) => {
  const python = await pythonWith(['cryptography==45.0.7'], ['cryptography']);
  if (python instanceof Error) {
    context.skip(`cryptography could not be installed, so this was not run: ${python.message}`);
    return;
  }
  const script = fileURLToPath(new URL('check_vectors.py', PYTHON));
  const file = fileURLToPath(new URL('node-protocol-vectors.json', DOCS));
  const { stdout } = await run(python, [script, file]);
  const { signature, order } = vectors;
  const { privateKeyHex: _key, body: _body, request: _request, ...expected } = signature;
  expect(JSON.parse(stdout)).toEqual({
    ...expected,
    order: Object.fromEntries(order.map(({ from, blocks, value }) => [`${from}+${blocks}`, value])),
  });
});
