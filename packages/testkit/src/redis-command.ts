import { connect } from 'node:net';

/**
 * Sends one command to the Redis at `port` of 127.0.0.1 over a connection of its own and resolves to the text of the reply (of a
 * status, a number or a bulk string). For launchers and tests that look at a server from outside of any driver.
 *
 * Rejects when the server answers with an error, with anything else, or not within 2 s.
 */
export async function redisCommand(
  port: number,
  ...args: readonly (string | number)[]
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ port, host: '127.0.0.1' });
  const timer = setTimeout(
    () => reject(new Error(`redis at ${port}: no answer to ${args[0]} within 2 s`)),
    2_000,
  );
  let received = Buffer.alloc(0);
  socket.on('error', reject);
  socket.on('close', () =>
    reject(new Error(`redis at ${port}: closed the connection on ${args[0]}`)),
  );
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    try {
      const text = replyText(received);
      if (text !== null) resolve(text);
    } catch (error) {
      reject(error);
    }
  });
  const parts = args.map((arg) => `$${Buffer.byteLength(String(arg))}\r\n${arg}\r\n`);
  socket.write(`*${args.length}\r\n${parts.join('')}`);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** `null`: it is not all there yet. */
function replyText(received: Buffer): string | null {
  const lineEnd = received.indexOf('\r\n');
  if (lineEnd < 0) return null;
  const rest = received.toString('utf8', 1, lineEnd);
  switch (String.fromCharCode(received[0] ?? 0)) {
    case '+':
    case ':':
      return rest;
    case '$': {
      const start = lineEnd + 2;
      const end = start + Number(rest);
      if (end < start) return '';
      return received.length < end + 2 ? null : received.toString('utf8', start, end);
    }
    default:
      throw new Error(`redis answered ${JSON.stringify(received.toString('utf8', 0, lineEnd))}`);
  }
}
