import type { TabNodeState } from '@belfry/node/browser';
import type { JSX } from 'preact';
import type { FleetNodes } from '@belfry/client';
import { simulationText } from '../../../fleet/model/job-text.ts';
import { trustText } from '../../../fleet/model/node-text.ts';
import { ProgressBar } from '../../../fleet/parts/progress-bar.tsx';
import { countText } from '../../../parts/formats.ts';
import { usePoll } from '../../../parts/use-poll.ts';
import { Link } from '../../../router/router.tsx';
import { jobPath } from '../../../router/routes.ts';

interface DonationFactsProps {
  readonly state: TabNodeState;
  readonly nodes: FleetNodes;
}

const EVERY_MS = 3_000;

/** What the tab runs, and what the fleet thinks of it. */
export function DonationFacts({ state, nodes }: DonationFactsProps): JSX.Element | null {
  const { node } = state;
  const id = node?.node ?? null;
  const known = usePoll(id ?? '', EVERY_MS, async () => (id === null ? null : nodes.get(id)));
  if (node === null) return null;
  const view = known.data;
  return (
    <section class="card panel donate-facts" aria-labelledby="donate-runs">
      <h2 id="donate-runs" class="panel-title">
        What it does
      </h2>
      <dl class="facts">
        <div>
          <dt>Chunks done</dt>
          <dd>{countText(node.counts.completed)}</dd>
        </div>
        <div>
          <dt>To deliver</dt>
          <dd>{countText(node.undelivered.count)}</dd>
        </div>
        <div>
          <dt>Trust</dt>
          <dd>
            {view === null ? '–' : trustText(view)}
            {view !== null && view.trust < 1 && (
              <span class="muted small"> {countText(view.agreed)} confirmed</span>
            )}
          </dd>
        </div>
      </dl>
      <p class="muted small donate-trust">
        The results of a new node are confirmed by others until they have agreed often enough.
      </p>
      <ul class="donate-chunks">
        {node.running.map(({ attempt, done }) => (
          <li key={attempt.attempt}>
            <Link to={jobPath(attempt.job)}>{simulationText(attempt.simulation)}</Link>
            <span class="muted small">
              {countText(attempt.blocks * attempt.blockIterations)} iterations
            </span>
            <ProgressBar done={done / attempt.blocks} label={`Chunk at ${attempt.from}`} />
          </li>
        ))}
        {node.running.length === 0 && <li class="muted">Nothing at the moment.</li>}
      </ul>
    </section>
  );
}
