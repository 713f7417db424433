import type { Held, InboxMessage, Send, SendResult } from '../actor-store.ts';
import { checkActor, checkInteger, checkName, checkText } from './checks.ts';
import type { Operation } from './link.ts';
import { op } from './wire.ts';
import type { WireReader, WireValue } from './wire.ts';

const DEFAULT_INBOX_LIMIT = 1000;
export const MAX_COUNT = 1_000_000_000;

export function writeSend(out: WireValue[], message: Send): void {
  out.push(
    checkActor('to', message.to),
    checkText('body', message.body),
    message.id === undefined ? null : checkName('id', message.id),
    message.mustExist === true,
    checkInteger('inboxLimit', message.inboxLimit ?? DEFAULT_INBOX_LIMIT, [0, MAX_COUNT]),
  );
}

export const sendOperation: Operation<Send, SendResult> = {
  code: op.send,
  write: writeSend,
  read: (from) => from.text() as SendResult,
};

export function writeHeld(out: WireValue[], held: Held): void {
  out.push(
    checkActor('actor', held.actor),
    checkInteger('fence', held.fence, [0, Number.MAX_SAFE_INTEGER]),
  );
}

export function readMessages(from: WireReader): InboxMessage[] {
  const messages: InboxMessage[] = [];
  for (let left = from.number(); left > 0; left--) {
    messages.push({ seq: from.number(), at: from.number(), body: from.text() });
  }
  return messages;
}

export const releaseOperation: Operation<Held, void> = {
  code: op.release,
  write: writeHeld,
  read: () => undefined,
};

export const inboxOperation: Operation<
  { held: Held; maxMessages: number },
  readonly InboxMessage[] | null
> = {
  code: op.inbox,
  write(out, { held, maxMessages }) {
    writeHeld(out, held);
    out.push(checkInteger('maxMessages', maxMessages, [0, MAX_COUNT]));
  },
  read: (from) => (from.flag() ? readMessages(from) : null),
};
