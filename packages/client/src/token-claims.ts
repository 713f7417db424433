export interface TokenClaims {
  /** The user. */
  readonly sub?: string;
  /** When it expires, in seconds since the Unix epoch. */
  readonly exp?: number;
}

/** Reads the claims of a JWT without checking them (the server does); `{}` for what is not a JWT. */
export function tokenClaims(token: string): TokenClaims {
  const payload = token.split('.')[1];
  if (payload === undefined) return {};
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const text = new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
    const claims: unknown = JSON.parse(text);
    if (typeof claims !== 'object' || claims === null) return {};
    return {
      ...('sub' in claims && typeof claims.sub === 'string' ? { sub: claims.sub } : {}),
      ...('exp' in claims && typeof claims.exp === 'number' ? { exp: claims.exp } : {}),
    };
  } catch {
    return {};
  }
}
