import { spawnSync } from 'node:child_process';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where Belfry's own packages are, beside each other: in `node_modules`, or in its repository. */
const OWN = fileURLToPath(new URL('../../..', import.meta.url));

const CHECK_MS = 10_000;

/** Says what to do about the commonest mistakes. */
function advice(reason: string): string {
  return /outside a module|^Unexpected token 'export'/.test(reason)
    ? '; put "type": "module" into package.json, or let the name of the file end in .mts or .mjs'
    : '';
}

function pathOf(text: string): string {
  return text.startsWith('file:') ? fileURLToPath(text) : text;
}

function isForeign(path: string): boolean {
  return path.startsWith(OWN) || path.includes(`${sep}node_modules${sep}`);
}

/** `…/match.ts:3` alone on the first line, as Node puts it above a syntax error. */
function headPlace(text: string): string | undefined {
  const [, path, line] =
    /^(\/.+|file:.+|[A-Za-z]:\\.+):(\d+)$/m.exec(text.split('\n')[0] ?? '') ?? [];
  return path === undefined ? undefined : `${pathOf(path)}:${line}`;
}

/** The first frame that is the user's own. */
function framePlace(stack: string): string | undefined {
  for (const [, path = '', at = ''] of stack.matchAll(
    /^ +at .*?\(?((?:file:|\/|[A-Za-z]:\\)[^()]*?)((?::\d+){2})\)?$/gm,
  )) {
    const file = pathOf(path);
    if (/\.[cm]?[jt]s$/.test(file) && !isForeign(file)) return file + at;
  }
  return undefined;
}

/** Node tells the line of a syntax error in JavaScript only when it is asked to check the file. */
function checkedPlace(file: string): string | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', file], {
    encoding: 'utf8',
    timeout: CHECK_MS,
  });
  return headPlace(stderr ?? '');
}

/** Why a module could not be loaded, with the file and the line where that can be told. @param file the one that was asked for */
export function loadProblem(error: unknown, file: string): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = '' } = error;
  const place =
    headPlace(stack) ??
    framePlace(stack) ??
    (error instanceof SyntaxError ? checkedPlace(file) : undefined);
  const reason = message + advice(message);
  if (place === undefined) return reason;
  const short = relative(process.cwd(), place);
  return `${reason} (${short.startsWith('..') ? place : short})`;
}
