import type { JSX } from 'preact';
import { countText } from '../parts/formats.ts';
import { useNarrow } from '../parts/use-narrow.ts';
import { Plot } from './plot.tsx';
import { fightTime, ticksOf, tickText, timeTicks } from './ticks.ts';

interface TimeChartProps {
  /** One value for each stretch of the fight. */
  readonly values: readonly number[];
  /** How long a stretch is, in seconds. */
  readonly width: number;
  readonly of: string;
}

/** What happened in the course of a fight. */
export function TimeChart({ values, width, of }: TimeChartProps): JSX.Element {
  const narrow = useNarrow();
  const top = Math.max(1, ...values) * 1.05;
  const seconds = values.length * width;
  const point = (value: number, i: number): string =>
    `${(i + 0.5) / values.length} ${1 - value / top}`;
  const line = values.map((value, i) => `${i === 0 ? 'M' : 'L'}${point(value, i)}`).join('');
  const first = 0.5 / Math.max(1, values.length);
  return (
    <Plot
      label={`${of} in the course of the fight, at most ${countText(Math.max(0, ...values))}`}
      x={timeTicks(seconds, narrow ? 4 : 8).map((at) => ({
        at: at / Math.max(1, seconds),
        text: fightTime(at),
      }))}
      y={ticksOf(0, top, 3).map((value) => ({ at: value / top, text: tickText(value) }))}
      xName="time in the fight"
      slots={values.length}
      tip={(i) => (
        <>
          {fightTime(i * width)}
          <br />
          <strong>{countText(values[i] ?? 0)}</strong> {of}
        </>
      )}
    >
      {values.length > 0 && (
        <>
          <path class="plot-area" d={`${line}L${1 - first} 1L${first} 1Z`} />
          <path class="plot-line" d={line} />
        </>
      )}
    </Plot>
  );
}
