import { createHash, type KeyObject, verify } from 'node:crypto';
import { nodeIdOf, SIGNATURE_HEADERS, signedText } from '@belfry/protocol';
import type { TokenStore } from '@belfry/store';
import { nonceMemoryMs, readSignature, type Signature, timeFault } from './core/check-signature.ts';
import { type FleetError, nodeError } from './fleet-error.ts';
import type { FleetRequest } from './fleet-request.ts';
import { type NodeKeys, publicKeyOf } from './node-keys.ts';

export interface NodeGateOptions {
  readonly keys: Pick<NodeKeys, 'get'>;
  /** Remembers nonces, for all processes together. */
  readonly tokens: TokenStore;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** What was signed before is refused: nonces from then are known to nobody any more. 0: they all are. */
  readonly notBefore: number;
  /** Told why a request is refused. */
  readonly onRefused: (code: string) => void;
}

/** What came in a request whose signature is right. */
export interface SignedBody {
  readonly node: string;
  readonly body: Uint8Array;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Lets in what a node has signed, once. */
export class NodeGate {
  readonly #options: NodeGateOptions;

  constructor(options: NodeGateOptions) {
    this.#options = options;
  }

  /** Of a node that is known. Rejects with a `FleetError`. */
  async admit(request: FleetRequest, maxBytes: number): Promise<SignedBody> {
    const signature = this.#read(request);
    const key = await this.#options.keys.get(signature.node);
    if (key === null) {
      throw this.#refused(
        nodeError('unknown_node', `${SIGNATURE_HEADERS.node}: is not known here; register first.`),
      );
    }
    const body = await request.body(maxBytes);
    await this.#check({ request, signature, key, body });
    return { node: signature.node, body };
  }

  /**
   * Of one that says which key it has.
   *
   * @param keyOf finds the key, in base64url, in the body; throws when there is none
   */
  async admitNew(
    request: FleetRequest,
    maxBytes: number,
    keyOf: (body: Uint8Array) => string,
  ): Promise<SignedBody> {
    const signature = this.#read(request);
    const body = await request.body(maxBytes);
    const text = keyOf(body);
    const key = publicKeyOf(text);
    if (key === null) throw nodeError('bad_request', 'publicKey: is no Ed25519 key.');
    if (nodeIdOf(sha256(Buffer.from(text, 'base64url'))) !== signature.node) {
      throw this.#refused(
        nodeError('bad_signature', `${SIGNATURE_HEADERS.node}: is not the id that publicKey has.`),
      );
    }
    await this.#check({ request, signature, key, body });
    return { node: signature.node, body };
  }

  #refused(error: FleetError): FleetError {
    this.#options.onRefused(error.code);
    return error;
  }

  #read(request: FleetRequest): Signature {
    const { now, notBefore } = this.#options;
    const read = readSignature((name) => request.header(name));
    const fault = 'code' in read ? read : timeFault(read.timestamp, { now: now(), notBefore });
    if (fault !== null) throw this.#refused(nodeError(fault.code, fault.message));
    return read as Signature;
  }

  async #check(what: {
    readonly request: FleetRequest;
    readonly signature: Signature;
    readonly key: KeyObject;
    readonly body: Uint8Array;
  }): Promise<void> {
    const { request, signature, key, body } = what;
    const { method, host, path } = request;
    const { node, timestamp, nonce } = signature;
    const bodyHash = sha256(body).toString('base64url');
    const text = signedText({ method, host, path, timestamp, nonce, bodyHash });
    if (!verify(null, Buffer.from(text), key, Buffer.from(signature.signature, 'base64url'))) {
      const message = `${SIGNATURE_HEADERS.signature}: is not that of this request (${method} ${host}${path.slice(0, 200)}) by this node's key.`;
      throw this.#refused(nodeError('bad_signature', message));
    }
    const { tokens, now } = this.#options;
    // A bucket of one token that is full again when nobody would take the request any more.
    const intervalMs = Math.max(1, Math.ceil(nonceMemoryMs(timestamp, now())));
    const name = `fleet-nonce/${node}/${nonce}`;
    const { granted } = await tokens.take(name, [{ rate: 1, intervalMs }], 1);
    if (granted > 0) return;
    throw this.#refused(
      nodeError('nonce_used', `${SIGNATURE_HEADERS.nonce}: was used before; sign with a new one.`),
    );
  }
}
