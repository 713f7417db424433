import type { JSX } from 'preact';
import { countText } from '../parts/formats.ts';
import { useNarrow } from '../parts/use-narrow.ts';
import type { Estimate } from './convergence.ts';
import { Plot } from './plot.tsx';
import { ticksOf, tickText } from './ticks.ts';

const SLOTS = 100;
/** The error is infinite before the first fight: what is drawn begins where it is so many times that of now. */
const WIDEST = 4;

interface ConvergenceChartProps {
  /** What was seen while one watched. */
  readonly estimates: readonly Estimate[];
  /** Half of the interval that most single fights are in. */
  readonly spread: number;
  readonly of: string;
}

/** How well the mean is known after how many fights, and what it was thought to be on the way. */
export function ConvergenceChart({ estimates, spread, of }: ConvergenceChartProps): JSX.Element {
  const narrow = useNarrow();
  const last = estimates.at(-1) ?? { iterations: 1, mean: 0, error: 1 };
  const { iterations: all, mean } = last;
  const high = Math.max(last.error * WIDEST, mean * 1e-6, 1e-9);
  const yOf = (value: number): number =>
    Math.max(0, Math.min(1, 0.5 - (value - mean) / (2 * high)));
  const errorAfter = (fights: number): number => spread / Math.sqrt(Math.max(1, fights));
  const steps = Array.from({ length: SLOTS }, (_, i) => (i + 1) / SLOTS);
  const upper = steps.map((x) => `${x} ${yOf(mean + errorAfter(x * all))}`);
  const lower = steps.toReversed().map((x) => `${x} ${yOf(mean - errorAfter(x * all))}`);
  const line = estimates
    .map((each, i) => `${i === 0 ? 'M' : 'L'}${each.iterations / all} ${yOf(each.mean)}`)
    .join('');
  return (
    <Plot
      label={`How well the mean is known: ${countText(mean)} plus or minus ${countText(last.error)} after ${countText(all)} fights`}
      x={ticksOf(0, all, narrow ? 2 : 4).map((value) => ({
        at: value / Math.max(1, all),
        text: tickText(value),
      }))}
      y={ticksOf(mean - high, mean + high, 4).map((value) => ({
        at: 1 - yOf(value),
        text: tickText(value),
      }))}
      xName="fights"
      slots={SLOTS}
      tip={(slot) => {
        const fights = Math.max(1, Math.round(((slot + 1) / SLOTS) * all));
        const seen = nearest(estimates, fights, all / SLOTS);
        return (
          <>
            after {countText(fights)} fights
            <br />± {errorText(errorAfter(fights))} {of}
            {seen !== undefined && (
              <>
                <br />
                seen: <strong>{countText(seen.mean)}</strong>
              </>
            )}
          </>
        );
      }}
    >
      <path class="plot-band" d={`M0 0L${upper.join('L')}L${lower.join('L')}L0 1Z`} />
      <line class="plot-mean is-faint" x1="0" x2="1" y1="0.5" y2="0.5" />
      {estimates.length > 1 && <path class="plot-line" d={line} />}
    </Plot>
  );
}

function errorText(error: number): string {
  return error < 10 ? error.toFixed(1) : countText(error);
}

function nearest(
  estimates: readonly Estimate[],
  fights: number,
  within: number,
): Estimate | undefined {
  return estimates.findLast(({ iterations }) => Math.abs(iterations - fights) <= within);
}
