import type { Row } from '../report.ts';

/** The figure that a section is about, and that its rows are compared by. */
export type Key = keyof Row;

function figureOf(row: Row | undefined, key: Key): number | null {
  const value = row?.[key];
  return typeof value === 'number' ? value : null;
}

/**
 * One row of several runs: the one whose figure is in the middle (of an even number the lower of the two), so that all its figures are of
 * the same run, with the range of that figure.
 */
export function middleRun(runs: readonly Row[], key: Key): Row {
  const sorted = runs
    .filter((run) => figureOf(run, key) !== null)
    .toSorted((a, b) => (figureOf(a, key) ?? 0) - (figureOf(b, key) ?? 0));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) return runs[0] ?? {};
  if (runs.length === 1) return middle;
  return {
    ...middle,
    runs: sorted.length,
    lowest: figureOf(sorted[0], key),
    highest: figureOf(sorted.at(-1), key),
  };
}

/** The rows with `times_<server>` behind the figure: how many times the figure of that server it is. As they are if it is not there. */
export function comparedTo(server: string, rows: readonly Row[], key: Key): readonly Row[] {
  const yardstick = figureOf(
    rows.find((row) => row['server'] === server),
    key,
  );
  if (yardstick === null || yardstick === 0) return rows;
  return rows.map((row) => {
    const figure = figureOf(row, key);
    const times = figure === null ? null : Math.round((figure / yardstick) * 100) / 100;
    return Object.fromEntries(
      Object.entries(row).flatMap(([name, value]) =>
        name === key
          ? [
              [name, value],
              [`times_${server}`, times],
            ]
          : [[name, value]],
      ),
    );
  });
}
