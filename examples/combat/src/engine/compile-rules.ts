import type { AbilityDefinition, ProcDefinition } from '../catalog/model.ts';
import { EffectCompiler } from './compile-effects.ts';
import { ModifierCompiler } from './compile-modifiers.ts';
import { AUTO_ATTACK, nameAll, OFF_HAND_ATTACK } from './compile-names.ts';
import type { Names } from './compile-names.ts';
import type { FightPlan } from './fight-plan.ts';
import { Lists } from './lists.ts';
import { MAX_PENDING } from './machine.ts';
import { RANDOM_RANGE } from './random.ts';
import * as rules from './rules.ts';
import { MAX_SLOTS } from './timers.ts';

const PERCENT = 100;
const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60_000;
/** What of its power a character puts into each second of a swing. */
const SWING_POWER = 0.12;
/** What the off-hand does of what the main hand would. */
const OFF_HAND_SHARE = 0.5;

const ints = (values: readonly number[]): Int32Array => Int32Array.from(values);
const doubles = (values: readonly number[]): Float64Array => Float64Array.from(values);

function compileAbilities(
  plan: FightPlan,
  names: Names,
  modifiers: ModifierCompiler,
): Omit<rules.AbilityTables, 'effects' | 'proc' | 'procStart'> {
  const { abilities, gcd } = plan.definition;
  const eats = new Lists(abilities.length);
  for (const [buff, { consumedBy }] of names.buffs.entries()) {
    for (const id of consumedBy ?? []) eats.add(names.ability(id), buff);
  }
  const of = (pick: (ability: AbilityDefinition, index: number) => number): number[] =>
    abilities.map(pick);
  return {
    row: ints(of(({ id }) => names.row('ability', id))),
    gcd: ints(of((each) => (each.gcd === false ? 0 : gcd.ms))),
    cast: ints(
      of((each, i) =>
        Math.round((each.cast ?? each.channel?.ms ?? 0) * (modifiers.castFactor[i] as number)),
      ),
    ),
    ticks: ints(of(({ channel }) => channel?.ticks ?? 0)),
    cooldown: ints(of(({ cooldown }) => cooldown ?? 0)),
    charges: ints(of(({ charges }) => charges ?? 1)),
    costResource: ints(of(({ cost }) => (cost === undefined ? -1 : names.resource(cost.resource)))),
    cost: doubles(
      of(({ cost }, i) =>
        Math.round((cost?.amount ?? 0) * rules.UNIT * (modifiers.costFactor[i] as number)),
      ),
    ),
    spends: ints(of(({ spends }) => (spends === undefined ? -1 : names.resource(spends)))),
    below: doubles(of(({ below }) => below ?? 0)),
    unlock: modifiers.unlock,
    eatStart: eats.starts(),
    eatBuff: eats.whats(),
    costModStart: modifiers.costMods.starts(),
    costModBuff: modifiers.costMods.whats(),
    costModShare: modifiers.costMods.shares(),
    castModStart: modifiers.castMods.starts(),
    castModBuff: modifiers.castMods.whats(),
    castModShare: modifiers.castMods.shares(),
  };
}

/** The rows whose hits may set off a proc; none for one that goes by uses. */
function rowsThatSetOff(names: Names, proc: ProcDefinition): number[] {
  const kinds = {
    cast: [],
    hit: ['ability'],
    crit: ['ability', 'attack'],
    tick: ['dot'],
    swing: ['attack'],
  }[proc.on];
  const wanted =
    proc.of === undefined ? undefined : new Set(proc.of.flatMap((id) => names.rowsOf(id)));
  return names.rows.flatMap(({ kind }, row) =>
    (kinds as string[]).includes(kind) && (wanted === undefined || wanted.has(row)) ? [row] : [],
  );
}

interface Triggers {
  readonly byRow: Lists;
  readonly byAbility: Lists;
}

function compileTriggers(plan: FightPlan, names: Names): Triggers {
  const { abilities } = plan.definition;
  const byRow = new Lists(names.rows.length);
  const byAbility = new Lists(abilities.length);
  for (const [index, proc] of names.procs.entries()) {
    for (const row of rowsThatSetOff(names, proc)) byRow.add(row, index);
    if (proc.on !== 'cast') continue;
    for (const id of proc.of ?? abilities.map((ability) => ability.id)) {
      byAbility.add(names.ability(id), index);
    }
  }
  return { byRow, byAbility };
}

function compileProcs(names: Names): Omit<rules.ProcTables, 'effects'> {
  const { procs } = names;
  return {
    row: ints(procs.map(({ id }) => names.row('proc', id))),
    onCrit: ints(procs.map(({ on }) => (on === 'crit' ? 1 : 0))),
    chance: doubles(
      procs.map(({ chance }) => (chance === undefined ? -1 : (chance / PERCENT) * RANDOM_RANGE)),
    ),
    perMs: doubles(procs.map(({ perMinute }) => (perMinute ?? 0) / MS_PER_MINUTE)),
    cooldown: ints(procs.map(({ cooldown }) => cooldown ?? 0)),
  };
}

function compileRows(
  plan: FightPlan,
  names: Names,
  modifiers: ModifierCompiler,
): Omit<rules.RowTables, 'proc' | 'procStart'> {
  const focus = new Set(plan.definition.focus.of.flatMap((id) => names.rowsOf(id)));
  const vulnerable = new Lists(names.rows.length);
  for (const [dot, each] of plan.definition.dots.entries()) {
    for (const id of each.vulnerable?.of ?? []) {
      for (const row of names.rowsOf(id)) {
        vulnerable.add(row, dot, (each.vulnerable?.percent ?? 0) / PERCENT);
      }
    }
  }
  return {
    names: names.rows,
    factor: modifiers.rowFactor,
    crit: modifiers.rowCrit,
    focus: doubles(names.rows.map((_, row) => (focus.has(row) ? 1 : 0))),
    modStart: modifiers.rowMods.starts(),
    modBuff: modifiers.rowMods.whats(),
    modShare: modifiers.rowMods.shares(),
    critStart: modifiers.rowCrits.starts(),
    critBuff: modifiers.rowCrits.whats(),
    critShare: modifiers.rowCrits.shares(),
    vulnStart: vulnerable.starts(),
    vulnDot: vulnerable.whats(),
    vulnShare: vulnerable.shares(),
  };
}

function compileSwings(
  { definition, mainHand, offHand }: FightPlan,
  names: Names,
): rules.SwingTables {
  const hands = [
    { weapon: mainHand, row: names.row('attack', AUTO_ATTACK), share: 1 },
    { weapon: offHand, row: names.row('attack', OFF_HAND_ATTACK), share: OFF_HAND_SHARE },
  ].map(({ weapon, row, share }) => {
    const swings = definition.swings && weapon !== null && weapon.speed > 0;
    return {
      row,
      speed: swings ? weapon.speed : 0,
      min: swings ? weapon.min * share : 0,
      range: swings ? (weapon.max - weapon.min) * share : 0,
      power: swings ? (SWING_POWER * share * weapon.speed) / MS_PER_SECOND : 0,
    };
  });
  return {
    row: ints(hands.map(({ row }) => row)),
    speed: ints(hands.map(({ speed }) => speed)),
    min: doubles(hands.map(({ min }) => min)),
    range: doubles(hands.map(({ range }) => range)),
    power: doubles(hands.map(({ power }) => power)),
  };
}

function compileStyle({ style, targets }: FightPlan): rules.StyleTables {
  const { waves, moves } = style;
  return {
    targets,
    staying: waves === undefined ? targets : 1,
    health: style.health,
    waveEvery: waves?.every ?? 0,
    waveFirst: waves?.first ?? 0,
    waveLast: waves?.last ?? 0,
    moveEvery: moves?.every ?? 0,
    moveFirst: moves?.first ?? 0,
    moveLast: moves?.last ?? 0,
  };
}

/** In the order in which things that are due at once happen. */
function layOut(buffs: number, cells: number): rules.SlotLayout {
  const firstBuff = 2;
  const pulses = firstBuff + buffs;
  const dots = pulses + buffs;
  const cast = dots + cells;
  const swings = cast + 1;
  const act = swings + 2;
  return { wave: 0, move: 1, buffs: firstBuff, pulses, dots, cast, swings, act, count: act + 1 };
}

/** Compiles a fight. Throws a RangeError that names what is wrong when the definitions do not fit together: a fault of the rules, not of a player. */
export function compileRules(plan: FightPlan): rules.Rules {
  const { definition, uses, targets } = plan;
  const names = nameAll(plan);
  const modifiers = new ModifierCompiler(plan, names);
  const effects = new EffectCompiler(names);
  const triggers = compileTriggers(plan, names);
  const abilities: rules.AbilityTables = {
    ...compileAbilities(plan, names, modifiers),
    effects: effects.addAll(definition.abilities.map((ability) => ability.effects)),
    procStart: triggers.byAbility.starts(),
    proc: triggers.byAbility.whats(),
  };
  const procs: rules.ProcTables = {
    ...compileProcs(names),
    effects: effects.addAll(names.procs.map((proc) => proc.effects)),
  };
  const globals = modifiers.globals();
  const isGlobal = new Set(globals.buff);
  const pulseRow = (id: string, has: boolean): number => (has ? names.row('buff', id) : 0);
  const buffs: rules.BuffTables = {
    names: names.buffs.map(({ id }) => id),
    row: ints(names.buffs.map(({ id, pulse }) => pulseRow(id, pulse !== undefined))),
    ms: ints(names.buffs.map(({ ms }) => ms)),
    stacks: ints(names.buffs.map(({ stacks }) => stacks ?? 1)),
    carries: ints(names.buffs.map(({ carries }) => (carries === true ? 1 : 0))),
    global: ints(names.buffs.map((_, index) => (isGlobal.has(index) ? 1 : 0))),
    pulse: ints(names.buffs.map(({ pulse }) => pulse?.ms ?? 0)),
    pulseEffects: effects.addAll(names.buffs.map(({ pulse }) => pulse?.effects ?? [])),
  };
  const firstBuff = (use: FightPlan['uses'][number]): number => {
    const gives = use?.use.effects.find((effect) => effect.type === 'buff');
    return gives === undefined ? -1 : names.buff(gives.buff);
  };
  const slots = layOut(names.buffs.length, targets * definition.dots.length);
  if (slots.count > MAX_SLOTS) {
    throw new RangeError(`a fight has at most ${MAX_SLOTS} timers, this one has ${slots.count}`);
  }
  const compiled: rules.Rules = {
    stats: modifiers.stats,
    rows: {
      ...compileRows(plan, names, modifiers),
      procStart: triggers.byRow.starts(),
      proc: triggers.byRow.whats(),
    },
    abilities,
    dots: {
      row: ints(definition.dots.map(({ id }) => names.row('dot', id))),
      ms: ints(definition.dots.map(({ ms }) => ms)),
      every: ints(definition.dots.map(({ every }) => every)),
      power: doubles(definition.dots.map(({ power }) => power)),
    },
    buffs,
    globals,
    resources: {
      names: definition.resources.map(({ id }) => id),
      max: doubles(definition.resources.map(({ max }) => max * rules.UNIT)),
      start: doubles(definition.resources.map(({ start }) => start * rules.UNIT)),
      regen: doubles(
        definition.resources.map(
          ({ regen }, r) =>
            ((regen ?? 0) * rules.UNIT * (modifiers.regenFactor[r] as number)) / MS_PER_SECOND,
        ),
      ),
    },
    procs,
    uses: {
      row: ints(uses.map((use) => (use === null ? 0 : names.row('item', use.id)))),
      cooldown: ints(uses.map((use) => use?.use.cooldown ?? 0)),
      effects: effects.addAll(uses.map((use) => use?.use.effects ?? [])),
      buff: ints(uses.map(firstBuff)),
    },
    swings: compileSwings(plan, names),
    effects: effects.finish(),
    style: compileStyle(plan),
    slots,
    program: plan.program,
    gcdHasted: definition.gcd.hasted,
    duration: plan.duration,
    variation: plan.variation,
  };
  const pending = longestGroup(compiled.abilities.effects) * targets * triggers.byRow.longest();
  if (pending + triggers.byAbility.longest() > MAX_PENDING) {
    throw new RangeError(`at most ${MAX_PENDING} procs can come up at once`);
  }
  return compiled;
}

function longestGroup(starts: Int32Array): number {
  let longest = 0;
  for (let i = 1; i < starts.length; i++) {
    longest = Math.max(longest, (starts[i] as number) - (starts[i - 1] as number));
  }
  return longest;
}
