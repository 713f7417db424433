import { isUtf8 } from 'node:buffer';
import { BadFrameError, decodeCommands, type Command, type ConnectRequest } from '@belfry/protocol';

/** Text of bytes. @throws BadFrameError when they are not UTF-8 */
function textOf(data: Buffer): string {
  if (!isUtf8(data)) throw new BadFrameError('a frame is not UTF-8');
  return data.toString('utf8');
}

/**
 * Reads the commands of a JSON frame that nobody has looked at yet.
 *
 * @throws BadFrameError close with 3501
 */
export function decodeJsonFrame(data: Buffer): Command[] {
  return decodeCommands(textOf(data));
}

/**
 * Reads a connect request that stands by itself, as clients of unidirectional connections send it.
 *
 * @throws BadFrameError when it is none
 */
export function decodeConnectRequest(data: Buffer): ConnectRequest {
  const text = textOf(data);
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new BadFrameError('a connect request is not JSON', { cause });
  }
  // One JSON value by itself, so it stays one inside; line feeds in it can only be spaces.
  const [command] = decodeCommands(`{"id":1,"connect":${text.replaceAll('\n', ' ')}}`);
  if (command?.type !== 'connect') throw new BadFrameError('a connect request is not an object');
  return command.request;
}
