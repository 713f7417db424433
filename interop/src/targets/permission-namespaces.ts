/** Namespaces that differ in one permission, and what each of them allows whom. */
import type { JsonObject } from '../json.ts';

export const COMMANDS = ['subscribe', 'publish', 'history', 'presence'] as const;
export type Command = (typeof COMMANDS)[number];

interface Permission {
  readonly command: Command;
  /** Whom options of the namespace name: `allow_<command>_for_<whom>`. */
  readonly whom: readonly ('client' | 'subscriber' | 'anonymous')[];
}

const permissions: readonly Permission[] = COMMANDS.flatMap((command) => {
  const subscriber = command === 'subscribe' ? [] : [['subscriber'], ['subscriber', 'anonymous']];
  const ways = [['client'], ['anonymous'], ['client', 'anonymous'], ...subscriber] as const;
  return ways.map((whom) => ({ command, whom: whom as Permission['whom'] }));
});

function nameOf({ command, whom }: Permission): string {
  return `${command}-${whom.join('-')}`;
}

export const permissionNamespaces: readonly JsonObject[] = permissions.map((permission) => ({
  name: nameOf(permission),
  presence: true,
  history_size: 5,
  history_ttl: '300s',
  ...Object.fromEntries(
    permission.whom.map((whom) => [`allow_${permission.command}_for_${whom}`, true]),
  ),
}));

export interface Asker {
  readonly isAnonymous: boolean;
  readonly isSubscribed: boolean;
}

/** By namespace, what somebody may do on its channels by the documentation. */
export function allowedTo({ isAnonymous, isSubscribed }: Asker): Readonly<Record<string, string>> {
  const may = ({ command, whom }: Permission): boolean =>
    // Whoever is subscribed does not ask to be.
    !(command === 'subscribe' && isSubscribed) &&
    (!isAnonymous || whom.includes('anonymous')) &&
    (whom.includes('client') || (whom.includes('subscriber') && isSubscribed));
  return Object.fromEntries(
    permissions.map((each) => [nameOf(each), may(each) ? each.command : 'nothing']),
  );
}
