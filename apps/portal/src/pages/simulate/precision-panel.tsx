import type { JSX } from 'preact';
import type { Precisions } from './precision.ts';

interface PrecisionPanelProps {
  readonly value: number;
  readonly precisions: Precisions;
  readonly label: string;
  readonly note: string;
  readonly onChange: (percent: number) => void;
}

/** How exact the result shall be. */
export function PrecisionPanel(props: PrecisionPanelProps): JSX.Element {
  const { value, precisions, label, note, onChange } = props;
  return (
    <section class="card panel" aria-labelledby="precision-title">
      <h2 id="precision-title" class="panel-title">
        Precision
      </h2>
      <label class="label" for="precision">
        {label}
      </label>
      <select
        id="precision"
        class="field"
        value={value}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      >
        {precisions
          .toSorted((a, b) => b.percent - a.percent)
          .map(({ percent, text }) => (
            <option key={percent} value={percent}>
              {text}
            </option>
          ))}
      </select>
      <p class="muted small field-note">{note}</p>
    </section>
  );
}
