import { createHash } from 'node:crypto';
import { isActorId } from '@belfry/protocol';

/** The id of the actor that lists a user's jobs. Of users whose names an actor may not have, it is a hash after a `=`. */
export function jobsOf(user: string): string {
  if (isActorId(user) && !user.startsWith('=')) return user;
  return `=${createHash('sha256').update(user).digest('base64url')}`;
}
