import type { Millis } from '../actor-store.ts';
import type { Member, Membership } from '../store.ts';
import { checkName, checkSpan } from './checks.ts';
import type { EmbeddedLink, Operation } from './link.ts';
import { op } from './wire.ts';

type Alive = { readonly now: Millis; readonly members: readonly Member[] };

const heartbeatOperation: Operation<{ member: Member; ttlMs: number }, Alive> = {
  code: op.heartbeat,
  write(out, { member, ttlMs }) {
    out.push(
      checkName('id', member.id),
      JSON.stringify(member.roles),
      checkSpan('ttlMs', ttlMs, 1),
    );
  },
  read(from) {
    const now = from.number();
    const members: Member[] = [];
    for (let left = from.number(); left > 0; left--) {
      members.push({ id: from.text(), roles: JSON.parse(from.text()) as Member['roles'] });
    }
    return { now, members };
  },
};

const leaveOperation: Operation<string, void> = {
  code: op.leave,
  write: (out, id) => void out.push(checkName('id', id)),
  read: () => undefined,
};

/** Who is alive: this process, as nobody else can have the data open. */
export class EmbeddedMembership implements Membership {
  readonly #link: EmbeddedLink;

  constructor(link: EmbeddedLink) {
    this.#link = link;
  }

  heartbeat(member: Member, ttlMs: number): Promise<Alive> {
    return this.#link.call(heartbeatOperation, { member, ttlMs });
  }

  leave(id: string): Promise<void> {
    return this.#link.call(leaveOperation, id);
  }
}
