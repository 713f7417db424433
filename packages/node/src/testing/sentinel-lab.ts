/**
 * A real HTTP server that speaks to nodes as a Sentinel does, with one job at a time and everything in memory: for what a node does by itself. How it does
 * with a real one is tested in `packages/belfry`.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import {
  type AckRequest,
  type AnySimulation,
  type Attempt,
  type AttemptFailure,
  canonicalJson,
  type CompleteRequest,
  type FailRequest,
  FLEET_PATH,
  type HeartbeatRequest,
  type HoldsReply,
  NODE_ERROR_STATUS,
  type NodeErrorCode,
  nodeIdOf,
  type NodeTimes,
  RangeFold,
  type RegisterRequest,
  runLocally,
  SIGNATURE_HEADERS,
  SIGNATURE_WINDOW_MS,
  signedText,
} from '@belfry/protocol';

export const DARTS: string = fileURLToPath(new URL('darts.mjs', import.meta.url));

export interface LabJob {
  readonly file: string;
  readonly input: unknown;
  readonly chunks: number;
  /** Of each chunk. */
  readonly blocks: number;
}

interface LabChunk {
  readonly from: number;
  attempt: string | null;
  node: string | null;
  result: unknown;
  failures: number;
}

interface LabNode {
  readonly key: KeyObject;
  readonly slots: number;
  slotsNow: number;
  seenAt: number;
  claimed: boolean;
}

class Refusal extends Error {
  readonly code: NodeErrorCode;

  constructor(code: NodeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_FAILURES = 3;
const JAVASCRIPT = 'text/javascript';
/** As Belfry's. */
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

export class SentinelLab implements AsyncDisposable {
  /** Long enough for a busy machine. */
  times: NodeTimes = {
    heartbeatMs: 200,
    suspectMs: 5_000,
    deadMs: 10_000,
    ackMs: 5_000,
    stallMs: 30_000,
  };
  /** What `register` says of nodes without a claim. */
  claimAll = true;
  state: HoldsReply['state'] = 'ready';
  /** Its clock is ahead by so much, in ms. */
  aheadMs = 0;
  /** All calls are answered 503. */
  isAway = false;
  /** These too. */
  readonly awayFor = new Set<string>();
  /** What else it serves, by path. */
  readonly pages = new Map<string, { readonly type: string; readonly text: string }>();
  readonly failures: AttemptFailure[] = [];
  readonly calls: string[] = [];
  readonly progressSeen: number[] = [];
  readonly registrations: RegisterRequest[] = [];
  left: string[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #nodes = new Map<string, LabNode>();
  readonly #nonces = new Set<string>();
  #job: LabJob = { file: DARTS, input: {}, chunks: 0, blocks: 1 };
  #jobId = 'j0';
  #code = '';
  #chunks: LabChunk[] = [];
  #next = 1;

  static async start(): Promise<SentinelLab> {
    const lab = new SentinelLab();
    await new Promise<void>((resolve) => {
      lab.#server.listen(0, '127.0.0.1', resolve);
    });
    return lab;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  get version(): string {
    return `sha256-${createHash('sha256').update(this.#code).digest('hex')}`;
  }

  get done(): number {
    return this.#chunks.filter(({ result }) => result !== undefined).length;
  }

  get poisoned(): number {
    return this.#chunks.filter(({ failures }) => failures >= MAX_FAILURES).length;
  }

  submit(job: LabJob): void {
    this.#job = job;
    this.#jobId = `j${this.#next++}`;
    this.#code = readFileSync(job.file, 'utf8');
    this.failures.length = 0;
    this.#chunks = Array.from({ length: job.chunks }, (_, index) => ({
      from: index * job.blocks,
      attempt: null,
      node: null,
      result: undefined,
      failures: 0,
    }));
  }

  /** What the chunks come to, and what one machine computes, as text. */
  async compare(): Promise<{ readonly fleet: string; readonly local: string }> {
    const { file, input } = this.#job;
    const module = (await import(file)) as { default: AnySimulation };
    const simulation = module.default;
    const fold = new RangeFold<unknown>((a, b) => simulation.merge(a, b) as unknown);
    for (const { from, result } of this.#chunks)
      fold.push({ from, blocks: this.#job.blocks }, result);
    const local = runLocally(simulation, input, { seed: 7 });
    return { fleet: canonicalJson(fold.value()), local: canonicalJson(local.result) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const { method = '', url = '' } = request;
    const send = (status: number, text: string, type = 'application/json'): void => {
      response.writeHead(status, {
        date: new Date(Date.now() + this.aheadMs).toUTCString(),
        'content-type': type,
        'content-security-policy': POLICY,
        ...(type === JAVASCRIPT ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
      });
      response.end(text);
    };
    const page = this.pages.get(url);
    if (page !== undefined) {
      send(200, page.text, page.type);
      return;
    }
    try {
      if (this.isAway) throw new Refusal('unavailable', 'away');
      if (url.startsWith(`${FLEET_PATH}/simulations/`)) {
        if (!url.endsWith(`/${this.version}.mjs`)) throw new Refusal('unknown_simulation', url);
        send(200, this.#code, JAVASCRIPT);
        return;
      }
      if (!url.startsWith(`${FLEET_PATH}/node/`)) {
        send(404, 'not found');
        return;
      }
      const call = url.slice(`${FLEET_PATH}/node/`.length).split('?')[0] ?? '';
      this.calls.push(call);
      if (this.awayFor.has(call)) throw new Refusal('unavailable', `away for ${call}`);
      const data = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
      const register = call === 'register' ? (data as unknown as RegisterRequest) : undefined;
      const node = this.#check({ method, url, body, request }, register?.publicKey);
      send(200, JSON.stringify(this.#answer(call, data, node)));
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'bad_request';
      const { message } = error as Error;
      send(NODE_ERROR_STATUS[code], JSON.stringify({ error: { code, message } }));
    }
  }

  #check(
    {
      method,
      url,
      body,
      request,
    }: { method: string; url: string; body: string; request: IncomingMessage },
    publicKey: string | undefined,
  ): string {
    const header = (name: keyof typeof SIGNATURE_HEADERS): string =>
      String(request.headers[SIGNATURE_HEADERS[name]]);
    const node = header('node');
    const timestamp = Number(header('timestamp'));
    const nonce = header('nonce');
    const key =
      publicKey === undefined
        ? this.#nodes.get(node)?.key
        : createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    if (key === undefined) throw new Refusal('unknown_node', 'register first');
    const text = signedText({
      method,
      host: request.headers.host ?? '',
      path: url,
      timestamp,
      nonce,
      bodyHash: createHash('sha256').update(body).digest('base64url'),
    });
    if (!verify(null, Buffer.from(text), key, Buffer.from(header('signature'), 'base64url'))) {
      throw new Refusal('bad_signature', 'not signed by this node');
    }
    if (Math.abs(timestamp - Date.now() - this.aheadMs) > SIGNATURE_WINDOW_MS) {
      throw new Refusal('clock_off', `the time is off`);
    }
    if (this.#nonces.has(nonce)) throw new Refusal('nonce_used', nonce);
    this.#nonces.add(nonce);
    return node;
  }

  #answer(call: string, data: Record<string, unknown>, node: string): unknown {
    this.#loseDead();
    switch (call) {
      case 'register':
        return this.#register(data as unknown as RegisterRequest, node);
      case 'token':
        throw new Refusal('unavailable', 'there is no Beacon here');
      case 'heartbeat':
        return this.#heartbeat(data as unknown as HeartbeatRequest, node);
      case 'holds':
        return this.#holds(node);
      case 'ack':
        return { acked: (data as unknown as AckRequest).attempts.length };
      case 'complete':
        return this.#complete(data as unknown as CompleteRequest);
      case 'fail':
        return this.#fail(data as unknown as FailRequest);
      case 'leave':
        this.left.push(node);
        for (const chunk of this.#chunks) if (chunk.node === node) lose(chunk);
        return {};
      case 'input':
        return { input: this.#job.input, roundInput: null };
      default:
        throw new Refusal('bad_request', `no call ${call}`);
    }
  }

  #register(request: RegisterRequest, node: string): unknown {
    const raw = Buffer.from(request.publicKey, 'base64url');
    if (node !== nodeIdOf(createHash('sha256').update(raw).digest())) {
      throw new Refusal('bad_signature', 'the id is not that of the key');
    }
    if (request.claim === 'old') throw new Refusal('bad_claim', 'claim: the token has expired');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: request.publicKey },
      format: 'jwk',
    });
    const { slots } = request.capabilities;
    this.registrations.push(request);
    const claimed = this.claimAll || request.claim !== undefined;
    this.#nodes.set(node, { key, slots, slotsNow: slots, seenAt: Date.now(), claimed });
    const { times } = this;
    if (claimed) return { node, status: 'claimed', pool: 'default', times };
    return {
      node,
      status: 'unclaimed',
      code: 'K7QF-3MZ2',
      codeExpiresAt: Date.now() + 60_000,
      times,
    };
  }

  #heartbeat({ slots, progress }: HeartbeatRequest, id: string): HoldsReply {
    const node = this.#nodes.get(id);
    if (node !== undefined) {
      node.seenAt = Date.now();
      node.slotsNow = slots;
    }
    for (const { blocks } of progress) this.progressSeen.push(blocks);
    this.#assign(id);
    return this.#holds(id);
  }

  #holds(id: string): HoldsReply {
    const node = this.#nodes.get(id);
    if (node !== undefined) node.seenAt = Date.now();
    const held = this.#chunks.filter((chunk) => chunk.node === id);
    return {
      now: Date.now(),
      state: this.state,
      times: this.times,
      attempts: held.map((chunk) => this.#attemptOf(chunk)),
    };
  }

  #assign(id: string): void {
    if (this.state !== 'ready') return;
    const slots = this.#nodes.get(id)?.slotsNow ?? 0;
    let room = slots * 2 - this.#chunks.filter(({ node }) => node === id).length;
    for (const chunk of this.#chunks) {
      if (room <= 0) return;
      if (chunk.node !== null || chunk.result !== undefined || chunk.failures >= MAX_FAILURES)
        continue;
      chunk.node = id;
      chunk.attempt = `a${this.#next++}`;
      room -= 1;
    }
  }

  #attemptOf({ attempt, from }: LabChunk): Attempt {
    const { input, blocks } = this.#job;
    const { count = 1_000 } = input as { count?: number };
    return {
      attempt: attempt ?? '',
      job: this.#jobId,
      simulation: 'darts',
      version: this.version,
      round: 0,
      seed: 7,
      from,
      blocks,
      blockIterations: count,
      firstIteration: from * count,
      assignedAt: Date.now(),
    };
  }

  #complete({ results }: CompleteRequest): unknown {
    const outcomes = results.map(({ attempt, result }) => {
      const chunk = this.#chunks.find((each) => each.attempt === attempt);
      if (chunk === undefined) return { attempt, outcome: 'unknown' };
      chunk.result = result;
      lose(chunk);
      return { attempt, outcome: 'received' };
    });
    for (const id of this.#nodes.keys()) this.#assign(id);
    return { outcomes };
  }

  #fail({ failures }: FailRequest): unknown {
    const outcomes = failures.map((failure) => {
      this.failures.push(failure);
      const chunk = this.#chunks.find(({ attempt }) => attempt === failure.attempt);
      if (chunk === undefined) return { attempt: failure.attempt, outcome: 'unknown' };
      if (failure.reason !== 'refused') chunk.failures += 1;
      lose(chunk);
      return { attempt: failure.attempt, outcome: 'received' };
    });
    return { outcomes };
  }

  #loseDead(): void {
    const now = Date.now();
    for (const chunk of this.#chunks) {
      if (chunk.node === null) continue;
      const seenAt = this.#nodes.get(chunk.node)?.seenAt ?? 0;
      if (now - seenAt > this.times.deadMs) lose(chunk);
    }
  }
}

function lose(chunk: LabChunk): void {
  chunk.node = null;
  chunk.attempt = null;
}
