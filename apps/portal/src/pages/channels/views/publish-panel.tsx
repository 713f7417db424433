import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { AdminApi } from '../api/admin-api.ts';
import { asAdminError } from '../api/admin-error.ts';
import { countText } from '../../../parts/formats.ts';
import { readTyped } from '../model/publish-text.ts';

interface PublishPanelProps {
  readonly api: AdminApi;
  readonly channel: string;
}

/** Publishes what is typed. */
export function PublishPanel({ api, channel }: PublishPanelProps): JSX.Element {
  const [text, setText] = useState('{\n  "text": "hello"\n}');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const readOnly = api.scope === 'read';

  const publish = async (): Promise<void> => {
    if (working || readOnly) return;
    const typed = readTyped(text);
    setDone('');
    if (!typed.ok) {
      setProblem(typed.problem);
      field.current?.focus();
      return;
    }
    setWorking(true);
    setProblem(null);
    try {
      const { offset } = await api.ask<{ offset: number }>('channels.publish', {
        channel,
        data: typed.data,
      });
      setDone(offset > 0 ? `Published as #${countText(offset)}.` : 'Published.');
    } catch (error) {
      setProblem(asAdminError(error).message);
    } finally {
      setWorking(false);
    }
  };

  return (
    <section class="card panel" aria-labelledby="publish-title">
      <h3 id="publish-title">Publish</h3>
      {readOnly ? (
        <p class="muted">This sign-in may look and change nothing, so it cannot publish.</p>
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void publish();
          }}
        >
          <label class="visually-hidden" for="publish-data">
            JSON to publish
          </label>
          <textarea
            ref={field}
            id="publish-data"
            class="field code"
            rows={4}
            spellcheck={false}
            autocapitalize="off"
            value={text}
            aria-invalid={problem !== null}
            aria-describedby="publish-problem publish-hint"
            onInput={(event) => {
              setText(event.currentTarget.value);
              setProblem(null);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void publish();
            }}
          />
          <p id="publish-problem" class="problem" role="alert">
            {problem}
          </p>
          <div class="publish-actions">
            <button type="submit" class="button is-main" aria-disabled={working}>
              {working ? 'Publishing…' : 'Publish'}
            </button>
            <p id="publish-hint" class="muted small">
              {done === '' ? 'JSON; Ctrl + Enter publishes.' : ''}
              <span role="status">{done}</span>
            </p>
          </div>
        </form>
      )}
    </section>
  );
}
