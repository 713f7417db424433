import type { Effect } from '../catalog/model.ts';
import type { Names } from './compile-names.ts';
import * as rules from './rules.ts';

interface Row {
  readonly kind: number;
  readonly a: number;
  readonly b?: number;
  readonly x?: number;
  readonly y?: number;
}

/** Collects the effects of everything, each group's in one stretch. */
export class EffectCompiler {
  readonly #names: Names;
  readonly #rows: Row[] = [];

  constructor(names: Names) {
    this.#names = names;
  }

  /** Where each group begins, and where the last ends. */
  addAll(groups: readonly (readonly Effect[])[]): Int32Array {
    const starts = [this.#rows.length];
    for (const group of groups) {
      this.#rows.push(...group.map((effect) => this.#compile(effect)));
      starts.push(this.#rows.length);
    }
    return Int32Array.from(starts);
  }

  finish(): rules.Effects {
    const of = (pick: (row: Row) => number | undefined): number[] =>
      this.#rows.map((row) => pick(row) ?? 0);
    return {
      kind: Int32Array.from(of(({ kind }) => kind)),
      a: Int32Array.from(of(({ a }) => a)),
      b: Int32Array.from(of(({ b }) => b)),
      x: Float64Array.from(of(({ x }) => x)),
      y: Float64Array.from(of(({ y }) => y)),
    };
  }

  #compile(effect: Effect): Row {
    const names = this.#names;
    switch (effect.type) {
      case 'damage':
        return {
          kind: rules.EFFECT.DAMAGE,
          a: effect.targets ?? 1,
          b: effect.perSpent === true ? 1 : 0,
          x: effect.power ?? 0,
          y: effect.flat ?? 0,
        };
      case 'dot':
        return {
          kind: rules.EFFECT.DOT,
          a: names.dot(effect.dot),
          b: effect.targets ?? 1,
          x: effect.msPerSpent ?? 0,
        };
      case 'buff':
        return {
          kind: rules.EFFECT.BUFF,
          a: names.buff(effect.buff),
          b: effect.stacks ?? 1,
          x: effect.msPerSpent ?? 0,
        };
      case 'gain':
        return {
          kind: rules.EFFECT.GAIN,
          a: names.resource(effect.resource),
          b: effect.perTarget ?? 0,
          x: Math.round(effect.amount * rules.UNIT),
        };
      case 'hasten':
        return { kind: rules.EFFECT.HASTEN, a: names.ability(effect.ability), x: effect.ms };
      case 'detonate':
        return { kind: rules.EFFECT.DETONATE, a: names.dot(effect.dot), x: effect.percent / 100 };
      case 'extend':
        return { kind: rules.EFFECT.EXTEND, a: names.dot(effect.dot), x: effect.ms };
    }
  }
}
