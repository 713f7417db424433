import { catalog } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { dropCount } from '../model/bag.ts';
import type { Draft } from '../model/roster.ts';

interface SourcePanelProps {
  readonly draft: Draft;
  readonly chosen: readonly string[];
  readonly onChange: (sources: readonly string[]) => void;
}

/** Whose drops are looked at. */
export function SourcePanel({ draft, chosen, onChange }: SourcePanelProps): JSX.Element {
  const all = catalog.sources.map(({ id }) => id);
  return (
    <section class="card panel" aria-labelledby="sources-title">
      <div class="panel-head">
        <h2 id="sources-title" class="panel-title">
          Whose drops?
        </h2>
        <button
          type="button"
          class="link-button"
          onClick={() => onChange(chosen.length === all.length ? [] : all)}
        >
          {chosen.length === all.length ? 'None' : 'All'}
        </button>
      </div>
      <ul class="sources">
        {catalog.sources.map(({ id, name, description }) => (
          <li key={id}>
            <label class="source">
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                onChange={() =>
                  onChange(
                    chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id],
                  )
                }
              />
              <span>
                <strong>{name}</strong>
                <span class="muted small class-about">{description}</span>
              </span>
              <span class="muted small source-count">{dropCount(draft, id)} for you</span>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}
