/** What the measuring process and its load processes say to each other. */

export interface LoadRole {
  readonly store:
    | { readonly type: 'embedded'; readonly dataDir: string }
    | { readonly type: 'redis'; readonly url: string };
  /** The rate of `beater` actors. */
  readonly hz: number;
  /** How many publications a channel keeps. */
  readonly history: number;
}

export type LoadOrder =
  /** Runs actors from now on. */
  | { readonly type: 'run' }
  /** Answers when every message has been accepted. */
  | {
      readonly type: 'produce';
      readonly total: number;
      readonly actors: number;
      readonly window: number;
    }
  /** Brings ticking actors into being. */
  | { readonly type: 'wind'; readonly actors: number }
  /** Counts the messages that are in the states of so many adders. */
  | { readonly type: 'count'; readonly actors: number }
  | { readonly type: 'clear-lateness' }
  | { readonly type: 'figures'; readonly lateness?: boolean; readonly repeatedOf?: number }
  | { readonly type: 'stop' };

export interface LoadAnswer {
  readonly counters: Readonly<Record<string, number>>;
  readonly storeCounters: Readonly<Record<string, number>>;
  /** Of the process since its start. */
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  /** How late each tick ran, in ms. */
  readonly lateness: readonly number[];
  /** What `count` found. */
  readonly applied: number;
  /** Ticks whose number was not above the last one's. */
  readonly repeated: number;
}
