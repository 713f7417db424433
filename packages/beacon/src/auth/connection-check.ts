import type { ChannelStore } from '@belfry/store';
import type { ClientConfig } from '../config.ts';
import type { TokenFault } from '../core/claims.ts';
import { Revocations } from '../core/revocations.ts';
import type { Log } from '../log.ts';
import { RevocationKeeper, REVOKED_CHANNEL } from '../runtime/revocation-keeper.ts';
import { tokenVerifiers } from './token-verifier.ts';

export interface ConnectionCheckOptions {
  /** `client` of the configuration. */
  readonly client: ClientConfig;
  /** A view of its own: what operators revoke is kept there. */
  readonly channels: ChannelStore;
  readonly log: Log;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Tells who connection tokens are for, as a Beacon does; for what else is asked with them. */
export interface ConnectionCheck {
  /** `''`: the token names nobody. `revoked`: the token, or its user, was shut out. */
  userOf(token: string): Promise<{ readonly user: string } | TokenFault | 'revoked'>;
  isBlocked(user: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** @throws TypeError naming the option that is not what it must be */
export function createConnectionCheck(options: ConnectionCheckOptions): ConnectionCheck {
  const { client, channels, log, now } = options;
  const { connection } = tokenVerifiers(client, { now, log });
  const revocations = new Revocations();
  const keeper = new RevocationKeeper({
    store: channels,
    revocations,
    onChange: () => {},
    onError: (error, doing) =>
      log({ level: 'warn', message: `${doing} failed`, fields: { problem: String(error) } }),
    now,
  });
  const changed = (): void => {
    keeper.interrupted();
    keeper.advance(now());
  };
  channels.attach({ onPublication: changed, onSignal: () => {}, onInterrupted: changed });
  let listening: Promise<void> | undefined;

  /** Resolves when what is revoked is known. */
  async function ready(): Promise<void> {
    // What is revoked meanwhile is heard of, or read.
    listening ??= channels.subscribe(REVOKED_CHANNEL).catch(() => {
      listening = undefined;
    });
    await listening;
    keeper.advance(now());
    await keeper.firstLoad;
  }

  return {
    async userOf(token) {
      const claims = await connection.connection(token);
      if (typeof claims === 'string') return claims;
      await ready();
      const { user } = claims;
      const isOut =
        revocations.isBlocked(user, now()) ||
        (claims.token !== undefined &&
          revocations.isRevoked(claims.token, { user, channel: null }, now()));
      return isOut ? 'revoked' : { user };
    },
    async isBlocked(user) {
      await ready();
      return revocations.isBlocked(user, now());
    },
    async stop() {
      await listening;
      if (listening !== undefined) await channels.unsubscribe(REVOKED_CHANNEL);
    },
  };
}
