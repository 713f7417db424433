import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { COPY_LABELS, useCopy } from '../../parts/use-copy.ts';

interface ShareLinkProps {
  readonly id: string;
  readonly url: string;
  /** The room waits for whoever gets this. */
  readonly wanted: boolean;
}

/** The room's code and link, to give to somebody. */
export function ShareLink({ id, url, wanted }: ShareLinkProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const { state, copy } = useCopy(field);
  return (
    <section class={`share ${wanted ? 'is-wanted' : ''}`} aria-label="Invite">
      {wanted && <h2>Who will you play?</h2>}
      <p class="share-code">
        Room <strong>{id}</strong>
      </p>
      <div class="share-row">
        <input
          ref={field}
          class="field share-field"
          readOnly
          value={url}
          aria-label="Link to this room"
          onFocus={(event) => event.currentTarget.select()}
        />
        <button
          type="button"
          class={`button ${wanted ? 'is-main' : 'is-quiet'}`}
          onClick={() => void copy(url)}
        >
          {state === 'idle' ? 'Copy link' : COPY_LABELS[state]}
        </button>
      </div>
      <span class="visually-hidden" role="status">
        {state === 'copied' ? 'Link copied' : ''}
      </span>
    </section>
  );
}
