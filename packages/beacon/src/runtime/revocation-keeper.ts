import type { ChannelStore, HistoryPolicy, PresenceEntry } from '@belfry/store';
import { internalChannel } from '../core/internal-channel.ts';
import {
  revocationKey,
  type Revocation,
  type Revocations,
  type Revoked,
} from '../core/revocations.ts';

/** Where they are kept: presence is a set with keys and an end for each. Every change is also a publication there. */
export const REVOKED_CHANNEL: string = internalChannel('revoked');
/** How often the store is asked for those that this process may not have heard of, in ms. */
const RELOAD_MS = 60_000;
/** How soon it is asked again when it did not answer. */
const RETRY_MS = 1_000;
/** What does not end by itself ends after ten years. */
const FOREVER_MS = 10 * 365 * 86_400_000;
const KEPT: HistoryPolicy = { size: 1, ttlMs: 60_000, metaTtlMs: 60_000 };
/** The most that a process holds. */
const MAX_REVOCATIONS = 1_000_000;
/** Users, tokens and channels with longer names cannot be revoked. */
export const MAX_REVOKED_NAME = 255;

interface Options {
  readonly store: Pick<ChannelStore, 'presence' | 'updatePresence' | 'removePresence' | 'publish'>;
  readonly revocations: Revocations;
  /** Told when others than before may be in force. */
  readonly onChange: (revoked?: Revoked) => void;
  readonly onError: (error: unknown, doing: string) => void;
  readonly now: () => number;
}

/** Keeps what is revoked in the store, and what this process knows of it up to date. */
export class RevocationKeeper {
  readonly #options: Options;
  #loadAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;
  #loaded = false;
  /** Something was missed since the store was last asked. */
  #missed = false;
  /** What was changed while the store was read: what it tells may be older. */
  #meanwhile: (() => void)[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  /** To be called often. */
  advance(now: number): void {
    if (now >= this.#loadAt && this.#loading === null) void this.#load();
  }

  /** Delivery was interrupted: changes may have been missed. */
  interrupted(): void {
    this.#loadAt = Number.NEGATIVE_INFINITY;
    this.#missed = true;
  }

  /** Resolves when the store has been asked once; `null`: it has been, or this process does not run yet. */
  get firstLoad(): Promise<void> | null {
    return this.#loaded ? null : this.#loading;
  }

  async #load(): Promise<void> {
    this.#loading = this.#read();
    await this.#loading;
    this.#loading = null;
  }

  async #read(): Promise<void> {
    const { store, revocations, onChange, onError, now } = this.#options;
    this.#meanwhile = [];
    this.#missed = false;
    try {
      const entries = await store.presence(REVOKED_CHANNEL);
      revocations.replace(entries.flatMap(revocationOf));
      for (const change of this.#meanwhile) change();
      revocations.sweep(now());
      this.#loaded = true;
      this.#loadAt = this.#missed ? now() : now() + RELOAD_MS;
      onChange();
    } catch (error) {
      this.#loadAt = now() + RETRY_MS;
      onError(error, 'reading what is revoked');
    }
  }

  /** Another process, or this one, has put it into the store. */
  apply(revocation: Revocation): void {
    this.#change(() => this.#options.revocations.add(revocation));
    this.#options.onChange(revocation.revoked);
  }

  /** Another process, or this one, has taken it out of the store. */
  lift(revoked: Revoked): void {
    this.#change(() => this.#options.revocations.remove(revoked));
  }

  #change(change: () => void): void {
    change();
    if (this.#loading !== null) this.#meanwhile.push(change);
  }

  /** Whether there is room for one more. */
  get isFull(): boolean {
    return this.#options.revocations.size >= MAX_REVOCATIONS;
  }

  async store(revocation: Revocation): Promise<void> {
    const { store, now } = this.#options;
    const { revoked, until } = revocation;
    const ttlMs = until === null ? FOREVER_MS : Math.max(1, until - now());
    const infoJson = JSON.stringify(revocation);
    const user = revoked.type;
    await store.updatePresence([
      { channel: REVOKED_CHANNEL, client: revocationKey(revoked), user, infoJson, ttlMs },
    ]);
    await this.#keep();
  }

  async unstore(revoked: Revoked): Promise<void> {
    await this.#options.store.removePresence(REVOKED_CHANNEL, revocationKey(revoked));
    await this.#keep();
  }

  /** Presence need not outlive the machine; what the store keeps of a channel does, and with it what was written there before. */
  async #keep(): Promise<void> {
    await this.#options.store.publish({
      channel: REVOKED_CHANNEL,
      body: '{}',
      origin: '',
      history: KEPT,
    });
  }
}

function revocationOf({ infoJson }: PresenceEntry): Revocation[] {
  try {
    const { revoked, until } = JSON.parse(infoJson) as Revocation;
    return typeof revocationKey(revoked) === 'string' ? [{ revoked, until }] : [];
  } catch {
    return [];
  }
}
