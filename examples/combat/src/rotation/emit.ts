import * as p from '../engine/program.ts';
import type { Program } from '../engine/rules.ts';
import type { KnownName } from './names.ts';
import type { Resolved } from './resolve.ts';
import type { Comparison } from './syntax.ts';

/** A place in the program that is jumped to, perhaps before it is known. */
export interface Label {
  at: number;
  readonly users: number[];
}

/** The program would be longer, or its sums deeper, than it may be. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const POLL_MS = 100;

const COMPARISONS: Readonly<Record<Comparison, number>> = {
  '<': p.LESS,
  '<=': p.AT_MOST,
  '>': p.MORE,
  '>=': p.AT_LEAST,
  '==': p.EQUAL,
  '!=': p.UNEQUAL,
};
/** What holds when a comparison does not. */
const OPPOSITE = [p.AT_LEAST, p.MORE, p.AT_MOST, p.LESS, p.UNEQUAL, p.EQUAL];
/** What holds of b and a when a comparison holds of a and b. */
const MIRRORED = [p.MORE, p.AT_LEAST, p.LESS, p.AT_MOST, p.EQUAL, p.UNEQUAL];

const CALCULATIONS = {
  '+': p.OP_ADD,
  '-': p.OP_SUBTRACT,
  '*': p.OP_MULTIPLY,
  '/': p.OP_DIVIDE,
  min: p.OP_LEAST,
  max: p.OP_MOST,
} as const;

/** Writes a program, instruction by instruction. */
export class Emitter {
  readonly #code: number[] = [];
  readonly #constants: number[] = [];
  readonly #watches = new Map<string, { kind: number; arg: number; x: number }>();
  #poll = 0;
  #depth = 0;

  emit(op: number, ...words: readonly number[]): void {
    if (this.#code.length >= p.MAX_CODE) throw new TooLarge();
    this.#code.push(op, words[0] ?? 0, words[1] ?? 0, words[2] ?? 0);
  }

  label(): Label {
    return { at: -1, users: [] };
  }

  place(label: Label): void {
    label.at = this.#code.length;
    for (const user of label.users) this.#code[user] = label.at;
  }

  /** Lets word `word` of the instruction that was emitted last be the place of the label. */
  refer(label: Label, word: number): void {
    const user = this.#code.length - p.WORDS + word;
    label.users.push(user);
    this.#code[user] = label.at;
  }

  watch(kind: number, arg: number, x: number): void {
    // Downwards: what is waited for must not be missed by the part of a millisecond.
    const whole = kind === p.WATCH_RESOURCE || kind === p.WATCH_HEALTH ? x : Math.floor(x);
    this.#watches.set(`${kind} ${arg} ${whole}`, { kind, arg, x: whole });
  }

  /** Goes to the label when the condition is `sense`, and on otherwise. */
  branch(condition: Resolved, label: Label, sense: boolean): void {
    switch (condition.is) {
      case 'constant':
        if ((condition.value !== 0) !== sense) return;
        this.#jump(label);
        return;
      case 'value':
        this.#watchTruth(condition.name);
        this.emit(sense ? p.OP_IF : p.OP_UNLESS, condition.name.value, condition.name.arg);
        this.refer(label, 3);
        return;
      case 'not':
        this.branch(condition.of, label, !sense);
        return;
      case 'and':
      case 'or': {
        // A jump is certain as soon as one of them is what decides.
        const decides = condition.is === 'or';
        if (decides === sense) {
          this.branch(condition.left, label, sense);
          this.branch(condition.right, label, sense);
          return;
        }
        const past = this.label();
        this.branch(condition.left, past, decides);
        this.branch(condition.right, label, sense);
        this.place(past);
        return;
      }
      case 'compare': {
        const holds = COMPARISONS[condition.operator];
        this.#compare(condition, sense ? (OPPOSITE[holds] as number) : holds);
        this.#jump(label);
        return;
      }
      case 'calculate':
        throw new TypeError('a sum is no condition');
    }
  }

  finish(): Program {
    this.emit(p.OP_END);
    const watches = [...this.#watches.values()];
    return {
      code: Int32Array.from(this.#code),
      constants: Float64Array.from(this.#constants),
      watchKind: Int32Array.from(watches, ({ kind }) => kind),
      watchArg: Int32Array.from(watches, ({ arg }) => arg),
      watchX: Float64Array.from(watches, ({ x }) => x),
      poll: this.#poll,
    };
  }

  #jump(label: Label): void {
    this.emit(p.OP_JUMP);
    this.refer(label, 1);
  }

  #constant(value: number): number {
    const known = this.#constants.findIndex((each) => Object.is(each, value));
    return known >= 0 ? known : this.#constants.push(value) - 1;
  }

  #compare({ left, right }: Extract<Resolved, { is: 'compare' }>, comparison: number): void {
    if (left.is === 'value' && right.is === 'constant') {
      this.#test(left.name, comparison, right.value);
    } else if (left.is === 'constant' && right.is === 'value') {
      this.#test(right.name, MIRRORED[comparison] as number, left.value);
    } else {
      this.#push(left);
      this.#push(right);
      this.emit(p.OP_COMPARE, comparison);
      this.#depth -= 2;
    }
  }

  #test(name: KnownName, comparison: number, value: number): void {
    this.emit(p.OP_TEST, name.value, name.arg | (comparison << 16), this.#constant(value));
    const { watch } = name;
    if (name.drifts === true) this.#poll = POLL_MS;
    if (watch === undefined) return;
    if (name.value !== p.V_CHARGES) {
      this.watch(watch.kind, watch.arg, watch.offset + watch.factor * value);
      return;
    }
    // One charge after the other comes back.
    for (let x = 0; x <= watch.offset; x -= watch.factor) this.watch(watch.kind, watch.arg, x);
  }

  #watchTruth({ watch }: KnownName): void {
    if (watch !== undefined) this.watch(watch.kind, watch.arg, watch.offset);
  }

  #push(of: Resolved): void {
    if (of.is === 'constant') {
      this.#deeper();
      this.emit(p.OP_CONSTANT, this.#constant(of.value));
    } else if (of.is === 'value') {
      this.#deeper();
      this.emit(p.OP_PUSH, of.name.value, of.name.arg);
      if (of.name.watch !== undefined || of.name.drifts === true) this.#poll = POLL_MS;
    } else if (of.is === 'calculate') {
      this.#push(of.left);
      this.#push(of.right);
      this.emit(CALCULATIONS[of.operator]);
      this.#depth--;
    } else {
      throw new TypeError('a condition is no sum');
    }
  }

  #deeper(): void {
    if (++this.#depth > p.MAX_STACK) throw new TooLarge();
  }
}
