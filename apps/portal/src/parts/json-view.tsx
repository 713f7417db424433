import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { bytesText } from './formats.ts';
import { jsonTokens } from './json-tokens.ts';
import './json.css';

/** The most characters that are coloured and laid out at once. */
const MAX_SHOWN = 20_000;
const MAX_PREVIEW = 240;

function Coloured({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {jsonTokens(text).map(({ type, text: part }, i) =>
        type === 'mark' ? (
          part
        ) : (
          <span key={i} class={`json-${type}`}>
            {part}
          </span>
        ),
      )}
    </>
  );
}

interface JsonViewProps {
  /** JSON in one line. */
  readonly text: string;
  /** More to show below it, by name. */
  readonly more?: readonly (readonly [string, unknown])[];
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Base64.
    return text;
  }
}

/** JSON in one line that opens into many. */
export function JsonView({ text, more = [] }: JsonViewProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const preview = text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW)}…` : text;
  const full = open ? pretty(text) : '';
  return (
    <details class="json" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="json-line">
        <code>
          <Coloured text={preview} />
        </code>
      </summary>
      {open && (
        <>
          <pre class="json-block" tabIndex={0}>
            <Coloured text={full.slice(0, MAX_SHOWN)} />
          </pre>
          {full.length > MAX_SHOWN && (
            <p class="muted small">
              The first {bytesText(MAX_SHOWN)} of {bytesText(full.length)}.
            </p>
          )}
          {more.map(([name, value]) => (
            <p key={name} class="json-more">
              <span class="muted">{name}</span> <code>{JSON.stringify(value)}</code>
            </p>
          ))}
        </>
      )}
    </details>
  );
}
