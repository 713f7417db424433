import { COMPARISON, MAX_CODE, MAX_STACK, OP, WORDS } from '../engine/program.ts';
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

const COMPARISONS: Readonly<Record<Comparison, number>> = {
  '<': COMPARISON.LESS,
  '<=': COMPARISON.AT_MOST,
  '>': COMPARISON.MORE,
  '>=': COMPARISON.AT_LEAST,
  '==': COMPARISON.EQUAL,
  '!=': COMPARISON.UNEQUAL,
};
/** What holds when a comparison does not. */
const OPPOSITE = [
  COMPARISON.AT_LEAST,
  COMPARISON.MORE,
  COMPARISON.AT_MOST,
  COMPARISON.LESS,
  COMPARISON.UNEQUAL,
  COMPARISON.EQUAL,
];
/** What holds of b and a when a comparison holds of a and b. */
const MIRRORED = [
  COMPARISON.MORE,
  COMPARISON.AT_LEAST,
  COMPARISON.LESS,
  COMPARISON.AT_MOST,
  COMPARISON.EQUAL,
  COMPARISON.UNEQUAL,
];

const CALCULATIONS = {
  '+': OP.ADD,
  '-': OP.SUBTRACT,
  '*': OP.MULTIPLY,
  '/': OP.DIVIDE,
  min: OP.LEAST,
  max: OP.MOST,
} as const;

/** Writes a program, instruction by instruction. */
export class Emitter {
  readonly #code: number[] = [];
  readonly #constants: number[] = [];
  #depth = 0;

  emit(op: number, ...words: readonly number[]): void {
    if (this.#code.length >= MAX_CODE) throw new TooLarge();
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
    const user = this.#code.length - WORDS + word;
    label.users.push(user);
    this.#code[user] = label.at;
  }

  /** Goes to the label when the condition is `sense`, and on otherwise. */
  branch(condition: Resolved, label: Label, sense: boolean): void {
    switch (condition.is) {
      case 'constant':
        if ((condition.value !== 0) !== sense) return;
        this.#jump(label);
        return;
      case 'value':
        this.emit(sense ? OP.IF : OP.UNLESS, condition.name.value, condition.name.arg);
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
    this.emit(OP.END);
    return {
      code: Int32Array.from(this.#code),
      constants: Float64Array.from(this.#constants),
    };
  }

  #jump(label: Label): void {
    this.emit(OP.JUMP);
    this.refer(label, 1);
  }

  #constant(value: number): number {
    const known = this.#constants.findIndex((each) => Object.is(each, value));
    return known >= 0 ? known : this.#constants.push(value) - 1;
  }

  #compare({ left, right }: Extract<Resolved, { is: 'compare' }>, comparison: number): void {
    if (left.is === 'value' && right.is === 'constant') {
      this.emit(OP.TEST, ...operands(left.name, comparison), this.#constant(right.value));
    } else if (left.is === 'constant' && right.is === 'value') {
      const mirrored = MIRRORED[comparison] as number;
      this.emit(OP.TEST, ...operands(right.name, mirrored), this.#constant(left.value));
    } else {
      this.#push(left);
      this.#push(right);
      this.emit(OP.COMPARE, comparison);
      this.#depth -= 2;
    }
  }

  #push(of: Resolved): void {
    if (of.is === 'constant') {
      this.#deeper();
      this.emit(OP.CONSTANT, this.#constant(of.value));
    } else if (of.is === 'value') {
      this.#deeper();
      this.emit(OP.PUSH, of.name.value, of.name.arg);
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
    if (++this.#depth > MAX_STACK) throw new TooLarge();
  }
}

function operands({ value, arg }: KnownName, comparison: number): [number, number] {
  return [value, arg | (comparison << 16)];
}
