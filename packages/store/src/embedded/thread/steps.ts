import { op } from '../wire.ts';
import type { OpCode, WireReader, WireValue } from '../wire.ts';
import { commit } from './committing.ts';
import type { Context } from './context.ts';
import { deadLetters, drop, list, listDead, peek, redrive } from './inspecting.ts';
import { claim, inbox, release, resume } from './leasing.ts';
import { presence, presenceStats, removePresence, updatePresence } from './presence.ts';
import { history, publish, removeHistory } from './publishing.ts';
import { send } from './sending.ts';

/** One operation: reads its fields, changes the tables and writes its answer. It reads all fields before it changes anything. */
export type Step = (ctx: Context, input: WireReader, out: WireValue[]) => void;

/** `heartbeat`: now, how many are alive, then id and roles of each. */
function heartbeat(ctx: Context, input: WireReader, out: WireValue[]): void {
  ctx.members.put({ id: input.text(), roles: input.text() }, ctx.now + input.number());
  const alive = ctx.members.alive(ctx.now);
  out.push(ctx.now, alive.length);
  for (const { id, roles } of alive) out.push(id, roles);
}

function leave(ctx: Context, input: WireReader): void {
  ctx.members.delete(input.text());
}

function listen(ctx: Context, input: WireReader): void {
  const partitions: number[] = [];
  for (let left = input.number(); left > 0; left--) partitions.push(input.number());
  ctx.wakes.listen(partitions);
}

function ping(): void {
  // The answer is that there is one.
}

const steps: Readonly<Record<OpCode, Step>> = {
  [op.send]: send,
  [op.claim]: claim,
  [op.commit]: commit,
  [op.release]: release,
  [op.inbox]: inbox,
  [op.resume]: resume,
  [op.peek]: peek,
  [op.list]: list,
  [op.listDead]: listDead,
  [op.deadLetters]: deadLetters,
  [op.redrive]: redrive,
  [op.drop]: drop,
  [op.publish]: publish,
  [op.history]: history,
  [op.removeHistory]: removeHistory,
  [op.updatePresence]: updatePresence,
  [op.removePresence]: removePresence,
  [op.presence]: presence,
  [op.presenceStats]: presenceStats,
  [op.heartbeat]: heartbeat,
  [op.leave]: leave,
  [op.listen]: listen,
  [op.ping]: ping,
};

export function stepOf(code: number): Step {
  return steps[code as OpCode];
}

/**
 * Operations whose answer promises nothing that must outlive the machine: leases, presence and membership belong to processes and
 * connections, which die with it, and the rest only reads. Their writes reach the disk with the next batch that has another
 * operation, or never (docs/decisions/011).
 */
const passing: ReadonlySet<OpCode> = new Set([
  op.claim,
  op.release,
  op.inbox,
  op.updatePresence,
  op.removePresence,
  op.presence,
  op.presenceStats,
  op.heartbeat,
  op.leave,
  op.listen,
  op.ping,
]);

/** Whether what this batch answers must be on disk first. */
export function mustSync(ops: readonly WireValue[]): boolean {
  for (let at = 0; at < ops.length; at += ops[at + 1] as number) {
    if (!passing.has(ops[at] as OpCode)) return true;
  }
  return false;
}
