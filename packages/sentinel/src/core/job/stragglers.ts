import type { JobTurn } from './job-state.ts';
import { msLeft, msOf, rateOf, type Outlook } from './outlook.ts';

/** A chunk that one node alone has, and how long it will take. */
export interface Straggler {
  readonly from: number;
  readonly node: string;
  /** `Infinity`: it waits, and nobody knows for how long. */
  readonly msLeft: number;
}

/** Chunks that nobody else has, those that will take longest first. */
export function stragglers(turn: JobTurn, outlook: Outlook): Straggler[] {
  const { state, now, settings } = turn;
  const found: Straggler[] = [];
  for (const { node, known, attempts } of outlook.holdings.values()) {
    const rate = rateOf(known, outlook);
    const running = attempts.filter(({ run }) => run > 0);
    const lefts = running.map((attempt) =>
      // Of a node whose rate nobody knows: as long again.
      rate === 0
        ? now - attempt.run - state.lag
        : msLeft(turn, attempt, { rate, extra: state.lag }),
    );
    const free = lefts.length === 0 ? 0 : Math.min(...lefts);
    let waiting = 0;
    for (const [i, attempt] of [...running, ...attempts.filter(({ run }) => run === 0)].entries()) {
      if (state.round.chunks[attempt.from]?.live !== 1) continue;
      const own = lefts[i];
      const width = Math.max(1, running.length);
      const ms =
        own ??
        free + msOf(turn, attempt, rate || outlook.meanRate) * (1 + Math.floor(waiting++ / width));
      // A second chunk that was given because the first was taken for a short one, and nobody knows better yet.
      if (ms === Infinity && now - attempt.at < settings.prefetchMs) continue;
      if (ms > 0) found.push({ from: attempt.from, node, msLeft: ms });
    }
  }
  return found.sort((a, b) => b.msLeft - a.msLeft);
}
