import { allPartitions, type Lane, type Member, type Partition } from '@belfry/store';

const ROLE_OF: Readonly<Record<Lane, Member['roles'][number]>> = {
  message: 'worker',
  tick: 'ticker',
};

/**
 * Whom of the live members a lane of a partition prefers: the highest of a hash over (member, partition) among those with the lane's
 * role, or among all when none has it. Everyone who knows the same members names the same one, and a member that comes or goes moves
 * only its own share. The hash leaves the lane out, so that a process with both roles keeps an actor's messages and ticks together.
 */
export function preferredMember(
  partition: Partition,
  lane: Lane,
  members: readonly Member[],
): Member | null {
  const able = members.filter((member) => member.roles.includes(ROLE_OF[lane]));
  let best: Member | null = null;
  let bestScore = -1;
  for (const member of able.length > 0 ? able : members) {
    const score = hash(`${partition}/${member.id}`);
    if (score > bestScore || (score === bestScore && best !== null && member.id > best.id)) {
      best = member;
      bestScore = score;
    }
  }
  return best;
}

/** The partitions that prefer one member, by lane. */
export type Preferences = Readonly<Record<Lane, ReadonlySet<Partition>>>;

export const NO_PREFERENCES: Preferences = { message: new Set(), tick: new Set() };

/** All the partitions that prefer the member `id`. */
export function preferencesOf(
  id: string,
  members: readonly Member[],
  partitions: number,
): Preferences {
  const own = (lane: Lane): Set<Partition> =>
    new Set(allPartitions(partitions).filter((p) => preferredMember(p, lane, members)?.id === id));
  return { message: own('message'), tick: own('tick') };
}

/** FNV-1a over the UTF-16 code units, then MurmurHash3's finalizer, for FNV's high bits hardly feel the last characters. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
