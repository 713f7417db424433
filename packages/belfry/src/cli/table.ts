type Cell = string | number | boolean | null | undefined;

/** Columns of text, the widest cell deciding; headings first. No rows: nothing. */
export function textTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => `${cell ?? '-'}`))];
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A time of the store as people read it. */
export function timeText(ms: number | null): string {
  return ms === null ? '-' : new Date(ms).toISOString();
}
