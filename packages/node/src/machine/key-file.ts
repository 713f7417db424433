import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeIdOf } from '@belfry/protocol';
import type { NodeKey } from '../agent/ports.ts';
import { NodeSetupError } from './setup-error.ts';

const FILE = 'node-key.pem';

/** A key that is gone when the process ends. */
export function newKey(): NodeKey {
  return keyOf(generateKeyPairSync('ed25519').privateKey);
}

/** The key of the node in a data directory, made now if there is none. Only its owner can read the file. */
export function keyInDirectory(directory: string): NodeKey {
  const file = join(directory, FILE);
  const present = read(file);
  if (present !== undefined) return present;
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = join(directory, `.${FILE}-${randomBytes(6).toString('hex')}`);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    writeFileSync(draft, pem, { mode: 0o600, flush: true });
    // A link is made once or not at all: two processes that start together agree on one key.
    linkSync(draft, file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EPERM' || code === 'ENOTSUP') renameSync(draft, file);
    else if (code !== 'EEXIST') {
      throw new NodeSetupError(`data directory ${directory}: it cannot be written: ${message}`, {
        cause: error,
      });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return read(file) ?? keyOf(privateKey);
}

function read(file: string): NodeKey | undefined {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new NodeSetupError(`${file}: it cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
    throw new NodeSetupError(
      `${file}: others can read it (mode ${mode.toString(8)}), and with it pose as this node. If nobody has: chmod 600 ${file}; else remove it, and the node gets a new identity.`,
    );
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return keyOf(key);
  } catch {
    // Said below.
  }
  throw new NodeSetupError(
    `${file}: it is no Ed25519 private key in PEM. Restore it, or remove it, and the node gets a new identity.`,
  );
}

function keyOf(privateKey: KeyObject): NodeKey {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = jwk.x ?? '';
  const keyHash = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  return {
    node: nodeIdOf(keyHash),
    publicKey,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    hash: (text) => createHash('sha256').update(text).digest('base64url'),
  };
}
