import {
  channelKey,
  channelNamespace,
  isActorId,
  type ChunkProgress,
  nodeUser,
  replyErrors,
} from '@belfry/protocol';
import { z } from 'zod';
import { ActorCalls, type ActorCallsOptions } from './actor-calls.ts';
import { FleetError } from './fleet-error.ts';

/** How long an answer on who may publish holds, in ms: nodes tell often how far they are. */
const REMEMBER_MS = 2_000;
const MAX_REMEMBERED = 20_000;
/** How long a job may take to answer, in ms: less than the Beacon waits. */
const ASK_TIMEOUT_MS = 3_000;

/** Whether a node may speak of a job. */
interface Remembered {
  readonly until: number;
  readonly allowed: Promise<boolean>;
  /** How often it did. */
  said: number;
}

const question = z.object({
  user: z.string().default(''),
  channel: z.string(),
  data: z.unknown().optional(),
});

const NODE = /^node:(n-[a-z2-7]{26})$/;
const count = z.int().min(0);
const progress: z.ZodType<ChunkProgress> = z.object({
  type: z.literal('chunk'),
  node: z.string(),
  from: count,
  blocks: count,
  done: count,
});

type Refusal = (typeof replyErrors)[keyof typeof replyErrors];

function refused({ code, message, temporary }: Refusal): string {
  return JSON.stringify({ error: { code, message, ...(temporary ? { temporary } : {}) } });
}

const FORBIDDEN = refused(replyErrors.permissionDenied);
const UNKNOWN = refused(replyErrors.unknownChannel);

/** How often a node may say how far it is in a job, in the time that an answer holds. */
const MAX_SAID = 40;

export interface BeaconBackendOptions {
  readonly actors: Pick<ActorCalls, 'job'>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/**
 * Decides for the Beacon, or for a Centrifugo in its place, who may be on `job:<id>` and `node:<id>`, and what nodes say on `job:<id>`. It takes the bodies of proxy
 * requests and gives those of their answers.
 */
export class BeaconBackend {
  readonly #options: BeaconBackendOptions;
  /** By job and node, the oldest first. */
  readonly #mayPublish = new Map<string, Remembered>();

  constructor(options: BeaconBackendOptions) {
    this.#options = options;
  }

  /** @param use `subscribe` or `publish` */
  async answer(use: string, body: string): Promise<string> {
    const { user, channel, data } = question.parse(JSON.parse(body));
    if (!isActorId(channelKey(channel))) return UNKNOWN;
    try {
      if (use === 'subscribe') return await this.#subscribe(user, channel);
      return use === 'publish' ? await this.#publish({ user, channel, data }) : FORBIDDEN;
    } catch (error) {
      if (error instanceof FleetError && error.status < 500) return UNKNOWN;
      throw error;
    }
  }

  async #subscribe(user: string, channel: string): Promise<string> {
    const key = channelKey(channel);
    switch (channelNamespace(channel)) {
      case 'node':
        return user === nodeUser(key) ? '{"result":{}}' : FORBIDDEN;
      case 'job': {
        const question = { type: 'may-subscribe', user, operator: false } as const;
        const { allowed } = await this.#options.actors.job(key, question);
        return allowed ? '{"result":{}}' : FORBIDDEN;
      }
      default:
        return UNKNOWN;
    }
  }

  async #publish(asked: z.infer<typeof question>): Promise<string> {
    const { user, channel, data } = asked;
    const node = NODE.exec(user)?.[1];
    if (node === undefined || channelNamespace(channel) !== 'job') return FORBIDDEN;
    const said = progress.safeParse(data);
    if (!said.success || said.data.node !== node) return refused(replyErrors.badRequest);
    const remembered = this.#remembered(channelKey(channel), node);
    if (remembered.said++ >= MAX_SAID) return refused(replyErrors.tooManyRequests);
    if (!(await remembered.allowed)) return FORBIDDEN;
    return JSON.stringify({ result: { data: said.data, skip_history: true } });
  }

  #remembered(job: string, node: string): Remembered {
    const { actors, now } = this.#options;
    const key = `${job}/${node}`;
    const known = this.#mayPublish.get(key);
    if (known !== undefined && known.until > now()) return known;
    const allowed = actors.job(job, { type: 'may-publish', node }).then((answer) => answer.allowed);
    // What failed is asked again.
    allowed.catch(() => this.#mayPublish.delete(key));
    const fresh = { until: now() + REMEMBER_MS, allowed, said: 0 };
    this.#mayPublish.delete(key);
    this.#mayPublish.set(key, fresh);
    if (this.#mayPublish.size > MAX_REMEMBERED) {
      const [oldest] = this.#mayPublish.keys();
      if (oldest !== undefined) this.#mayPublish.delete(oldest);
    }
    return fresh;
  }
}

/** Makes one for a process that has no API of the fleet. */
export function createBeaconBackend(
  options: Omit<ActorCallsOptions, 'timeoutMs'> & Pick<BeaconBackendOptions, 'now'>,
): BeaconBackend {
  const actors = new ActorCalls({ ...options, timeoutMs: ASK_TIMEOUT_MS });
  return new BeaconBackend({ actors, now: options.now });
}
