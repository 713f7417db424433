import type { DialectName } from '../load/dialects.ts';

/** A server that runs, on the server's core. */
export interface RunningServer extends AsyncDisposable {
  /** Where clients connect. */
  readonly port: number;
  /** Where publications are sent: another server than `port`'s in a row of two. `null`: there is no server API. */
  readonly apiPort: number | null;
  /** By name: whose CPU and memory count. */
  readonly pids: Readonly<Record<string, number>>;
}

/** What a row needs of a server. */
export interface ServerNeeds {
  /** Two of it over a Redis. */
  readonly overRedis: boolean;
  readonly core: number;
}

/** A server that is measured. */
export interface Target {
  readonly name: string;
  readonly version: string;
  readonly dialect: DialectName;
  /** How it looks at who connects. */
  readonly auth: string;
  /** Whether two of it can work over a Redis here. */
  readonly overRedis: boolean;
  start(needs: ServerNeeds): Promise<RunningServer>;
}

/** A target that cannot be measured here, and why. */
export interface Missing {
  readonly name: string;
  readonly why: string;
}
