import type { Millis } from '../actor-store.ts';
import type { Member, Membership } from '../store.ts';
import type { Link } from './link.ts';
import type { Place } from './place.ts';
import { checkMillis } from './validate.ts';

/** Who is alive. */
export class RedisMembership implements Membership {
  readonly #link: Link;
  readonly #place: Place;

  constructor(link: Link, place: Place) {
    this.#link = link;
    this.#place = place;
  }

  async heartbeat(
    { id, roles }: Member,
    ttlMs: number,
  ): Promise<{ now: Millis; members: readonly Member[] }> {
    checkMillis('ttlMs', ttlMs);
    const args = this.#link.head('heartbeat');
    args.push(id, roles.join(','), String(ttlMs));
    const reply = await this.#link.run(this.#place, args, {
      idempotent: true,
    });
    const [now, ...fields] = reply as [number, ...string[]];
    const members: Member[] = [];
    for (let i = 0; i < fields.length; i += 2) {
      const [member, joined] = fields.slice(i, i + 2) as [string, string];
      members.push({
        id: member,
        roles: joined === '' ? [] : (joined.split(',') as Member['roles'][number][]),
      });
    }
    return { now, members };
  }

  async leave(id: string): Promise<void> {
    const args = this.#link.head('leave');
    args.push(id);
    await this.#link.run(this.#place, args, { idempotent: true });
  }
}
