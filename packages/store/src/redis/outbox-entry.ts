import type { Send } from '../actor-store.ts';
import type { ActorPublication } from '../channel-store.ts';
import { pushSend } from './sender.ts';

/** What waits in an outbox, as the arguments by which `apply.lua` takes it. */
export type OutboxFields = readonly string[];

/** An entry of an outbox as a process reads it. */
export interface OutboxEntry {
  /** Its number, growing within the source partition. */
  readonly number: string;
  readonly partition: number;
  readonly fields: OutboxFields;
}

/** The text of an entry without its number, which the script puts before it. */
export function encodeSend(partition: number, send: Send): string {
  const fields = ['s'];
  pushSend(fields, send);
  return `${partition} ${JSON.stringify(fields)}`;
}

export function encodePublication(partition: number, publication: ActorPublication): string {
  const { channel, body, history } = publication;
  const { size, ttlMs, metaTtlMs } = history;
  return `${partition} ${JSON.stringify(['p', channel, body, `${size} ${ttlMs} ${metaTtlMs}`])}`;
}

export function decodeEntry(text: string): OutboxEntry {
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  return {
    number: text.slice(0, first),
    partition: Number(text.slice(first + 1, second)),
    fields: JSON.parse(text.slice(second + 1)) as string[],
  };
}
