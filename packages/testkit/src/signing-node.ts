/** A node that signs, for tests. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { nodeIdOf, SIGNATURE_HEADERS, signedText } from '@belfry/protocol';

export interface SigningNode {
  readonly id: string;
  /** In base64url. */
  readonly publicKey: string;
  /** The headers of a request. Default time: now; nonce: new. */
  sign(request: {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly body?: string;
    readonly timestamp?: number;
    readonly nonce?: string;
  }): Record<string, string>;
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

export function signingNode(): SigningNode {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const id = nodeIdOf(sha256(Buffer.from(x, 'base64url')));
  return {
    id,
    publicKey: x,
    sign({ method, host, path, body = '', timestamp = Date.now(), nonce }) {
      const once = nonce ?? randomBytes(16).toString('base64url');
      const bodyHash = sha256(body).toString('base64url');
      const text = signedText({ method, host, path, timestamp, nonce: once, bodyHash });
      return {
        [SIGNATURE_HEADERS.node]: id,
        [SIGNATURE_HEADERS.timestamp]: String(timestamp),
        [SIGNATURE_HEADERS.nonce]: once,
        [SIGNATURE_HEADERS.signature]: sign(null, Buffer.from(text), privateKey).toString(
          'base64url',
        ),
      };
    },
  };
}
