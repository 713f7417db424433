import type {
  Epoch,
  Offset,
  PublicationInput,
  PublishOptions,
  PublishResult,
} from '../channel-store.ts';
import type { Batcher } from './batcher.ts';
import { batcher, partitionIn, placeOf, type Core } from './core.ts';
import { deliveryName } from './place.ts';
import { encodePassing } from './publication-codec.ts';
import { checkChannel, checkLine, checkMillis, checkWhole } from './validate.ts';

const DEFAULT_IDEMPOTENCY_TTL_MS = 300_000;
const MAX_BATCH = 256;
const OVERHEAD_BYTES = 96;
/** Of what is not kept. */
const NO_POSITION = { offset: 0 as Offset, epoch: '' as Epoch };

interface Publishing {
  readonly publication: PublicationInput;
  readonly options: PublishOptions;
}

/** Publishes what Beacons and people publish; what one partition gets in one turn of the event loop goes together. */
export class Publisher {
  readonly #core: Core;
  readonly #batches: Batcher<Publishing, PublishResult>;

  constructor(core: Core) {
    this.#core = core;
    this.#batches = batcher(core, {
      maxItems: MAX_BATCH,
      run: (partition, items: readonly Publishing[]) => this.#run(partition, items),
    });
  }

  async publish(publication: PublicationInput, options: PublishOptions): Promise<PublishResult> {
    const { channel, body, origin, history } = publication;
    checkChannel(channel);
    checkLine('origin', origin);
    checkWhole('history.size', history.size, { min: 0 });
    checkMillis('history.ttlMs', history.ttlMs);
    checkMillis('history.metaTtlMs', history.metaTtlMs);
    return this.#batches.add(
      partitionIn(this.#core, channel),
      { publication, options },
      channel.length + body.length + OVERHEAD_BYTES,
    );
  }

  async #run(partition: number, items: readonly Publishing[]): Promise<readonly PublishResult[]> {
    const { link, counters } = this.#core;
    const [first] = items;
    if (items.length === 1 && first !== undefined && isPassing(first)) {
      return [await this.#pass(partition, first)];
    }
    const args = link.head('publish');
    for (const { publication, options } of items) {
      const { channel, body, origin, history } = publication;
      args.push(
        channel,
        body,
        origin,
        String(history.size),
        String(history.ttlMs),
        String(history.metaTtlMs),
        options.idempotencyKey ?? '',
        String(Math.ceil(options.idempotencyTtlMs ?? DEFAULT_IDEMPOTENCY_TTL_MS)),
        options.version === undefined ? '' : String(options.version),
        options.versionEpoch ?? '',
      );
    }
    const reply = (await link.run(placeOf(this.#core, partition), args, {
      internal: true,
    })) as [unknown, ...(number | string)[]];
    counters.addStats(reply[0]);
    return items.map((_, i) => {
      const published = reply[3 * i + 3] === 1;
      if (published) counters.add('publications');
      return {
        offset: reply[3 * i + 1] as Offset,
        epoch: reply[3 * i + 2] as Epoch,
        published,
      };
    });
  }

  /** Delivers one of which nothing is kept: it takes no script, which costs the server several times what the command does. */
  async #pass(
    partition: number,
    { publication: { channel, body, origin } }: Publishing,
  ): Promise<PublishResult> {
    const { link, counters } = this.#core;
    const place = placeOf(this.#core, partition);
    const payload = encodePassing({ time: link.now(), origin, body });
    await link.command(place, ['SPUBLISH', deliveryName(place, channel), payload], {
      internal: true,
    });
    counters.add('batches');
    counters.add('publications');
    return { published: true, ...NO_POSITION };
  }
}

/** Nothing is kept of it, neither in a history nor against repetitions. */
function isPassing({ publication, options }: Publishing): boolean {
  return publication.history.size === 0 && (options.idempotencyKey ?? '') === '';
}
