import type { ComponentChildren, JSX } from 'preact';
import { MAX_POINTS } from '../model/load-history.ts';
import { Sparkline } from '../../../parts/sparkline.tsx';

interface StatTileProps {
  readonly name: string;
  readonly value: string;
  /** Stands after the value. */
  readonly unit?: string;
  /** The highest value in the chart, as text. */
  readonly peak: string;
  readonly series: readonly (number | null)[];
  readonly tone?: 'bronze' | 'dusk' | 'bad';
  readonly children?: ComponentChildren;
}

/** One figure of all Beacons, now and over the last minutes. */
export function StatTile(props: StatTileProps): JSX.Element {
  const { name, value, unit, peak, series, tone = 'bronze', children } = props;
  const label = `${name}: ${value}${unit === undefined ? '' : ` ${unit}`}, at most ${peak} in the last minutes`;
  return (
    <li class="stat">
      <p class="stat-name">{name}</p>
      <p class="stat-value">
        {value}
        {unit !== undefined && <span class="stat-unit"> {unit}</span>}
      </p>
      <Sparkline values={series} slots={MAX_POINTS} label={label} tone={tone} />
      <p class="stat-note">
        <span>{children}</span>
        <span>peak {peak}</span>
      </p>
    </li>
  );
}
