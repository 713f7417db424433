import type { Command, FlagSpec } from './command.ts';
import { COMMON_FLAGS } from './parse-arguments.ts';

const EXIT_CODES = `Exit codes: 0 done; 1 it could not be done; 2 it was not understood.`;

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n');
}

function flagRow({ name, value, doc, multiple }: FlagSpec): readonly [string, string] {
  const left = value === undefined ? `--${name}` : `--${name} ${value}`;
  return [left, multiple === true ? `${doc} May be given several times.` : doc];
}

/** `belfry actors ls --help` */
export function commandHelp(command: Command): string {
  const { path, summary, args = [], flags, notes = [], examples = [] } = command;
  const usage = ['belfry', ...path, ...args, '[flags]'].join(' ');
  return [
    summary,
    `Usage: ${usage}`,
    ...notes,
    `Flags:\n${table([...flags, ...COMMON_FLAGS].map(flagRow))}`,
    ...(examples.length > 0
      ? [`Examples:\n${examples.map((line) => `  ${line}`).join('\n')}`]
      : []),
    EXIT_CODES,
  ].join('\n\n');
}

/** `belfry --help`, and `belfry actors` with nothing after it. */
export function overview(commands: readonly Command[], group?: string): string {
  const shown = commands.filter(({ path }) => group === undefined || path[0] === group);
  const rows = shown.map(
    ({ path, args = [], summary }) => [['belfry', ...path, ...args].join(' '), summary] as const,
  );
  return [
    'Belfry, a distributed realtime server.',
    `Usage: belfry ${group ?? '<command>'} ${group === undefined ? '' : '<command> '}[flags]`,
    `Commands:\n${table(rows)}`,
    '`belfry <command> --help` tells more; `belfry --version` the version.',
    'Settings come from flags, then BELFRY_* variables, then belfry.config.ts or .json, then the defaults; docs/configuration.md lists them.',
    EXIT_CODES,
  ].join('\n\n');
}
