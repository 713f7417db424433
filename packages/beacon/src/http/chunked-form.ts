import type { StreamForm } from './stream-form.ts';

const CRLF = Buffer.from('\r\n');

/** One chunk of a body whose length is not known (RFC 9112, 7.1). */
export function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]);
}

/**
 * The same form as it goes over the network: with the framing of HTTP/1.1, so that finished bytes can be shared by all connections and
 * written straight to their sockets. `ServerResponse` would frame them anew for each.
 */
function chunkedForm(form: StreamForm): StreamForm {
  const maybe = (bytes: Uint8Array | null): Buffer | null => (bytes === null ? null : chunk(bytes));
  return {
    ...form,
    preface: maybe(form.preface),
    ping: chunk(form.ping),
    push: { write: (push) => chunk(form.push.write(push)) },
    reply: (reply) => maybe(form.reply(reply)),
    disconnect: (disconnect) => maybe(form.disconnect(disconnect)),
  };
}

/** A form for clients of each version of HTTP. */
export interface StreamForms {
  readonly chunked: StreamForm;
  /** HTTP/1.0, as some proxies speak it: the body ends with the connection. */
  readonly plain: StreamForm;
}

export function streamForms(plain: StreamForm): StreamForms {
  return { plain, chunked: chunkedForm(plain) };
}
