/** Nodes without HTTP and Beacon: they speak to the actors through the store, as the Sentinel's API does for real ones. */
import { AskError, type Asker } from '@belfry/actors';
import {
  encodeActorMessage,
  nodeChannel,
  type Attempt,
  type HoldsReply,
  type JobView,
  type NodePush,
} from '@belfry/protocol';
import { resultDigest, type ResultMessage } from '@belfry/sentinel';
import type { ChannelStore, Store } from '@belfry/store';

export interface StoreNodesOptions {
  readonly store: Store;
  /** With a listener of its own. */
  readonly channels: ChannelStore;
  readonly asker: Asker;
  readonly nodes: number;
  readonly slots: number;
  /** What nodes say that a chunk took, in ms. */
  readonly saidMs: number;
}

const HEARTBEAT_MS = 5_000;
const BUSY_MS = 200;
/** As the kind `job` has it. */
const INBOX_LIMIT = 4_000;

export class StoreNodes {
  readonly #options: StoreNodesOptions;
  readonly #over = new Set<string>();
  readonly #timers: NodeJS.Timeout[] = [];
  faults = 0;
  fault = '';

  constructor(options: StoreNodesOptions) {
    this.#options = options;
  }

  async join(): Promise<void> {
    const { channels, asker, nodes, slots } = this.#options;
    channels.attach({
      onPublication: (channel, { body }) => {
        const { data } = JSON.parse(body) as { data: NodePush };
        if (data.type === 'assigned') this.#take(channel.slice('node:'.length), data.attempts);
      },
      onSignal: () => undefined,
      onInterrupted: () => undefined,
    });
    for (let n = 0; n < nodes; n++) {
      const node = `bench-${n}`;
      await channels.subscribe(nodeChannel(node));
      await asker.create(`node/${node}`, {
        type: 'register',
        publicKey: '',
        name: node,
        capabilities: { slots, runtime: 'bench', platform: 'bench', version: '0' },
        claim: { owner: 'owner', pool: 'default', access: { type: 'everyone' }, trusted: false },
      });
      this.#timers.push(setInterval(() => void this.#heartbeat(node), HEARTBEAT_MS));
    }
  }

  /** Submits a job of so many blocks. */
  async submit(job: string, blocks: number): Promise<void> {
    const request = { simulation: 'noop', input: { blocks } };
    const owner = 'user';
    await this.#options.asker.create(`job/${job}`, {
      type: 'submit',
      owner,
      operator: true,
      request,
    });
  }

  async view(job: string): Promise<JobView> {
    for (;;) {
      try {
        return (await this.#options.asker.ask(`job/${job}`, { type: 'view' })) as JobView;
      } catch (error) {
        // Its inbox is full of results, as the nodes have it.
        if (!(error instanceof AskError && error.code === 'full')) throw error;
        await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
      }
    }
  }

  end(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async #heartbeat(node: string): Promise<void> {
    const { asker, slots } = this.#options;
    const message = { type: 'heartbeat', slots, draining: false, progress: [] };
    try {
      const { attempts } = (await asker.ask(`node/${node}`, message)) as HoldsReply;
      this.#take(node, attempts);
    } catch (error) {
      if (!(error instanceof AskError && error.code === 'closed')) this.#failed(error);
    }
  }

  #take(node: string, attempts: readonly Attempt[]): void {
    for (const attempt of attempts) {
      if (this.#over.has(attempt.attempt)) continue;
      this.#over.add(attempt.attempt);
      this.#complete(node, attempt).catch((error: unknown) => this.#failed(error));
    }
  }

  async #complete(node: string, { attempt, job, from, blocks }: Attempt): Promise<void> {
    const { store, saidMs } = this.#options;
    const value = { blocks, sum: from * blocks + (blocks * (blocks - 1)) / 2 };
    const data: ResultMessage = {
      type: 'result',
      node,
      attempt,
      ms: saidMs,
      result: JSON.stringify(value),
      digest: resultDigest(value),
    };
    const body = encodeActorMessage({ type: 'message', from: { type: 'system' }, data });
    const send = { to: `job/${job}`, id: attempt, body, mustExist: true } as const;
    while ((await store.actors.send({ ...send, inboxLimit: INBOX_LIMIT })) === 'full') {
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    }
  }

  #failed(error: unknown): void {
    this.faults++;
    if (this.fault === '') this.fault = String(error);
  }
}
