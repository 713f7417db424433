import type { JSX } from 'preact';
import './charts.css';

interface IntervalProps {
  readonly mid: number;
  /** Half of the interval that the truth is in, most likely. */
  readonly error: number;
  /** What the whole width stands for. */
  readonly from: number;
  readonly to: number;
}

/** An estimate and how well it is known, beside the line of no difference. An ornament of the figures beside it. */
export function Interval({ mid, error, from, to }: IntervalProps): JSX.Element {
  const at = (value: number): number =>
    Math.max(0, Math.min(100, ((value - from) / Math.max(1e-9, to - from)) * 100));
  const tone = mid - error > 0 ? 'is-more' : mid + error < 0 ? 'is-less' : 'is-open';
  const left = at(mid - error);
  return (
    <span class={`interval ${tone}`} aria-hidden="true">
      <span class="interval-zero" style={{ left: `${at(0)}%` }} />
      <span
        class="interval-range"
        style={{ left: `${left}%`, width: `${at(mid + error) - left}%` }}
      />
      <span class="interval-mid" style={{ left: `${at(mid)}%` }} />
    </span>
  );
}
