import type { Looks, Stretch } from './editor-text.ts';

/** What an editor asks of a language. All of it is pure. */
export interface Language {
  /** In order, none overlapping another. */
  looks(text: string): readonly Looks[];
  /** What is wrong, in the order of the text. */
  problems(text: string): readonly EditorProblem[];
  /** What could stand where the caret is; the best first. */
  completions(text: string, at: number): Completions;
  /** The text in the one right form; `null`: something is wrong with it. */
  format(text: string): string | null;
}

export interface EditorProblem extends Stretch {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
}

/** `from` to `to` is what a chosen one takes the place of. */
export interface Completions extends Stretch {
  readonly options: readonly Completion[];
}

export interface Completion {
  readonly text: string;
  /** A sentence for people. */
  readonly detail: string;
  /** A word for what it is. */
  readonly kind: string;
}
