/** What a text editor needs to know of its text. Pure. */

/** A stretch of the text that looks in one way. */
export interface Piece {
  readonly text: string;
  /** How it looks; `''`: like any text. */
  readonly look: string;
  /** Whether something is wrong with it. */
  readonly wrong: boolean;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface Looks extends Stretch {
  readonly look: string;
}

/** Lines of a text, each as its pieces. @param looks in order, none overlapping another */
export function linesOf(
  text: string,
  looks: readonly Looks[],
  wrongs: readonly Stretch[],
): readonly (readonly Piece[])[] {
  const cuts = new Set([0, text.length]);
  for (const { from, to } of [...looks, ...wrongs]) cuts.add(from).add(to);
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) cuts.add(i).add(i + 1);
  const at = [...cuts].filter((cut) => cut >= 0 && cut <= text.length).sort((a, b) => a - b);
  const lines: Piece[][] = [[]];
  let next = 0;
  for (let i = 1; i < at.length; i++) {
    const [from, to] = [at[i - 1] ?? 0, at[i] ?? 0];
    const part = text.slice(from, to);
    if (part === '\n') {
      lines.push([]);
      continue;
    }
    while ((looks[next]?.to ?? Infinity) <= from) next++;
    const over = looks[next];
    const look = over !== undefined && over.from <= from ? over.look : '';
    const wrong = wrongs.some((each) => each.from <= from && each.to >= to);
    lines.at(-1)?.push({ text: part, look, wrong });
  }
  return lines;
}

/** A stretch that can be seen: one of no length is made one character long, within its line where it can be. */
export function visible(text: string, { from, to }: Stretch): Stretch {
  if (to > from) return { from, to };
  const at = Math.max(0, Math.min(from, text.length));
  const before = at > 0 && text[at - 1] !== '\n';
  const after = at < text.length && text[at] !== '\n';
  if (after) return { from: at, to: at + 1 };
  return before ? { from: at - 1, to: at } : { from: at, to: at };
}

/** Where an offset is: line and column from 0. */
export function placeOf(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length - 1, column: offset - start };
}

/** What is put in at a place, and where the caret is then. */
export interface Edit extends Stretch {
  readonly text: string;
}

const INDENT = '  ';

/** What the Enter key puts in: a new line as far in as the one it leaves, and further after a `{`. */
export function newLineAt(text: string, { from, to }: Stretch): Edit {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const line = text.slice(start, from);
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  const deeper = /\{\s*$/.test(line) ? INDENT : '';
  return { from, to, text: `\n${indent}${deeper}` };
}

/** Makes comments of the lines that are chosen, or of comments lines. */
export function toggleComment(text: string, { from, to }: Stretch): Edit {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const found = text.indexOf('\n', Math.max(from, to - 1));
  const end = found < 0 ? text.length : found;
  const lines = text.slice(start, end).split('\n');
  const filled = lines.filter((line) => line.trim() !== '');
  const all = filled.length > 0 && filled.every((line) => /^\s*#/.test(line));
  const changed = lines.map((line) => {
    if (line.trim() === '') return line;
    return all ? line.replace(/^(\s*)# ?/, '$1') : line.replace(/^(\s*)/, '$1# ');
  });
  return { from: start, to: end, text: changed.join('\n') };
}
