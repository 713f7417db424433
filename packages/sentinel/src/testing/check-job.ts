import { isBlockRange } from '@belfry/protocol';
import type { JobState } from '../core/job/job-state.ts';

/** What is wrong with a job between two turns: every block is to be in one place, and the books are to agree. */
export function jobProblems(state: JobState): string[] {
  const { round, attempts, nodes, out } = state;
  const problems: string[] = [];
  if (out !== undefined) problems.push('what was to be said has not been said');
  const ranges: { from: number; blocks: number; where: string }[] = [];
  for (let i = 0; i < round.free.length; i += 2) {
    ranges.push({ from: round.free[i]!, blocks: round.free[i + 1]!, where: 'free' });
  }
  for (const [from, { blocks }] of Object.entries(round.chunks)) {
    ranges.push({ from: Number(from), blocks, where: 'chunk' });
  }
  for (const [from, [blocks]] of Object.entries(round.done)) {
    ranges.push({ from: Number(from), blocks, where: 'done' });
  }
  ranges.sort((a, b) => a.from - b.from);
  let end = round.fold.end;
  let finished = end;
  for (const range of ranges) {
    if (range.from !== end) problems.push(`${range.where} ${range.from} does not follow ${end}`);
    if (!isBlockRange(range)) problems.push(`${range.from}+${range.blocks} is no chunk`);
    if (range.where === 'done') finished += range.blocks;
    end = range.from + range.blocks;
  }
  const whole = round.stopped || (state.status === 'failed' && !state.retryable);
  if (end !== round.blocks && !whole) problems.push(`it ends at ${end} of ${round.blocks}`);
  if (!whole && finished !== round.finished) {
    problems.push(`${round.finished} are said to be finished, ${finished} are`);
  }
  const live = new Map<number, number>();
  const held = new Map<string, number>();
  for (const { from, node } of Object.values(attempts)) {
    live.set(from, (live.get(from) ?? 0) + 1);
    held.set(node, (held.get(node) ?? 0) + 1);
  }
  for (const [from, chunk] of Object.entries(round.chunks)) {
    const count = live.get(Number(from)) ?? 0;
    if (chunk.live !== count) problems.push(`${from} has ${count} attempts, not ${chunk.live}`);
    const waits = round.again.includes(Number(from));
    if (waits === count > 0) problems.push(`${from} with ${count} attempts waits: ${waits}`);
    live.delete(Number(from));
  }
  for (const from of live.keys()) problems.push(`there is no chunk ${from} for its attempts`);
  for (const [node, known] of Object.entries(nodes)) {
    if (known.held !== (held.get(node) ?? 0)) {
      problems.push(`${node} holds ${held.get(node) ?? 0}, not ${known.held}`);
    }
    held.delete(node);
  }
  for (const node of held.keys()) problems.push(`${node} holds something and is not known`);
  return problems;
}
