import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

/** A row as an array of its columns: cheaper than an object per row. */
export type SqlRow = readonly SQLOutputValue[];

/** A statement that is prepared once and answers with arrays. */
export class Query {
  readonly #statement: StatementSync;

  constructor(db: DatabaseSync, sql: string) {
    this.#statement = db.prepare(sql);
    this.#statement.setReturnArrays(true);
  }

  first(...values: SQLInputValue[]): SqlRow | undefined {
    return this.#statement.get(...values) as unknown as SqlRow | undefined;
  }

  all(...values: SQLInputValue[]): SqlRow[] {
    return this.#statement.all(...values) as unknown as SqlRow[];
  }

  /** How many rows changed. */
  run(...values: SQLInputValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }
}

/** Column `i` of a row that the schema says is a number. */
export function num(row: SqlRow, i: number): number {
  return row[i] as number;
}

export function numOrNull(row: SqlRow, i: number): number | null {
  return row[i] as number | null;
}

/** Column `i` of a row that the schema says is text. */
export function str(row: SqlRow, i: number): string {
  return row[i] as string;
}

export function strOrNull(row: SqlRow, i: number): string | null {
  return row[i] as string | null;
}
