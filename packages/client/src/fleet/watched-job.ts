import { type PublicationContext, SubscriptionState } from 'centrifuge';
import { type ChunkProgress, jobChannel, type JobStatus, type JobView } from '@belfry/protocol';
import { BelfryError } from '../belfry-error.ts';
import { Listeners, type Off } from '../listeners.ts';
import { unsubscribedError } from '../subscription-end.ts';
import type { FleetCaller } from './fleet-caller.ts';
import type { JobChannels } from './job-channels.ts';
import type { JobHandle, TypedJobResult, TypedJobView } from './job-handle.ts';

const ENDED: ReadonlySet<JobStatus> = new Set(['done', 'failed', 'cancelled']);
/** How often the server is asked as long as the channel gives nothing, in ms. */
const ASK_EVERY_MS = 15_000;

/** What a handle needs of its client. */
export interface JobHost {
  readonly channels: JobChannels;
  readonly caller: FleetCaller;
  /** Why the connection has ended for good; `null` while it is there or tried. */
  connectionEnd(): BelfryError | null;
  onConnectionEnd(listener: (error: BelfryError) => void): Off;
}

function hasEnded({ status }: Pick<JobView, 'status'>): boolean {
  return ENDED.has(status);
}

/** What is alive while somebody watches. */
interface Watch {
  end(): void;
}

/** The one implementation of `JobHandle`: a subscription while somebody watches, and calls. */
export class WatchedJob<Result, Summary> implements JobHandle<Result, Summary> {
  readonly id: string;
  readonly created: boolean;
  readonly #host: JobHost;
  readonly #views = new Listeners<TypedJobView<Summary>>();
  readonly #chunks = new Listeners<ChunkProgress>();
  readonly #errors = new Listeners<BelfryError>();
  #latest: TypedJobView<Summary> | null = null;
  #watchers = 0;
  #watch: Watch | null = null;
  #heardAt = 0;
  /** How many views came on the channel. */
  #heard = 0;

  constructor(host: JobHost, { id, created }: { readonly id: string; readonly created: boolean }) {
    this.#host = host;
    this.id = id;
    this.created = created;
  }

  get latest(): TypedJobView<Summary> | null {
    return this.#latest;
  }

  onView(
    listener: (view: TypedJobView<Summary>) => void,
    onError: (error: BelfryError) => void = () => {},
  ): Off {
    const offs = [this.#views.add(listener), this.#errors.add(onError)];
    if (this.#latest !== null) listener(this.#latest);
    return this.#watching(offs);
  }

  onChunk(listener: (progress: ChunkProgress) => void): Off {
    return this.#watching([this.#chunks.add(listener)]);
  }

  async view(): Promise<TypedJobView<Summary>> {
    const heard = this.#heard;
    const view = await this.#host.caller.call<TypedJobView<Summary>>({
      method: 'GET',
      path: `/jobs/${this.id}`,
    });
    // What came on the channel meanwhile is newer.
    if (this.#heard === heard) this.#receive(view);
    return view;
  }

  cancel(): Promise<TypedJobView<Summary>> {
    return this.#change('cancel');
  }

  retry(): Promise<TypedJobView<Summary>> {
    return this.#change('retry');
  }

  async result({ signal }: { readonly signal?: AbortSignal } = {}): Promise<
    TypedJobResult<Result, Summary>
  > {
    for await (const view of this.#untilEnd(signal)) {
      if (!hasEnded(view)) continue;
      if (view.status === 'done') break;
      const why = view.status === 'cancelled' ? 'it was cancelled' : (view.failure ?? 'it failed');
      throw new BelfryError('rejected', `job ${this.id}: ${why}`);
    }
    return this.#host.caller.call({ method: 'GET', path: `/jobs/${this.id}/result`, signal });
  }

  [Symbol.asyncIterator](): AsyncIterator<TypedJobView<Summary>> {
    return this.#untilEnd();
  }

  /** Who is slow gets the latest view, not all of them. */
  async *#untilEnd(signal?: AbortSignal): AsyncGenerator<TypedJobView<Summary>, void> {
    let next: TypedJobView<Summary> | null = null;
    let failed: BelfryError | null = null;
    let wake = (): void => {};
    const off = this.onView(
      (view) => {
        next = view;
        wake();
      },
      (error) => {
        failed = error;
        wake();
      },
    );
    const onAbort = (): void => {
      failed = new BelfryError('closed', `job ${this.id}: the waiting was given up`);
      wake();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      for (;;) {
        const view = next as TypedJobView<Summary> | null;
        next = null;
        if (view !== null) {
          yield view;
          if (hasEnded(view)) return;
        } else if (failed !== null) {
          throw failed as BelfryError;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      off();
    }
  }

  async #change(what: 'cancel' | 'retry'): Promise<TypedJobView<Summary>> {
    const path = `/jobs/${this.id}/${what}`;
    const view = await this.#host.caller.call<TypedJobView<Summary>>({
      method: 'POST',
      path,
      body: {},
    });
    this.#receive(view);
    return view;
  }

  /** Watches until `off`, and while others do. */
  #watching(offs: readonly Off[]): Off {
    this.#watchers++;
    this.#watch ??= this.#begin();
    let isOff = false;
    return () => {
      if (isOff) return;
      isOff = true;
      for (const off of offs) off();
      this.#watchers--;
      if (this.#watchers === 0) this.#end();
    };
  }

  #begin(): Watch {
    const { channels, onConnectionEnd, connectionEnd } = this.#host;
    const channel = jobChannel(this.id);
    const subscription = channels.acquire(channel);
    const onPublication = (context: PublicationContext): void => this.#published(context);
    const onSubscribed = (): void => {
      // What the channel does not keep any more the job itself knows.
      if (this.#latest === null) this.#ask();
    };
    const onUnsubscribed = ({ code, reason }: { code: number; reason: string }): void =>
      this.#errors.emit(unsubscribedError(channel, code, reason));
    subscription.on('publication', onPublication);
    subscription.on('subscribed', onSubscribed);
    subscription.on('unsubscribed', onUnsubscribed);
    if (subscription.state === SubscriptionState.Subscribed) this.#ask();
    else subscription.subscribe();
    const offEnd = onConnectionEnd((error) => this.#errors.emit(error));
    const ended = connectionEnd();
    if (ended !== null) queueMicrotask(() => this.#errors.emit(ended));
    this.#heardAt = Date.now();
    const timer = setInterval(() => {
      if (Date.now() - this.#heardAt >= ASK_EVERY_MS) this.#ask();
    }, ASK_EVERY_MS / 3);
    return {
      end() {
        clearInterval(timer);
        offEnd();
        subscription.off('publication', onPublication);
        subscription.off('subscribed', onSubscribed);
        subscription.off('unsubscribed', onUnsubscribed);
        channels.release(channel);
      },
    };
  }

  #end(): void {
    this.#watch?.end();
    this.#watch = null;
  }

  #ask(): void {
    this.#heardAt = Date.now();
    this.view().catch((error: unknown) => {
      const isOver = error instanceof BelfryError && !error.temporary;
      if (isOver) this.#errors.emit(error);
    });
  }

  #published({ data }: PublicationContext): void {
    const said = data as JobView | ChunkProgress | null;
    if (said?.type === 'chunk') this.#chunks.emit(said);
    if (said?.type !== 'job') return;
    this.#heardAt = Date.now();
    this.#heard++;
    this.#receive(said as TypedJobView<Summary>);
  }

  #receive(view: TypedJobView<Summary>): void {
    this.#latest = view;
    this.#views.emit(view);
  }
}
