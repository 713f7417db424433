import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import './charts.css';

/** A mark of an axis; `at` is from 0 (left, bottom) to 1. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

interface PlotProps {
  /** What it shows, to who cannot see it. */
  readonly label: string;
  readonly x: readonly Mark[];
  readonly y: readonly Mark[];
  /** What its axes are. */
  readonly xName?: string;
  readonly yName?: string;
  /** How many things it shows from left to right, each as wide as the others. */
  readonly slots: number;
  /** What is said of one of them; `null`: nothing. */
  readonly tip: (slot: number) => ComponentChildren;
  /** SVG in a box of 1 by 1 whose top is 0. */
  readonly children: ComponentChildren;
}

/** The frame of a chart: axes around a drawing that fills its box, and a note at the pointer or, by the arrow keys, at the chosen place. */
export function Plot(props: PlotProps): JSX.Element {
  const { label, x, y, xName, yName, slots, tip, children } = props;
  const [slot, setSlot] = useState<number | null>(null);
  const move = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    setSlot(Math.max(0, Math.min(slots - 1, Math.floor(share * slots))));
  };
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (step === undefined || slots === 0) return;
    event.preventDefault();
    setSlot(Math.max(0, Math.min(slots - 1, (slot ?? Math.floor(slots / 2)) + step)));
  };
  const chosen = slot !== null && slot < slots ? slot : null;
  const said = chosen === null ? null : tip(chosen);
  const at = chosen === null ? 0 : (chosen + 0.5) / slots;
  return (
    <div class="plot">
      {yName !== undefined && <p class="plot-y-name">{yName}</p>}
      <div class="plot-y" aria-hidden="true">
        {y.map((mark) => (
          <span key={mark.at} style={{ bottom: `${mark.at * 100}%` }}>
            {mark.text}
          </span>
        ))}
      </div>
      <div
        class="plot-box"
        role="img"
        aria-label={label}
        tabIndex={0}
        onPointerMove={move}
        onPointerDown={move}
        onPointerLeave={() => setSlot(null)}
        onBlur={() => setSlot(null)}
        onKeyDown={key}
      >
        <div class="plot-grid" aria-hidden="true">
          {y.map((mark) => (
            <span key={mark.at} style={{ bottom: `${mark.at * 100}%` }} />
          ))}
        </div>
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          {children}
        </svg>
        {chosen !== null && said !== null && (
          <>
            <span class="plot-cursor" style={{ left: `${at * 100}%` }} aria-hidden="true" />
            <p
              class="plot-tip"
              role="status"
              style={at < 0.5 ? { left: `${at * 100}%` } : { right: `${(1 - at) * 100}%` }}
            >
              {said}
            </p>
          </>
        )}
      </div>
      <div class="plot-x" aria-hidden="true">
        {x.map((mark) => (
          <span key={mark.at} style={{ left: `${mark.at * 100}%` }}>
            {mark.text}
          </span>
        ))}
      </div>
      {xName !== undefined && <p class="plot-x-name">{xName}</p>}
    </div>
  );
}
