import type { NodeView, PoolView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { shortCount } from '../../../fleet/model/job-text.ts';
import { fleetRate } from '../../../fleet/model/node-text.ts';
import { ProgressBar } from '../../../fleet/parts/progress-bar.tsx';
import { countText } from '../../../parts/formats.ts';

interface PoolFiguresProps {
  readonly pool: PoolView;
  readonly nodes: readonly NodeView[];
  /** Whether `nodes` are all there are. */
  readonly whole: boolean;
}

/** A pool in four figures. */
export function PoolFigures({ pool, nodes, whole }: PoolFiguresProps): JSX.Element {
  const share = pool.slots === 0 ? 0 : pool.busy / pool.slots;
  return (
    <ul class="stats pool-figures">
      <li class="stat">
        <p class="stat-name">Nodes online</p>
        <p class="stat-value">
          {countText(pool.online)}
          <span class="stat-unit"> of {countText(pool.nodes)}</span>
        </p>
      </li>
      <li class="stat">
        <p class="stat-name">Slots at work</p>
        <p class="stat-value">
          {countText(pool.busy)}
          <span class="stat-unit"> of {countText(pool.slots)}</span>
        </p>
        <ProgressBar done={share} label="Slots at work" />
      </li>
      <li class="stat">
        <p class="stat-name">Together, lately</p>
        <p class="stat-value">
          {whole ? '' : '> '}
          {shortCount(fleetRate(nodes))}
          <span class="stat-unit"> iterations/s</span>
        </p>
      </li>
      <li class="stat">
        <p class="stat-name">Jobs at work</p>
        <p class="stat-value">{countText(pool.jobs.length)}</p>
      </li>
    </ul>
  );
}
