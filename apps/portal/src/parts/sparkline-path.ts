/** The shape of a sparkline. Pure. */
export interface Spark {
  /** The line, as an SVG path. */
  readonly line: string;
  /** What is below it. */
  readonly area: string;
  /** How far from the top the latest value is, from 0 to 1; `null`: it is not known. */
  readonly last: number | null;
  readonly peak: number;
}

export const SPARK_WIDTH = 100;
export const SPARK_HEIGHT = 30;
/** Room for the line at the top and the bottom. */
const MARGIN = 2;

const short = (value: number): string => String(Math.round(value * 100) / 100);

/**
 * Values from left to right, the latest at the right edge; fewer than `slots` begin later. `null` leaves a gap. The bottom is zero.
 */
export function sparkOf(values: readonly (number | null)[], slots: number): Spark {
  const peak = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const scale = (SPARK_HEIGHT - 2 * MARGIN) / (peak === 0 ? 1 : peak);
  const x = (i: number): number =>
    SPARK_WIDTH - ((values.length - 1 - i) * SPARK_WIDTH) / Math.max(1, slots - 1);
  const y = (value: number): number => SPARK_HEIGHT - MARGIN - value * scale;
  let line = '';
  let area = '';
  let from: number | null = null;
  values.forEach((value, i) => {
    if (value !== null) {
      line += `${from === null ? 'M' : 'L'}${short(x(i))} ${short(y(value))}`;
      from ??= i;
    }
    const ends = value === null || i === values.length - 1;
    if (from === null || !ends) return;
    const to = value === null ? i - 1 : i;
    const run = values.slice(from, to + 1) as readonly number[];
    const start = from;
    const along = run.map((each, k) => `L${short(x(start + k))} ${short(y(each))}`).join('');
    area += `M${short(x(start))} ${SPARK_HEIGHT}${along}L${short(x(to))} ${SPARK_HEIGHT}Z`;
    from = null;
  });
  const last = values.at(-1) ?? null;
  return { line, area, last: last === null ? null : y(last) / SPARK_HEIGHT, peak };
}
