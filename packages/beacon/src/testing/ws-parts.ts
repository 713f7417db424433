import type { Writable } from 'node:stream';
import * as ws from 'ws';

/** The parts of `ws` that its types leave out: the reference for what reads frames here. */
interface WsParts {
  readonly Receiver: new (options: {
    readonly isServer: boolean;
    readonly maxPayload?: number;
    readonly allowSynchronousEvents?: boolean;
    readonly extensions?: Readonly<Record<string, unknown>>;
  }) => Writable;
  readonly PerMessageDeflate: new (options: { readonly isServer: boolean }) => {
    accept(offers: readonly object[]): object;
  };
}

export const { Receiver, PerMessageDeflate } = ws as unknown as WsParts;
