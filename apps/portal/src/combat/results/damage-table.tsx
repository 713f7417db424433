import type { SourceSummary } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { countText } from '../../parts/formats.ts';
import { nameOf } from '../model/names.ts';

interface DamageTableProps {
  readonly sources: readonly SourceSummary[];
  readonly classId: string;
}

const KINDS: Readonly<Record<SourceSummary['kind'], string>> = {
  ability: '',
  dot: 'over time',
  attack: 'attack',
  proc: 'proc',
  buff: 'buff',
  item: 'item',
};

function few(value: number): string {
  return value >= 100 ? countText(value) : value.toFixed(1);
}

/** What did how much of the damage. */
export function DamageTable({ sources, classId }: DamageTableProps): JSX.Element {
  const dealing = sources.filter(({ dps }) => dps > 0);
  const others = sources.filter(({ dps, casts }) => dps === 0 && casts > 0);
  const most = Math.max(1, ...dealing.map(({ share }) => share));
  return (
    <>
      <table class="rows damage">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col" class="num">
              Share
            </th>
            <th scope="col" class="num">
              Per second
            </th>
            <th scope="col" class="num">
              Uses
            </th>
            <th scope="col" class="num">
              Hits
            </th>
            <th scope="col" class="num">
              Per hit
            </th>
            <th scope="col" class="num">
              Critical
            </th>
          </tr>
        </thead>
        <tbody>
          {dealing.map(({ id, kind, share, dps, casts, hits, perHit, crit }) => (
            <tr key={`${kind} ${id}`}>
              <th scope="row" class="row-title">
                {nameOf(id, classId)} <span class="muted small damage-kind">{KINDS[kind]}</span>
                <span
                  class={`damage-bar is-${kind}`}
                  style={{ width: `${(share / most) * 100}%` }}
                  aria-hidden="true"
                />
              </th>
              <td data-name="Share" class="num">
                {share.toFixed(1)} %
              </td>
              <td data-name="Per second" class="num">
                {few(dps)}
              </td>
              <td data-name="Uses" class="num">
                {casts === 0 ? '–' : few(casts)}
              </td>
              <td data-name="Hits" class="num">
                {hits === 0 ? '–' : few(hits)}
              </td>
              <td data-name="Per hit" class="num">
                {hits === 0 ? '–' : countText(perHit)}
              </td>
              <td data-name="Critical" class="num">
                {hits === 0 ? '–' : `${crit.toFixed(0)} %`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {others.length > 0 && (
        <p class="muted small damage-others">
          Without damage of their own, uses in a fight:{' '}
          {others.map(({ id, casts }) => `${nameOf(id, classId)} ${few(casts)}`).join(', ')}
        </p>
      )}
    </>
  );
}
