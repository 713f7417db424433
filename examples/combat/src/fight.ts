import type { Character, CharacterInput } from './character/character.ts';
import { parseCharacter } from './character/check.ts';
import { fists, statsAt, sumStats } from './character/stats.ts';
import { findClass, findItem, findSet, findStyle } from './catalog/catalog.ts';
import { SLOTS } from './catalog/model.ts';
import type {
  ClassDefinition,
  FightStyleDefinition,
  ItemDefinition,
  Slot,
} from './catalog/model.ts';
import { compileRules } from './engine/compile-rules.ts';
import type { Extra, FightPlan, Usable } from './engine/fight-plan.ts';
import { Machine } from './engine/machine.ts';
import { playIteration } from './engine/run.ts';
import { clearSink, createSink } from './engine/sink.ts';
import type { Sink } from './engine/sink.ts';
import { fingerprint } from './fingerprint.ts';
import { resultOf } from './result/from-sink.ts';
import type { CombatResult } from './result/result.ts';
import { compile } from './rotation/compile.ts';
import { vocabularyFor } from './rotation/editor.ts';

/** Changes whenever the same fight comes out otherwise than before: results of two versions must not be merged. */
export const RULES_VERSION = 1;

const MS_PER_SECOND = 1000;
const PERCENT = 100;
const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** Which iterations: `from`, `from + 1`, …, `count` of them. All are whole numbers from 0 on. */
export interface IterationRange {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** A fight that is ready to be run, any number of times. */
export interface Fight {
  /** Stands for all that decides what comes out. */
  readonly id: string;
  createSink(): Sink;
  clearSink(sink: Sink): void;
  /**
   * Plays iterations and adds them to a sink of this fight. Iteration i of a seed is the same wherever and with whichever others it
   * is played. Allocates nothing that grows with their number.
   */
  run(range: IterationRange, sink: Sink): void;
  result(sink: Sink): CombatResult;
  /** All at once: a new sink, a run, its result. */
  simulate(range: IterationRange): CombatResult;
}

/** Makes a fight of a plan. For the rules of the game, `prepare` is what you want. */
export function fightOf(id: string, plan: FightPlan): Fight {
  const rules = compileRules(plan);
  const machine = new Machine(rules);
  const named = { id, rules, dots: plan.definition.dots.map((dot) => dot.id) };
  const sinks = new WeakSet<Sink>();
  const fight: Fight = {
    id,
    createSink() {
      const sink = createSink(rules);
      sinks.add(sink);
      return sink;
    },
    clearSink,
    run({ seed, from, count }, sink) {
      requireWhole('seed', seed);
      requireWhole('from', from);
      requireWhole('count', count);
      requireWhole('from + count', from + count);
      if (!sinks.has(sink)) throw new TypeError('the sink is of another fight; make one of this');
      machine.sink = sink;
      for (let i = 0; i < count; i++) playIteration(machine, seed, from + i);
    },
    result: (sink) => resultOf(named, sink),
    simulate(range) {
      const sink = fight.createSink();
      fight.run(range, sink);
      return fight.result(sink);
    },
  };
  return fight;
}

function requireWhole(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_INTEGER) return;
  throw new RangeError(`${what} is ${value}; it must be a whole number from 0 to ${MAX_INTEGER}`);
}

/** The fight of a character. Throws a CombatError that tells all that is wrong with it. */
export function prepare(input: CharacterInput): Fight {
  const character = parseCharacter(input);
  return fightOf(fingerprintOf(character), planOf(character));
}

/** What stands for a character's fight: whatever only people care about is left out. */
function fingerprintOf({ name: _name, ...rest }: Character): string {
  const gear = SLOTS.flatMap((slot) =>
    rest.gear[slot] === undefined ? [] : [slot, rest.gear[slot]],
  );
  const bonus = Object.entries(rest.bonus).sort(([a], [b]) => (a < b ? -1 : 1));
  const { class: className, level, rotation, style, targets, duration, variation } = rest;
  const all = [
    RULES_VERSION,
    className,
    level,
    gear,
    bonus,
    rotation,
    style,
    targets,
    duration,
    variation,
  ];
  return fingerprint(JSON.stringify(all));
}

/** Only what has passed `parseCharacter` gets here, so all that it names exists. */
function found<T>(what: T | undefined): T {
  if (what === undefined)
    throw new RangeError('a character that was checked names what is not there');
  return what;
}

function planOf(character: Character): FightPlan {
  const definition: ClassDefinition = found(findClass(character.class));
  const style: FightStyleDefinition = found(findStyle(character.style));
  const worn = new Map<Slot, ItemDefinition>();
  for (const slot of SLOTS) {
    const id = character.gear[slot];
    if (id !== undefined) worn.set(slot, found(findItem(id)));
  }
  const items = [...worn.values()];
  const { program } = compile(character.rotation ?? definition.rotation, vocabularyFor(definition));
  const usable = (slot: Slot): Usable | null => {
    const item = worn.get(slot);
    return item?.use === undefined ? null : { id: item.id, use: item.use };
  };
  return {
    definition,
    stats: statsAt(
      character.level,
      sumStats([...items.map(({ stats }) => stats), character.bonus]),
    ),
    mainHand: worn.get('main_hand')?.weapon ?? fists(character.level),
    offHand: worn.get('off_hand')?.weapon ?? null,
    extras: [...items.map((item): Extra => ({ id: item.id, powers: item })), ...setBonuses(items)],
    uses: [usable('main_hand'), usable('trinket1'), usable('trinket2')],
    program: found(program ?? undefined),
    style,
    targets: character.targets ?? style.targets.usual,
    duration: Math.round(character.duration * MS_PER_SECOND),
    variation: character.variation / PERCENT,
  };
}

/** What the sets that are worn give. */
function setBonuses(items: readonly ItemDefinition[]): Extra[] {
  const pieces = new Map<string, number>();
  for (const { set } of items) if (set !== undefined) pieces.set(set, (pieces.get(set) ?? 0) + 1);
  return [...pieces].flatMap(([id, worn]) =>
    found(findSet(id))
      .bonuses.filter((bonus) => worn >= bonus.pieces)
      .map((bonus): Extra => ({ id: `${id}_${bonus.pieces}`, powers: bonus })),
  );
}
