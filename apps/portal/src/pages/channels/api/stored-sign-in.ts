import type { SignIn } from './admin-types.ts';

const KEY = 'belfry.admin';

function isSignIn(value: unknown): value is SignIn {
  if (typeof value !== 'object' || value === null) return false;
  const { token, expiresAt, scope } = value as Partial<SignIn>;
  return typeof token === 'string' && typeof expiresAt === 'number' && typeof scope === 'string';
}

/** This window's sign-in, which other windows do not have; `null`: there is none. It may have run out. */
export function storedSignIn(): SignIn | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    return isSignIn(value) ? value : null;
  } catch {
    return null;
  }
}

/** Keeps a sign-in for as long as the window is open; `null` forgets it. */
export function storeSignIn(signIn: SignIn | null): void {
  try {
    if (signIn === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(signIn));
  } catch {
    // Then a reload asks for it again.
  }
}

/** The code of a link (`#code=…`); `null`: there is none. */
export function codeIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('code');
}

/** Takes the code out of the address, so that it is neither in the history nor in a bookmark. */
export function takeCode(): string | null {
  const code = codeIn(location.hash);
  if (code !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}
