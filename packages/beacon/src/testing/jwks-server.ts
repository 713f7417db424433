import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

/** A private key whose public half is in a key set. */
export interface SigningKey {
  readonly jwk: JWK;
  sign(claims: Record<string, unknown>): Promise<string>;
  /** The same without saying which key it was. */
  signUnnamed(claims: Record<string, unknown>): Promise<string>;
}

/** Makes a key pair. */
export async function signingKey(alg: string, kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const signAs = (header: { alg: string; kid?: string }) => (claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: signAs({ alg, kid }),
    signUnnamed: signAs({ alg }),
  };
}

/** An HTTP server with key sets. */
export interface JwksServer extends AsyncDisposable {
  readonly url: string;
  /** By path. */
  readonly sets: Map<string, readonly JWK[]>;
  /** What was asked for. */
  readonly requests: string[];
  /** `error`: answers with 500. `hang`: does not answer. */
  mode: 'ok' | 'error' | 'hang' | 'garbage';
}

/** Starts one on a port of its own. */
export async function startJwksServer(): Promise<JwksServer> {
  const sets = new Map<string, readonly JWK[]>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    if (jwks.mode === 'hang') return;
    const keys = sets.get(path);
    if (jwks.mode === 'error') response.writeHead(500).end();
    else if (jwks.mode === 'garbage') response.end('<html>');
    else if (keys === undefined) response.writeHead(404).end();
    else response.end(JSON.stringify({ keys }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const jwks: JwksServer = {
    url: `http://127.0.0.1:${port}`,
    sets,
    requests,
    mode: 'ok',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return jwks;
}
