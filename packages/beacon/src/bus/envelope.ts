import type { NodeInfo } from './messages.ts';

/** The most characters of a message between Beacons. */
export const MAX_ENVELOPE: number = 4 * 1024 * 1024;

/** How a message travels. `from` is the sender's node. */
export type Envelope =
  /** `again`: everyone is asked to announce itself too. */
  | {
      readonly kind: 'here';
      readonly from: string;
      readonly info: NodeInfo;
      readonly again: boolean;
    }
  | { readonly kind: 'bye'; readonly from: string }
  | { readonly kind: 'tell'; readonly from: string; readonly message: { readonly type: string } }
  | {
      readonly kind: 'ask';
      readonly from: string;
      readonly id: number;
      readonly question: { readonly type: string };
    }
  /** `failed`: there is no answer, and none will come. */
  | {
      readonly kind: 'answer';
      readonly from: string;
      readonly id: number;
      readonly answer?: unknown;
      readonly failed?: true;
    };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTyped(value: unknown): boolean {
  return isRecord(value) && typeof value['type'] === 'string';
}

const FIGURES = ['connections', 'users', 'channels', 'subscriptions', 'uptime', 'cpu', 'rss'];

function isInfo(value: unknown, from: string): boolean {
  return (
    isRecord(value) &&
    value['uid'] === from &&
    typeof value['name'] === 'string' &&
    typeof value['version'] === 'string' &&
    FIGURES.every((name) => typeof value[name] === 'number')
  );
}

/** Reads one; `null`: it is nothing that this version understands. */
export function readEnvelope(body: string): Envelope | null {
  if (body.length > MAX_ENVELOPE) return null;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  const { kind, from, id } = value;
  if (typeof from !== 'string') return null;
  const understood =
    (kind === 'here' && isInfo(value['info'], from)) ||
    kind === 'bye' ||
    (kind === 'tell' && isTyped(value['message'])) ||
    (kind === 'ask' && isTyped(value['question']) && Number.isSafeInteger(id)) ||
    (kind === 'answer' && Number.isSafeInteger(id));
  return understood ? (value as Envelope) : null;
}
