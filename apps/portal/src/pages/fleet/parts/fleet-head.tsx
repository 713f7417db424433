import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Link, navigate } from '../../../router/router.tsx';
import { fleetPath } from '../../../router/routes.ts';

interface FleetHeadProps {
  readonly current: 'fleet' | 'donate';
  /** Which pool is shown; absent: that makes no difference here. */
  readonly pool?: string;
}

/** The title of the fleet's pages, and the ways between them. */
export function FleetHead({ current, pool }: FleetHeadProps): JSX.Element {
  return (
    <header class="desk-head">
      <h1>Fleet</h1>
      <nav class="tabs" aria-label="Views">
        <Link to="/fleet" class="nav-link" current={current === 'fleet'}>
          Nodes
        </Link>
        <Link to="/donate" class="nav-link" current={current === 'donate'}>
          Donate this tab
        </Link>
      </nav>
      {pool !== undefined && <PoolPicker pool={pool} />}
    </header>
  );
}

function PoolPicker({ pool }: { readonly pool: string }): JSX.Element {
  const [text, setText] = useState(pool);
  return (
    <form
      class="desk-side pool-picker"
      onSubmit={(event) => {
        event.preventDefault();
        navigate(fleetPath(text.trim()));
      }}
    >
      <label for="pool">Pool</label>
      <input
        id="pool"
        class="field"
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {text.trim() !== pool && text.trim() !== '' && (
        <button type="submit" class="button is-small">
          Show
        </button>
      )}
    </form>
  );
}
