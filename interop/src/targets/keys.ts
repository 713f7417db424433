/** Key pairs of this run, for tokens that are not signed with a shared secret. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JsonObject } from '../json.ts';

export type KeyAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curves = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
};

function pairOf(algorithm: KeyAlgorithm): {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
} {
  return algorithm in curves ? curves[algorithm as keyof typeof curves] : rsa;
}

export function privateKey(algorithm: KeyAlgorithm): KeyObject {
  return pairOf(algorithm).privateKey;
}

/** PEM, as `rsa_public_key` and `ecdsa_public_key` take it. */
export function publicPem(algorithm: KeyAlgorithm): string {
  return pairOf(algorithm).publicKey.export({ format: 'pem', type: 'spki' }).toString();
}

const inKeySet: readonly KeyAlgorithm[] = ['RS256', 'ES256', 'ES384', 'ES512'];

/** What a JWKS endpoint answers: a key for each algorithm, with its name as `kid`. */
export const keySet: JsonObject = {
  keys: inKeySet.map((algorithm) => ({
    ...(pairOf(algorithm).publicKey.export({ format: 'jwk' }) as JsonObject),
    alg: algorithm,
    kid: algorithm,
    use: 'sig',
  })),
};
