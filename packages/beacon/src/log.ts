/** Something worth a line in a log. `fields` are plain data without secrets or payloads. */
export interface BeaconEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type Log = (event: BeaconEvent) => void;
