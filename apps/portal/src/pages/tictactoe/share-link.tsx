import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

interface ShareLinkProps {
  readonly id: string;
  readonly url: string;
  /** The room waits for whoever gets this. */
  readonly wanted: boolean;
}

const SHOWN_MS = 2_500;

/** The room's code and link, to give to somebody. */
export function ShareLink({ id, url, wanted }: ShareLinkProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<'idle' | 'copied' | 'by-hand'>('idle');

  const copy = async (): Promise<void> => {
    let done = true;
    try {
      await navigator.clipboard.writeText(url);
    } catch {
      // Browsers have no clipboard for pages that came over plain http from another machine.
      field.current?.select();
      // oxlint-disable-next-line typescript/no-deprecated -- the only way there
      done = document.execCommand('copy');
    }
    setState(done ? 'copied' : 'by-hand');
    setTimeout(() => setState('idle'), SHOWN_MS);
  };

  const labels = { idle: 'Copy link', copied: 'Copied', 'by-hand': 'Press Ctrl+C' };
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
          onClick={() => void copy()}
        >
          {labels[state]}
        </button>
      </div>
      <span class="visually-hidden" role="status">
        {state === 'copied' ? 'Link copied' : ''}
      </span>
    </section>
  );
}
