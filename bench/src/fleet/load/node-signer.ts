import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { NODE_PROTOCOL, nodeIdOf, SIGNATURE_HEADERS, signedText } from '@belfry/protocol';

/** A node's identity, and the signatures of its requests. */
export class NodeSigner {
  readonly node: string;
  /** 32 bytes in base64url. */
  readonly publicKey: string;
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
    this.publicKey = createPublicKey(key).export({ format: 'jwk' }).x ?? '';
    this.node = nodeIdOf(sha256(Buffer.from(this.publicKey, 'base64url')));
  }

  static create(): NodeSigner {
    return new NodeSigner(generateKeyPairSync('ed25519').privateKey);
  }

  /** @param pem PKCS #8, as the agent keeps it */
  static fromPem(pem: string): NodeSigner {
    return new NodeSigner(createPrivateKey(pem));
  }

  /** The headers of a request that is sent now. */
  headers(request: {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly body: string;
  }): Record<string, string> {
    const { method, host, path, body } = request;
    const timestamp = Date.now();
    const nonce = randomBytes(12).toString('base64url');
    const bodyHash = sha256(body).toString('base64url');
    const text = signedText({ method, host, path, timestamp, nonce, bodyHash });
    return {
      [SIGNATURE_HEADERS.node]: this.node,
      [SIGNATURE_HEADERS.timestamp]: String(timestamp),
      [SIGNATURE_HEADERS.nonce]: nonce,
      [SIGNATURE_HEADERS.signature]: sign(null, Buffer.from(text), this.#key).toString('base64url'),
      [SIGNATURE_HEADERS.protocol]: String(NODE_PROTOCOL),
    };
  }
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
