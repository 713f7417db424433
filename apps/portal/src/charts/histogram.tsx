import type { JSX } from 'preact';
import { countText } from '../parts/formats.ts';
import { useNarrow } from '../parts/use-narrow.ts';
import { type Mark, Plot } from './plot.tsx';
import { ticksOf, tickText } from './ticks.ts';

interface HistogramProps {
  /** Where the first bin begins, and how wide each is. */
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
  readonly mean: number;
  /** Half of what the mean may be off by, as one would draw it. */
  readonly error: number;
  /** What is measured, e.g. `damage per second`. */
  readonly of: string;
}

/** How often what came out, with the mean and how well it is known. */
export function Histogram(props: HistogramProps): JSX.Element {
  const { from, width, counts, mean, error, of } = props;
  const narrow = useNarrow();
  const top = Math.max(1, ...counts);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const span = width * counts.length;
  const xOf = (value: number): number => (value - from) / span;
  const bars = counts
    .map((count, i) => {
      const w = 0.86 / counts.length;
      const h = count / top;
      return count === 0 ? '' : `M${(i + 0.07) / counts.length} 1h${w}v${-h}h${-w}z`;
    })
    .join('');
  const x: Mark[] = ticksOf(from, from + span, narrow ? 3 : 7).map((value) => ({
    at: xOf(value),
    text: tickText(value),
  }));
  const y: Mark[] = ticksOf(0, top / Math.max(1, all), 3).map((share) => ({
    at: (share * all) / top,
    text: `${Number((share * 100).toPrecision(3))} %`,
  }));
  return (
    <Plot
      label={`Distribution of ${of}: most often about ${tickText(modeOf(props))}, the mean is ${countText(mean)}`}
      x={x}
      y={y}
      xName={of}
      slots={counts.length}
      tip={(i) => {
        const low = from + i * width;
        const share = all === 0 ? 0 : (counts[i] ?? 0) / all;
        return (
          <>
            {countText(low)} – {countText(low + width)}
            <br />
            <strong>{(share * 100).toFixed(1)} %</strong> · {countText(counts[i] ?? 0)} fights
          </>
        );
      }}
    >
      <path class="plot-bars" d={bars} />
      <rect
        class="plot-band"
        x={xOf(mean - error)}
        width={Math.max(0, (2 * error) / span)}
        y="0"
        height="1"
      />
      <line class="plot-mean" x1={xOf(mean)} x2={xOf(mean)} y1="0" y2="1" />
    </Plot>
  );
}

function modeOf({ from, width, counts }: HistogramProps): number {
  const most = counts.indexOf(Math.max(...counts));
  return from + (most + 0.5) * width;
}
