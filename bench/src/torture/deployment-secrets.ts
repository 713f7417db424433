import { hkdfSync, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';

/** What all processes of a deployment share, and who knows it. */
export interface DeploymentSecrets {
  readonly env: Readonly<Record<string, string>>;
  /** A connection token, good for a day. */
  token(user: string): Promise<string>;
  /** An operator's, good for a day. */
  operatorToken(): Promise<string>;
}

/** Makes them up. */
export function makeSecrets(): DeploymentSecrets {
  const secret = randomBytes(32).toString('hex');
  const admin = randomBytes(32).toString('hex');
  const sign = (jwt: SignJWT, key: Uint8Array): Promise<string> =>
    jwt.setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1d').sign(key);
  return {
    env: {
      BELFRY_CLIENT_TOKEN_HMAC_SECRET_KEY: secret,
      BELFRY_ADMIN_SECRET: admin,
      BELFRY_RANDOM_SECRET: randomBytes(32).toString('hex'),
      BELFRY_LOG_FORMAT: 'json',
    },
    token: (user) =>
      sign(
        new SignJWT({ info: { name: user } }).setSubject(user),
        new TextEncoder().encode(secret),
      ),
    operatorToken: () =>
      sign(
        new SignJWT({ scope: 'all' }),
        // As the server makes it.
        new Uint8Array(hkdfSync('sha256', admin, '', 'belfry admin token v1', 32)),
      ),
  };
}
