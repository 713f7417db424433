/** A request as the fleet's API sees it, whoever carries it. */
export interface FleetRequest {
  /** Upper case. */
  readonly method: string;
  /** As in the `Host` header. */
  readonly host: string;
  /** With its query, as on the request line. */
  readonly path: string;
  /** In lower case. Of several the first. */
  header(name: string): string | undefined;
  /** The body. Rejects with a `FleetError` when there are more bytes, or when it does not arrive in time. */
  body(maxBytes: number): Promise<Uint8Array>;
  /** What limits for people without a name count by. */
  readonly address: string;
}

/** Takes what is told while it happens. */
export interface EventSink {
  /** @param id names the event, for who comes back; `null`: it has none */
  send(event: string, data: string, id: string | null): void;
  /** Nothing more is coming. */
  end(): void;
  /** How much has not been sent yet, in bytes. */
  readonly behind: number;
}

/** How it is answered. */
export type FleetAnswer =
  | {
      readonly type: 'json';
      readonly status: number;
      readonly value: unknown;
      /** Seconds after which it may be tried again. */
      readonly retryAfter?: number | undefined;
    }
  /** A file that never changes under its name. */
  | { readonly type: 'file'; readonly contentType: string; readonly text: string }
  /** Server-sent events: `run` begins them, and gives what ends them when the reader has gone. */
  | { readonly type: 'events'; run(sink: EventSink): Promise<() => void> };
