/** A server under test, as a process of its own. */

export interface RunningTarget extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly pid: number;
  /** What a client publishes comes back to it by another way than the answer: before or after it. */
  readonly echoesApart?: boolean;
  /** Resolves when the process has ended. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

export interface Target {
  readonly name: 'belfry' | 'centrifugo';
  /** Starts it with a config file of Centrifugo v6, which is the same for all targets. */
  start(configFile: string): Promise<RunningTarget>;
}
