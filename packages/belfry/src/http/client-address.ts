import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * What a rate limit counts by: the client's IPv4 address, or the /64 of its IPv6 address (one household has that many).
 *
 * @param header the header a trusted proxy passes the address on in; its last entry counts, which is the one that proxy wrote
 */
export function clientAddress(request: IncomingMessage, header: string | undefined): string {
  const given = header === undefined ? undefined : request.headers[header.toLowerCase()];
  const list = Array.isArray(given) ? given.at(-1) : given;
  const passedOn = list?.split(',').at(-1)?.trim() ?? '';
  const address = passedOn === '' ? (request.socket.remoteAddress ?? 'unknown') : passedOn;
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((part) => part !== '');
  if (tail !== undefined) {
    const after = tail.split(':').filter((part) => part !== '').length;
    while (groups.length + after < 8) groups.push('0');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Whether a request comes from this machine. */
export function isSameMachine({ socket }: IncomingMessage): boolean {
  const { remoteAddress = '', localAddress } = socket;
  if (remoteAddress === '') return false;
  return (
    remoteAddress === '::1' ||
    /^(::ffff:)?127\./.test(remoteAddress) ||
    remoteAddress === localAddress
  );
}
