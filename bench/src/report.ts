/** What every benchmark and torture run prints and writes: the machine, the settings, a table, and the same figures as JSON. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

export type Figure = string | number | boolean | null;

/** One line of a table. Keys are the documented names of the figures; a unit is part of the name (`latency_p99_ms`). */
export type Row = Readonly<Record<string, Figure>>;

export interface Section {
  /** The key in the JSON file. */
  readonly name: string;
  /** The question that the section answers. */
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface Report {
  readonly name: string;
  readonly settings: Row;
  readonly sections: readonly Section[];
  /** What went against a promise. Any makes the run fail. */
  readonly violations: readonly string[];
}

/** The machine and the versions a run was made with. */
export function environment(): Row {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    redis: versionOf('redis-server', ['--version'], /v=([\d.]+)/),
    belfry: versionOf('git', ['rev-parse', '--short', 'HEAD'], /([0-9a-f]+)/),
  };
}

function versionOf(binary: string, args: readonly string[], pattern: RegExp): string {
  try {
    const said = execFileSync(binary, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return pattern.exec(said)?.[1] ?? 'unknown';
  } catch {
    return 'not installed';
  }
}

/** Prints the report, writes it to `jsonFile` if there is one, and says by the exit code whether a promise was broken. */
export function publishReport(report: Report, jsonFile: string | undefined): void {
  const machine = environment();
  console.log(`\n${report.name}`);
  console.log(line(machine));
  console.log(line(report.settings));
  for (const { title, rows } of report.sections) {
    console.log(`\n${title}`);
    for (const text of tableLines(rows)) console.log(`  ${text}`);
  }
  console.log(`\n${report.violations.length} violations`);
  for (const violation of report.violations.slice(0, 50)) console.log(`  ${violation}`);
  if (jsonFile !== undefined) {
    const sections = Object.fromEntries(report.sections.map(({ name, rows }) => [name, rows]));
    const { name, settings, violations } = report;
    const json = { name, environment: machine, settings, ...sections, violations };
    writeFileSync(jsonFile, `${JSON.stringify(json, null, 2)}\n`);
    console.log(`written to ${jsonFile}`);
  }
  if (report.violations.length > 0) process.exitCode = 1;
}

function line(row: Row): string {
  return `  ${Object.entries(row)
    .map(([key, value]) => `${key} ${value}`)
    .join(' · ')}`;
}

/** A table as lines of text: numbers to the right, words to the left. */
export function tableLines(rows: readonly Row[]): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => cell(row[column])));
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const numeric = columns.map((column) =>
    rows.every((row) => typeof (row[column] ?? 0) === 'number'),
  );
  const lay = (texts: readonly string[]): string =>
    texts
      .map((text, i) => (numeric[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [lay(columns), ...cells.map(lay)];
}

function cell(value: Figure | undefined): string {
  if (value === undefined || value === null) return '–';
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(value < 10 ? 2 : 1);
}
