import type { JobView } from '@belfry/protocol';
import type { QuickSimSummary } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { addEstimate, type Estimate } from '../../charts/convergence.ts';
import { ConvergenceChart } from '../../charts/convergence-chart.tsx';
import { Histogram } from '../../charts/histogram.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { countText } from '../../parts/formats.ts';
import { DamageTable } from './damage-table.tsx';
import { PresenceList, ResourceList } from './presence-list.tsx';
import './results.css';

/** 95 % of what is normally distributed lies within so many standard errors. */
const Z95 = 1.96;

interface QuickSimResultProps {
  readonly view: JobView;
}

/** What a Quick Sim has found so far. */
export function QuickSimResult({ view }: QuickSimResultProps): JSX.Element {
  const summary = view.summary as QuickSimSummary;
  const { mean, standardError, count, character } = summary;
  const error = standardError * Z95;
  const seen = useRef<{ job: string; estimates: readonly Estimate[] }>({ job: '', estimates: [] });
  if (seen.current.job !== view.job) seen.current = { job: view.job, estimates: [] };
  seen.current.estimates = addEstimate(seen.current.estimates, {
    iterations: count,
    mean,
    error,
  });
  return (
    <div class="result">
      <section class="card panel result-head" aria-label="Damage per second">
        <p class="result-figure">
          <strong>{countText(mean)}</strong>
          <span class="result-error">± {error < 10 ? error.toFixed(1) : countText(error)}</span>
          <span class="result-unit">damage per second</span>
        </p>
        <p class="muted">
          The mean of {countText(count)} fights; with 95 % certainty the true one is between{' '}
          {countText(mean - error)} and {countText(mean + error)}.
        </p>
        <dl class="facts">
          <Figure name="Spread" value={`± ${countText(summary.standardDeviation)}`} />
          <Figure name="5 in 100 below" value={countText(summary.quantiles.p5)} />
          <Figure name="5 in 100 above" value={countText(summary.quantiles.p95)} />
          <Figure name="Worst" value={countText(summary.min)} />
          <Figure name="Best" value={countText(summary.max)} />
          <Figure name="Idle" value={`${summary.idle.toFixed(1)} %`} />
        </dl>
      </section>
      <div class="result-pair">
        <section class="card panel" aria-labelledby="distribution-title">
          <h3 id="distribution-title" class="panel-title">
            Distribution
          </h3>
          <Histogram {...summary.distribution} mean={mean} error={error} of="damage per second" />
        </section>
        <section class="card panel" aria-labelledby="converge-title">
          <h3 id="converge-title" class="panel-title">
            How well it is known
          </h3>
          <ConvergenceChart
            estimates={seen.current.estimates}
            spread={summary.standardDeviation * Z95}
            of="damage per second"
          />
        </section>
      </div>
      <section class="card panel" aria-labelledby="damage-title">
        <h3 id="damage-title" class="panel-title">
          Damage by source
        </h3>
        <DamageTable sources={summary.sources} classId={character.class} />
      </section>
      <section class="card panel" aria-labelledby="timeline-title">
        <h3 id="timeline-title" class="panel-title">
          In the course of the fight
        </h3>
        <TimeChart {...summary.timeline} of="damage per second" />
      </section>
      <div class="result-pair">
        <section class="card panel" aria-labelledby="buffs-title">
          <h3 id="buffs-title" class="panel-title">
            Buffs
          </h3>
          <PresenceList list={summary.buffs} classId={character.class} none="No buff came up." />
        </section>
        <section class="card panel" aria-labelledby="dots-title">
          <h3 id="dots-title" class="panel-title">
            On the target
          </h3>
          <PresenceList
            list={summary.dots}
            classId={character.class}
            none="Nothing was put on the target."
          />
          <h3 class="result-more">Resources</h3>
          <ResourceList list={summary.resources} classId={character.class} />
        </section>
      </div>
    </div>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
