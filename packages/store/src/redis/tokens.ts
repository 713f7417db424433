import type { TokenBucket, TokenGrant, TokenStore } from '../token-store.ts';
import { partitionIn, placeOf, type Core } from './core.ts';
import { checkLine, checkWhole } from './validate.ts';

/** Token buckets on Redis. */
export class RedisTokens implements TokenStore {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async take(key: string, buckets: readonly TokenBucket[], want: number): Promise<TokenGrant> {
    checkLine('key', key);
    checkWhole('want', want, { min: 1 });
    const { link } = this.#core;
    const args = link.head('tokens');
    args.push(key, String(want));
    for (const { rate, intervalMs } of buckets) {
      checkWhole('rate', rate, { min: 1 });
      checkWhole('intervalMs', intervalMs, { min: 1 });
      args.push(String(rate), String(intervalMs));
    }
    const place = placeOf(this.#core, partitionIn(this.#core, key));
    // Asked twice it takes twice, which costs a user a token and nobody else anything.
    const [granted, retryMs] = (await link.run(place, args, { idempotent: true })) as [
      number,
      number,
    ];
    return { granted, retryMs };
  }
}
