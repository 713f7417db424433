import { findClass, rotationEntries } from '@belfry/example-combat';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { CodeEditor } from './code-editor.tsx';
import type { EditorProblem } from './language.ts';
import { rotationLanguage } from './rotation-language.ts';

interface RotationPanelProps {
  readonly classId: string;
  /** `null`: the class's own. */
  readonly rotation: string | null;
  readonly onChange: (rotation: string | null) => void;
}

/** What a character does in a fight, as a text. */
export function RotationPanel({ classId, rotation, onChange }: RotationPanelProps): JSX.Element {
  const language = useMemo(() => rotationLanguage(classId), [classId]);
  const own = findClass(classId)?.rotation ?? '';
  const text = rotation ?? own;
  const problems = useMemo(() => language.problems(text), [language, text]);
  const [goTo, setGoTo] = useState<{ readonly at: number } | null>(null);
  const [said, setSaid] = useState('');

  const change = (value: string): void => {
    setSaid('');
    onChange(value === own ? null : value);
  };
  const format = (): void => {
    const formatted = language.format(text);
    if (formatted === null) setSaid('Mend what is wrong first.');
    else {
      change(formatted);
      setSaid(formatted === text ? 'It is in order already.' : 'Formatted.');
    }
  };

  return (
    <section class="card panel rotation" aria-labelledby="rotation-title">
      <div class="panel-head">
        <h2 id="rotation-title" class="panel-title">
          Rotation
        </h2>
        <span class="rotation-tools">
          <span class="muted small" role="status">
            {said}
          </span>
          <button type="button" class="link-button" onClick={format}>
            Format
          </button>
          {rotation !== null && (
            <button type="button" class="link-button" onClick={() => onChange(null)}>
              Back to the class’s own
            </button>
          )}
        </span>
      </div>
      <p class="muted small rotation-about">
        From top to bottom, the first line that can be done is done. Ctrl+Space lists what can stand
        at the caret, Ctrl+/ makes a comment.
      </p>
      <CodeEditor
        value={text}
        language={language}
        problems={problems}
        label="Rotation"
        onChange={change}
        goTo={goTo}
      />
      <Problems problems={problems} onGoTo={(at) => setGoTo({ at })} />
      <Reference classId={classId} />
    </section>
  );
}

interface ProblemsProps {
  readonly problems: readonly EditorProblem[];
  readonly onGoTo: (at: number) => void;
}

function Problems({ problems, onGoTo }: ProblemsProps): JSX.Element {
  return (
    <ul class="code-problems" aria-label="What is wrong">
      {problems.map(({ from, line, column, message, fix }) => (
        <li key={`${from} ${message}`}>
          <button type="button" class="code-problem" onClick={() => onGoTo(from)}>
            <span class="code-place">
              line {line}, column {column}
            </span>{' '}
            {message}; {fix}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** All that a rotation of this class can say. */
function Reference({ classId }: { readonly classId: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details class="reference" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>All that a rotation can say</summary>
      {open && (
        <dl>
          {rotationEntries(classId).map(({ kind, text, detail, description }) => (
            <div key={`${kind} ${text}`}>
              <dt>
                <span class={`code look-${kind}`}>{text}</span>
                <span class="muted small"> {detail}</span>
              </dt>
              <dd class="small">{description}</dd>
            </div>
          ))}
        </dl>
      )}
    </details>
  );
}
