import type { Modifier, StatId } from '../catalog/model.ts';
import type { Names } from './compile-names.ts';
import type { CharacterStats, FightPlan } from './fight-plan.ts';
import { Lists } from './lists.ts';
import * as rules from './rules.ts';

const PERCENT = 100;

const RATINGS: Readonly<Record<StatId, number>> = {
  power: rules.GLOBAL.POWER,
  haste: rules.GLOBAL.HASTE_RATING,
  crit: rules.GLOBAL.CRIT_RATING,
  focus: rules.GLOBAL.FOCUS_RATING,
  might: rules.GLOBAL.MIGHT_RATING,
};

type Numbers = { -readonly [key in keyof rules.BaseStats]: number };

/** What modifiers change: for good those of items and sets, for a time those of buffs. */
export class ModifierCompiler {
  readonly stats: Numbers;
  readonly rowFactor: Float64Array;
  readonly rowCrit: Float64Array;
  readonly rowMods: Lists;
  readonly rowCrits: Lists;
  readonly costMods: Lists;
  readonly castMods: Lists;
  /** Of each ability: a factor of its cost, of its time to cast, and the buff that unlocks it. */
  readonly costFactor: Float64Array;
  readonly castFactor: Float64Array;
  readonly unlock: Int32Array;
  /** Of each resource. */
  readonly regenFactor: Float64Array;
  readonly #globals: { kind: number; buff: number; arg: number; amount: number }[] = [];
  readonly #names: Names;

  constructor(plan: FightPlan, names: Names) {
    const abilities = plan.definition.abilities.length;
    this.#names = names;
    this.stats = startingStats(plan.stats);
    this.rowFactor = new Float64Array(names.rows.length).fill(1);
    this.rowCrit = new Float64Array(names.rows.length);
    this.rowMods = new Lists(names.rows.length);
    this.rowCrits = new Lists(names.rows.length);
    this.costMods = new Lists(abilities);
    this.castMods = new Lists(abilities);
    this.costFactor = new Float64Array(abilities).fill(1);
    this.castFactor = new Float64Array(abilities).fill(1);
    this.unlock = new Int32Array(abilities).fill(-1);
    this.regenFactor = new Float64Array(plan.definition.resources.length).fill(1);
    for (const { powers } of plan.extras)
      for (const each of powers.modifiers ?? []) this.#fix(each);
    for (const [buff, { modifiers }] of names.buffs.entries()) {
      for (const each of modifiers ?? []) this.#lend(each, buff);
    }
  }

  globals(): rules.GlobalTables {
    const all = this.#globals;
    return {
      kind: Int32Array.from(all, ({ kind }) => kind),
      buff: Int32Array.from(all, ({ buff }) => buff),
      arg: Int32Array.from(all, ({ arg }) => arg),
      amount: Float64Array.from(all, ({ amount }) => amount),
    };
  }

  #fix(modifier: Modifier): void {
    const { stats } = this;
    switch (modifier.type) {
      case 'stat': {
        const key = modifier.stat === 'power' ? 'power' : (`${modifier.stat}Rating` as const);
        stats[key] += modifier.amount;
        break;
      }
      case 'haste':
        stats.haste *= 1 + modifier.percent / PERCENT;
        break;
      case 'swing':
        stats.swing *= 1 + modifier.percent / PERCENT;
        break;
      case 'crit':
        if (modifier.of === undefined) stats.crit += modifier.percent / PERCENT;
        else
          this.#eachRow(modifier.of, (row) => add(this.rowCrit, row, modifier.percent / PERCENT));
        break;
      case 'damage':
        if (modifier.of === undefined) stats.damage *= 1 + modifier.percent / PERCENT;
        else this.#eachRow(modifier.of, (row) => scale(this.rowFactor, row, modifier.percent));
        break;
      case 'regen':
        scale(this.regenFactor, this.#names.resource(modifier.resource), modifier.percent);
        break;
      case 'cost':
        this.#eachAbility(modifier.of, (index) => scale(this.costFactor, index, modifier.percent));
        break;
      case 'cast':
        this.#eachAbility(modifier.of, (index) => scale(this.castFactor, index, modifier.percent));
        break;
      case 'unlock':
        throw new RangeError('only a buff unlocks an ability');
    }
  }

  #lend(modifier: Modifier, buff: number): void {
    const share = 'percent' in modifier ? modifier.percent / PERCENT : 0;
    const global = (kind: number, amount: number, arg = 0): number =>
      this.#globals.push({ kind, buff, arg, amount });
    switch (modifier.type) {
      case 'stat':
        global(RATINGS[modifier.stat], modifier.amount);
        break;
      case 'haste':
        global(rules.GLOBAL.HASTE, share);
        break;
      case 'swing':
        global(rules.GLOBAL.SWING, share);
        break;
      case 'crit':
        if (modifier.of === undefined) global(rules.GLOBAL.CRIT, share);
        else this.#eachRow(modifier.of, (row) => this.rowCrits.add(row, buff, share));
        break;
      case 'damage':
        if (modifier.of === undefined) global(rules.GLOBAL.DAMAGE, share);
        else this.#eachRow(modifier.of, (row) => this.rowMods.add(row, buff, share));
        break;
      case 'regen':
        global(rules.GLOBAL.REGEN, share, this.#names.resource(modifier.resource));
        break;
      case 'cost':
        this.#eachAbility(modifier.of, (index) => this.costMods.add(index, buff, share));
        break;
      case 'cast':
        this.#eachAbility(modifier.of, (index) => this.castMods.add(index, buff, share));
        break;
      case 'unlock':
        this.#eachAbility(modifier.of, (index) => (this.unlock[index] = buff));
        break;
    }
  }

  #eachRow(ids: readonly string[], visit: (row: number) => void): void {
    for (const id of ids) for (const row of this.#names.rowsOf(id)) visit(row);
  }

  #eachAbility(ids: readonly string[], visit: (ability: number) => void): void {
    for (const id of ids) visit(this.#names.ability(id));
  }
}

function add(array: Float64Array, index: number, amount: number): void {
  array[index] = (array[index] as number) + amount;
}

function scale(array: Float64Array, index: number, percent: number): void {
  array[index] = (array[index] as number) * (1 + percent / PERCENT);
}

function startingStats(stats: CharacterStats): Numbers {
  return { ...stats, haste: 1, damage: 1, swing: 1 };
}
