import { createHmac } from 'node:crypto';

export const TOKEN_SECRET = 'bench-token-secret-0123456789abcdef012345';

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

/** A connection token (JWT, HS256) of a user of its own that is good for an hour. */
export function tokenOf(user: number): string {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = Buffer.from(`{"sub":"u${user}","exp":${exp}}`).toString('base64url');
  const signed = `${HEADER}.${claims}`;
  return `${signed}.${createHmac('sha256', TOKEN_SECRET).update(signed).digest('base64url')}`;
}
