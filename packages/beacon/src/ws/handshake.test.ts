import { describe, expect, it } from 'vitest';
import { chooseSubprotocol, handshakeProblem, handshakeResponse } from './handshake.ts';

const headers = {
  upgrade: 'WebSocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};

describe('the handshake', () => {
  it('answers the example of RFC 6455', () => {
    expect(handshakeProblem({ method: 'GET', headers })).toBeNull();
    expect(handshakeResponse(headers, { subprotocol: null, deflate: false })).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    );
  });

  it('names the subprotocol and the extension that it takes', () => {
    const answer = handshakeResponse(headers, { subprotocol: 'centrifuge-json', deflate: true });
    expect(answer).toContain('\r\nSec-WebSocket-Protocol: centrifuge-json\r\n');
    expect(answer).toContain(
      '\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n\r\n',
    );
  });

  it.each([
    ['another method', { method: 'POST' }],
    ['another protocol', { headers: { ...headers, upgrade: 'h2c' } }],
    ['no key', { headers: { ...headers, 'sec-websocket-key': undefined } }],
    ['a short key', { headers: { ...headers, 'sec-websocket-key': 'AAAA' } }],
    ['another version', { headers: { ...headers, 'sec-websocket-version': '8' } }],
  ])('refuses %s', (_, wrong) => {
    expect(handshakeProblem({ method: 'GET', headers, ...wrong })).toEqual(expect.any(String));
  });

  it.each([
    [undefined, null],
    ['', null],
    ['centrifuge-json', 'centrifuge-json'],
    ['mqtt, centrifuge-protobuf', 'centrifuge-protobuf'],
    ['centrifuge-protobuf, centrifuge-json', 'centrifuge-protobuf'],
    ['Centrifuge-JSON', null],
  ])('of the subprotocols %j it takes %j', (offered, expected) => {
    expect(chooseSubprotocol(offered, ['centrifuge-json', 'centrifuge-protobuf'])).toBe(expected);
  });
});
