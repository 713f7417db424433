import type { JSX } from 'preact';
import { sparkOf, SPARK_HEIGHT, SPARK_WIDTH } from './sparkline-path.ts';

interface SparklineProps {
  readonly values: readonly (number | null)[];
  /** How many values its width is for. */
  readonly slots: number;
  /** What it says to who cannot see it. */
  readonly label: string;
  readonly tone?: 'bronze' | 'dusk' | 'bad';
}

/** A small live chart that fills from the right; its bottom is zero, its top the highest value in it. */
export function Sparkline({ values, slots, label, tone = 'bronze' }: SparklineProps): JSX.Element {
  const { line, area, last } = sparkOf(values, slots);
  return (
    <div class={`spark is-${tone}`} role="img" aria-label={label}>
      <svg
        viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path class="spark-area" d={area} />
        <path class="spark-line" d={line} />
      </svg>
      {last !== null && <span class="spark-dot" style={{ top: `${last * 100}%` }} />}
    </div>
  );
}
