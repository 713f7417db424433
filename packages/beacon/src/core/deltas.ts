import {
  createFossilDelta,
  fromBase64,
  isBinaryPublication,
  memberText,
  type WirePublication,
} from '@belfry/protocol';
import type { Epoch, Publication } from '@belfry/store';
import { PreparedPush, type TransportInfo } from './transport.ts';

/** What all channels of a process may keep together for patches, in characters. Beyond it publications go out whole. */
export const MAX_DELTA_MEMORY: number = 64 * 1024 * 1024;
/** What patches to the recovered publications of one subscription may be made of, in characters; the rest goes out whole. */
export const MAX_RECOVERED_DELTAS: number = 256 * 1024;

/** The longest publication that is patched, in characters: a patch to one whose bytes are chosen badly takes a second for so many. */
export const MAX_PATCHED: number = 1024 * 1024;

/** How a connection is written to. */
export type Encoding = TransportInfo['encoding'];

const utf8 = new TextEncoder();

/** The data of a publication, as what patches are made of and to. */
export class DeltaData {
  readonly offset: number;
  readonly epoch: Epoch;
  readonly body: string;
  /** Bytes that are not JSON: JSON clients get them as base64, which is never patched. */
  readonly binary: boolean;
  #bytes: Uint8Array | null = null;
  #text: Uint8Array | null = null;

  constructor(publication: Pick<Publication, 'offset' | 'body'>, epoch: Epoch) {
    this.offset = publication.offset;
    this.body = publication.body;
    this.epoch = epoch;
    this.binary = isBinaryPublication(this.body);
  }

  /** The data as Protobuf clients have it. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= this.binary
      ? fromBase64(JSON.parse(memberText(this.body, 'b64data') ?? '""') as string)
      : utf8.encode(memberText(this.body, 'data') ?? 'null'));
  }

  /** JSON text of the data, as JSON clients have it. */
  get text(): Uint8Array {
    if (!this.binary) return this.bytes;
    return (this.#text ??= utf8.encode(memberText(this.body, 'b64data') ?? 'null'));
  }

  in(encoding: Encoding): Uint8Array {
    return encoding === 'json' ? this.text : this.bytes;
  }
}

/** A patch that makes `target` of `source` for connections of that encoding; `null`: none that is smaller than the target. */
function patchBetween(source: DeltaData, target: DeltaData, encoding: Encoding): Uint8Array | null {
  const binary = source.binary || target.binary;
  if (binary && encoding === 'json') return null;
  // One for both encodings, where it can be: text goes through JSON, so no character may be cut.
  return createFossilDelta(source.bytes, target.bytes, { utf8: !binary });
}

/** A publication on its way to subscriptions with deltas: made once for all of them. */
export class DeltaPush {
  readonly data: DeltaData;
  /** The publication of the channel before it, where it is known. */
  readonly previous: DeltaData | null;
  readonly #channel: string;
  readonly #publication: WirePublication;
  readonly #full: { json?: PreparedPush; protobuf?: PreparedPush } = {};
  readonly #patched: { json?: PreparedPush | null; protobuf?: PreparedPush | null } = {};
  #patch: Uint8Array | null | undefined = undefined;

  constructor(
    channel: string,
    publication: WirePublication,
    data: { readonly previous: DeltaData | null; readonly current: DeltaData },
  ) {
    this.#channel = channel;
    this.#publication = publication;
    this.previous = data.previous;
    this.data = data.current;
  }

  full(encoding: Encoding): PreparedPush {
    return (this.#full[encoding] ??= this.#push(false, this.data.in(encoding)));
  }

  /** To `previous`; `null`: there is no patch, or it is not smaller than the whole. */
  patched(encoding: Encoding): PreparedPush | null {
    const made = this.#patched[encoding];
    if (made !== undefined) return made;
    const bytes = this.#patchFor(encoding);
    return (this.#patched[encoding] = bytes === null ? null : this.#push(true, bytes));
  }

  #patchFor(encoding: Encoding): Uint8Array | null {
    const { previous, data } = this;
    if (previous === null) return null;
    if (encoding === 'json' && (previous.binary || data.binary)) return null;
    if (Math.max(previous.body.length, data.body.length) > MAX_PATCHED) return null;
    this.#patch ??= patchBetween(previous, data, encoding);
    return this.#patch;
  }

  #push(patch: boolean, bytes: Uint8Array): PreparedPush {
    const publication = { ...this.#publication, delta: { patch, bytes } };
    return new PreparedPush({ type: 'publication', channel: this.#channel, publication });
  }
}

/** What of a channel's publications patches can be made to: kept while someone here negotiated deltas. */
interface Kept {
  subscriptions: number;
  last: DeltaData | null;
}

/** The last publication of each channel that someone here gets deltas of. */
export class DeltaBases {
  readonly #channels = new Map<string, Kept>();
  readonly #maxCharacters: number;
  #characters = 0;

  constructor(maxCharacters: number = MAX_DELTA_MEMORY) {
    this.#maxCharacters = maxCharacters;
  }

  /** Characters kept. */
  get size(): number {
    return this.#characters;
  }

  /** A subscription with deltas has come. */
  add(channel: string): void {
    const kept = this.#channels.get(channel);
    if (kept === undefined) this.#channels.set(channel, { subscriptions: 1, last: null });
    else kept.subscriptions++;
  }

  /** It has gone. */
  remove(channel: string): void {
    const kept = this.#channels.get(channel);
    if (kept === undefined) return;
    kept.subscriptions--;
    if (kept.subscriptions > 0) return;
    this.#keep(kept, null);
    this.#channels.delete(channel);
  }

  /** Notes what a channel's last publication was, unless something is known that may be newer. */
  seed(channel: string, publication: Publication, epoch: Epoch): void {
    const kept = this.#channels.get(channel);
    if (kept?.last === null) this.#keep(kept, new DeltaData(publication, epoch));
  }

  /** Notes a publication. `null`: nobody here gets deltas of the channel. */
  published(channel: string, publication: Publication, epoch: Epoch): DeltaPush | null {
    if (this.#channels.size === 0) return null;
    const kept = this.#channels.get(channel);
    if (kept === undefined) return null;
    const current = new DeltaData(publication, epoch);
    const previous = kept.last;
    // One without an offset is known to nobody else: nothing is patched to it.
    this.#keep(kept, current.offset > 0 ? current : null);
    return new DeltaPush(channel, publication, { previous, current });
  }

  #keep(kept: Kept, last: DeltaData | null): void {
    this.#characters -= kept.last?.body.length ?? 0;
    const fits = last !== null && this.#characters + last.body.length <= this.#maxCharacters;
    kept.last = fits ? last : null;
    this.#characters += kept.last?.body.length ?? 0;
  }
}

/** Recovered publications for a subscription with deltas: the first one whole, each of the others as a patch to the one before it. */
export function recoveredAsDeltas(
  publications: readonly Publication[],
  epoch: Epoch,
  encoding: Encoding,
): WirePublication[] {
  let left = MAX_RECOVERED_DELTAS;
  let previous: DeltaData | null = null;
  return publications.map((publication) => {
    const data = new DeltaData(publication, epoch);
    left -= publication.body.length;
    const patch = previous === null || left < 0 ? null : patchBetween(previous, data, encoding);
    previous = data;
    const delta = { patch: patch !== null, bytes: patch ?? data.in(encoding) };
    return { ...publication, delta };
  });
}
