import { OP } from '../engine/program.ts';
import type { Program } from '../engine/rules.ts';
import { Emitter, TooLarge } from './emit.ts';
import type { Vocabulary } from './names.ts';
import { parse } from './parse.ts';
import type { RotationProblem } from './problem.ts';
import { Resolver } from './resolve.ts';
import type { Resolved } from './resolve.ts';
import { suggestion } from './suggest.ts';
import type { Expression, Statement } from './syntax.ts';

/** Either `program`, or what is wrong with the text, in its order. */
export type Compiled =
  | { readonly program: Program; readonly problems: readonly [] }
  | { readonly program: null; readonly problems: readonly RotationProblem[] };

/** Compiles the text of a rotation for a class. Never throws. */
export function compile(text: string, vocabulary: Vocabulary): Compiled {
  const parsed = parse(text);
  const compiler = new Compiler(vocabulary);
  compiler.block(parsed.statements);
  const problems = [...parsed.problems, ...compiler.problems].sort(
    (a, b) => a.span.from - b.span.from,
  );
  if (problems.length > 0) return { program: null, problems };
  return { program: compiler.finish(), problems: [] };
}

class Compiler {
  readonly #vocabulary: Vocabulary;
  readonly #resolver: Resolver;
  readonly #emitter = new Emitter();
  #tooLarge = false;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#resolver = new Resolver(vocabulary);
  }

  get problems(): readonly RotationProblem[] {
    return this.#resolver.problems;
  }

  finish(): Program {
    return this.#emitter.finish();
  }

  block(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    try {
      this.#compile(statement);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      if (this.#tooLarge) return;
      this.#tooLarge = true;
      const fix =
        'write fewer lines, or shorter conditions: what "let" names counts each time it is used';
      this.#resolver.report(statement.span, 'the rotation is too large from here on', fix);
    }
  }

  #compile(statement: Statement): void {
    switch (statement.type) {
      case 'cast':
        this.#cast(statement);
        break;
      case 'use':
        this.#use(statement);
        break;
      case 'wait': {
        const when = this.#condition(statement.when);
        if (when === undefined) break;
        const past = this.#emitter.label();
        this.#unless(when, past);
        this.#emitter.emit(OP.WAIT);
        this.#emitter.place(past);
        break;
      }
      case 'let':
        this.#resolver.define(statement.name, statement.value);
        break;
      case 'if':
        this.#if(statement);
        break;
      case 'comment':
      case 'gap':
        break;
    }
  }

  /** Null: there is none; undefined: it is wrong. */
  #condition(when: Expression | null): Resolved | null | undefined {
    return when === null ? null : this.#resolver.condition(when);
  }

  #unless(when: Resolved | null, label: ReturnType<Emitter['label']>): void {
    if (when !== null) this.#emitter.branch(when, label, false);
  }

  #cast({ ability, onAny, when }: Extract<Statement, { type: 'cast' }>): void {
    const { definition, abilities } = this.#vocabulary;
    const index = abilities.get(ability.text);
    const condition = this.#condition(when);
    if (index === undefined) {
      const known = [...abilities.keys()];
      const message = `the ${definition.name} has no ability "${ability.text}"`;
      const fix = suggestion(ability.text, known, `it has ${known.join(', ')}`);
      this.#resolver.report(ability.span, message, fix);
      return;
    }
    if (condition === undefined) return;
    const emitter = this.#emitter;
    const past = emitter.label();
    if (onAny) {
      const next = emitter.label();
      emitter.emit(OP.EACH);
      emitter.place(next);
      emitter.emit(OP.NEXT_TARGET);
      emitter.refer(past, 2);
      emitter.emit(OP.TRY, index);
      emitter.refer(next, 2);
      this.#unless(condition, next);
    } else {
      emitter.emit(OP.TRY, index);
      emitter.refer(past, 2);
      this.#unless(condition, past);
    }
    emitter.emit(OP.CAST, index);
    emitter.place(past);
  }

  #use({ place, when }: Extract<Statement, { type: 'use' }>): void {
    const index = this.#vocabulary.places.get(place.text);
    const condition = this.#condition(when);
    if (index === undefined) {
      const known = [...this.#vocabulary.places.keys()];
      const fix = suggestion(place.text, known, `write one of ${known.join(', ')}`);
      this.#resolver.report(place.span, `there is no place "${place.text}" to use`, fix);
      return;
    }
    if (condition === undefined) return;
    const emitter = this.#emitter;
    const past = emitter.label();
    emitter.emit(OP.TRY_USE, index);
    emitter.refer(past, 2);
    this.#unless(condition, past);
    emitter.emit(OP.USE, index);
    emitter.place(past);
  }

  #if({ branches, otherwise }: Extract<Statement, { type: 'if' }>): void {
    const emitter = this.#emitter;
    const end = emitter.label();
    for (const { when, body } of branches) {
      const condition = this.#resolver.condition(when);
      const next = emitter.label();
      if (condition !== undefined) this.#unless(condition, next);
      this.#scope(body);
      emitter.emit(OP.JUMP);
      emitter.refer(end, 1);
      emitter.place(next);
    }
    if (otherwise !== null) this.#scope(otherwise);
    emitter.place(end);
  }

  #scope(body: readonly Statement[]): void {
    this.#resolver.openBlock();
    this.block(body);
    this.#resolver.closeBlock();
  }
}
