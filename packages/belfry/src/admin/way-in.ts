import type { AdminScope } from './admin-token.ts';

/** The portal's page for operators. */
export const CHANNELS_PAGE = '/channels';

/**
 * A link that signs its reader in once, within minutes. The code stands behind the `#`, which no browser sends to a server or passes on
 * as a referrer.
 *
 * @param url the server's, without a path
 */
export async function wayIn(
  url: string,
  { secret, scope }: { readonly secret: string; readonly scope: AdminScope },
): Promise<string> {
  const { createAdminTokens } = await import('./admin-token.ts');
  const code = await createAdminTokens(secret).signCode(scope, Date.now());
  return `${url}${CHANNELS_PAGE}#code=${code}`;
}
