/** JSON that somebody typed, or what is wrong with it. */
export type Typed =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly problem: string };

/** A whole number that JavaScript would change. */
const LONG_NUMBER = /(?<![\w."\\])-?\d{16,}(?![\w.])/;

/** Line and column of a position, from 1. */
function placeOf(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Checks what is to be published. */
export function readTyped(text: string): Typed {
  if (text.trim() === '') return { ok: false, problem: 'Write some JSON, e.g. {"text": "hello"}.' };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const position = /position (\d+)/.exec(message)?.[1];
    const where = position === undefined ? '' : ` (${placeOf(text, Number(position))})`;
    const hint = 'Names and texts need double quotes, and there is no comma after the last.';
    return { ok: false, problem: `That is not JSON${where}. ${hint}` };
  }
  // Texts may have such digits in them.
  const outside = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const long = LONG_NUMBER.exec(outside)?.[0];
  if (long !== undefined && !Number.isSafeInteger(Number(long))) {
    const problem = `${long} is too long for this page, which would change its last digits. Publish it from a program.`;
    return { ok: false, problem };
  }
  return { ok: true, data };
}
