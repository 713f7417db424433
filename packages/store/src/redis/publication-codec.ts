import type { Epoch, Offset, Publication } from '../channel-store.ts';

/** What came over a channel. */
export type Delivery =
  | { readonly type: 'publication'; readonly publication: Publication; readonly epoch: Epoch }
  | { readonly type: 'signal'; readonly body: string };

const SIGNAL = 's';

/** The payload of a signal. A publication's begins with a digit. */
export function encodeSignal(body: string): string {
  return SIGNAL + body;
}

/** The payload of a publication that is not kept, as scripts/includes/channel.lua makes it. */
export function encodePassing(publication: Pick<Publication, 'time' | 'origin' | 'body'>): string {
  const { time, origin, body } = publication;
  return `0 ${time}  ${origin}\n${body}`;
}

/** Reads a payload: a signal, or `<offset> <time> <epoch> <origin>\n<body>` as scripts/includes/channel.lua makes it. */
export function decodeDelivery(payload: string): Delivery {
  if (payload.startsWith(SIGNAL)) return { type: 'signal', body: payload.slice(1) };
  const { publication, epoch } = decodePublication(payload);
  return { type: 'publication', publication, epoch };
}

/** Reads an item of a history. */
export function decodePublication(item: string): { publication: Publication; epoch: Epoch } {
  const line = item.indexOf('\n');
  const first = item.indexOf(' ');
  const second = item.indexOf(' ', first + 1);
  const third = item.indexOf(' ', second + 1);
  return {
    publication: {
      offset: Number(item.slice(0, first)) as Offset,
      time: Number(item.slice(first + 1, second)),
      body: item.slice(line + 1),
      origin: item.slice(third + 1, line),
    },
    epoch: item.slice(second + 1, third) as Epoch,
  };
}
