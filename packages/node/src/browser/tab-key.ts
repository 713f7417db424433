import { nodeIdOf } from '@belfry/protocol';
import type { NodeKey } from '../agent/ports.ts';
import type { TabDatabase } from './tab-database.ts';

/** Why a browser cannot be a node, for its user. */
export class UnsupportedBrowser extends Error {
  override readonly name = 'UnsupportedBrowser';
}

/** The key of this browser's node, made now if there is none. Nobody can read it, the page neither. */
export async function tabKey(database: TabDatabase): Promise<NodeKey> {
  let keys = await database.keys();
  if (keys === undefined) {
    keys = await makeKeys();
    await database.keepKeys(keys);
  }
  const { privateKey, publicKey } = keys;
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  const keyHash = new Uint8Array(await crypto.subtle.digest('SHA-256', raw));
  const encoder = new TextEncoder();
  return {
    node: nodeIdOf(keyHash),
    publicKey: base64url(raw),
    sign: async (text) => {
      const signature = await crypto.subtle.sign('Ed25519', privateKey, encoder.encode(text));
      return base64url(new Uint8Array(signature));
    },
    hash: async (text) => {
      const hash = await crypto.subtle.digest('SHA-256', encoder.encode(text));
      return base64url(new Uint8Array(hash));
    },
  };
}

async function makeKeys(): Promise<CryptoKeyPair> {
  try {
    return await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  } catch (cause) {
    throw new UnsupportedBrowser(
      'This browser cannot sign with Ed25519. Chrome and Edge from 137, Firefox from 129 and Safari from 17 on can.',
      { cause },
    );
  }
}

function base64url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
