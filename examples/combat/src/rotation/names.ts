import type { ClassDefinition } from '../catalog/model.ts';
import { CARRIED } from '../engine/buffs.ts';
import * as p from '../engine/program.ts';
import { UNIT } from '../engine/rules.ts';

export type ValueType = 'truth' | 'number' | 'time' | 'percent';

/** Something that a condition can ask for. */
export interface KnownName {
  readonly name: string;
  readonly type: ValueType;
  /** A sentence for people. */
  readonly description: string;
  /** What the engine loads. */
  readonly value: number;
  readonly arg: number;
  /** When it changes by itself: what to wait for, if it is compared with a constant. */
  readonly watch?: Watch;
  /** It changes by itself, and there is nothing to wait for. */
  readonly drifts?: true;
}

/** `kind` as in program.ts; the engine's `x` is `offset` + `factor` × the constant. */
export interface Watch {
  readonly kind: number;
  readonly arg: number;
  readonly offset: number;
  readonly factor: number;
}

/** What a rotation can use and ask for. */
export interface Vocabulary {
  readonly definition: ClassDefinition;
  readonly abilities: ReadonlyMap<string, number>;
  readonly places: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, KnownName>;
}

/** What `use` takes. */
const PLACES = ['main_hand', 'trinket1', 'trinket2'];
const PLACE_NAMES: Readonly<Record<string, string>> = {
  main_hand: 'the weapon',
  trinket1: 'the first trinket',
  trinket2: 'the second trinket',
};

type Entry = Pick<KnownName, 'name' | 'type' | 'description'>;

const entry = (name: string, type: ValueType, description: string): Entry => ({
  name,
  type,
  description,
});

function* fightNames(): Generator<KnownName> {
  const of = (is: Entry, value: number, watch?: Watch): KnownName =>
    watch === undefined ? { ...is, value, arg: 0 } : { ...is, value, arg: 0, watch };
  const at = (kind: number): Watch => ({ kind, arg: 0, offset: 0, factor: 1 });
  yield of(entry('time', 'time', 'How long the fight has lasted.'), p.V_TIME, at(p.WATCH_TIME));
  yield of(
    entry('fight.remains', 'time', 'How long the fight will last.'),
    p.V_FIGHT_REMAINS,
    at(p.WATCH_END),
  );
  yield of(entry('targets', 'number', 'How many targets are there.'), p.V_TARGETS);
  yield of(
    entry('target.health', 'percent', 'What the target has left of its health.'),
    p.V_HEALTH,
    at(p.WATCH_HEALTH),
  );
  yield of(
    entry('moving', 'truth', 'Whether you are moving: only instant abilities work.'),
    p.V_MOVING,
  );
  yield of(
    entry('movement.in', 'time', 'When you will next have to move; very long when never.'),
    p.V_MOVE_IN,
    at(p.WATCH_MOVE),
  );
  yield of(
    entry('adds.in', 'time', 'When the next wave of targets comes; 0 while one is there.'),
    p.V_WAVE_IN,
    at(p.WATCH_WAVE),
  );
  yield of(
    entry('adds.remains', 'time', 'How long the wave that is there will stay; 0 when none is.'),
    p.V_WAVE_REMAINS,
    at(p.WATCH_WAVE_END),
  );
  yield of(entry('haste', 'percent', 'How much faster you are now.'), p.V_HASTE);
  yield of(entry('crit', 'percent', 'Your chance of a critical hit now.'), p.V_CRIT);
}

function* resourceNames({ resources }: ClassDefinition): Generator<KnownName> {
  for (const [arg, { id, name, max, regen }] of resources.entries()) {
    // What does not come back by itself changes only when something happens.
    const watched = (offset: number, factor: number): { watch?: Watch } =>
      regen === undefined
        ? {}
        : { watch: { kind: p.WATCH_RESOURCE, arg, offset: offset * UNIT, factor: factor * UNIT } };
    yield {
      ...entry(id, 'number', `How much ${name} you have.`),
      value: p.V_RESOURCE,
      arg,
      ...watched(0, 1),
    };
    yield {
      ...entry(`${id}.deficit`, 'number', `How much ${name} is missing from ${max}.`),
      value: p.V_DEFICIT,
      arg,
      ...watched(max, -1),
    };
    if (regen === undefined) continue;
    yield {
      ...entry(`${id}.full_in`, 'time', `How long until ${name} is full, by itself.`),
      value: p.V_FULL_IN,
      arg,
      drifts: true,
    };
  }
}

function* abilityNames({ abilities }: ClassDefinition): Generator<KnownName> {
  for (const [
    arg,
    { id, name, cooldown = 0, charges = 1, cast, channel, gcd },
  ] of abilities.entries()) {
    yield {
      ...entry(`last.${id}`, 'truth', `Whether ${name} was the last ability used.`),
      value: p.V_LAST,
      arg,
    };
    if (gcd !== false) {
      yield {
        ...entry(`gcd.${id}`, 'time', `The global cool-down after ${name}.`),
        value: p.V_GCD,
        arg,
      };
    }
    if (cast !== undefined || channel !== undefined) {
      yield {
        ...entry(`cast_time.${id}`, 'time', `How long ${name} takes now.`),
        value: p.V_CAST_TIME,
        arg,
      };
    }
    if (cooldown === 0) continue;
    const spare = (charges - 1) * cooldown;
    const watch: Watch = { kind: p.WATCH_FULL, arg, offset: spare, factor: 1 };
    yield {
      ...entry(`cooldown.${id}.ready`, 'truth', `Whether ${name} is off cooldown.`),
      value: p.V_READY,
      arg,
      watch: { ...watch, factor: 0 },
    };
    yield {
      ...entry(`cooldown.${id}.remains`, 'time', `When ${name} is off cooldown.`),
      value: p.V_READY_IN,
      arg,
      watch,
    };
    yield {
      ...entry(
        `cooldown.${id}.charges`,
        'number',
        `How many uses of ${name} are stored, of ${charges}.`,
      ),
      value: p.V_CHARGES,
      arg,
      watch: { kind: p.WATCH_FULL, arg, offset: charges * cooldown, factor: -cooldown },
    };
  }
}

function* dotNames({ dots }: ClassDefinition): Generator<KnownName> {
  for (const [arg, { id, name, ms }] of dots.entries()) {
    const prefix = `dot.${id}`;
    yield {
      ...entry(`${prefix}.active`, 'truth', `Whether ${name} is on the target.`),
      value: p.V_DOT_ACTIVE,
      arg,
    };
    yield {
      ...entry(
        `${prefix}.remains`,
        'time',
        `How long ${name} stays on the target; 0 when it is not.`,
      ),
      value: p.V_DOT_REMAINS,
      arg,
      watch: { kind: p.WATCH_DOT, arg, offset: 0, factor: 1 },
    };
    yield {
      ...entry(
        `${prefix}.refreshable`,
        'truth',
        `Whether renewing ${name} would lose nothing: less than 30 % of its time is left.`,
      ),
      value: p.V_DOT_REFRESHABLE,
      arg,
      watch: { kind: p.WATCH_DOT, arg, offset: Math.floor(CARRIED * ms), factor: 0 },
    };
    yield {
      ...entry(`${prefix}.targets`, 'number', `On how many targets ${name} is.`),
      value: p.V_DOT_TARGETS,
      arg,
    };
  }
}

function* buffNames({ buffs }: ClassDefinition): Generator<KnownName> {
  for (const [arg, { id, name, stacks = 1 }] of buffs.entries()) {
    const prefix = `buff.${id}`;
    yield {
      ...entry(`${prefix}.active`, 'truth', `Whether you have ${name}.`),
      value: p.V_BUFF_ACTIVE,
      arg,
    };
    yield {
      ...entry(`${prefix}.remains`, 'time', `How long you have ${name}; 0 when you do not.`),
      value: p.V_BUFF_REMAINS,
      arg,
      watch: { kind: p.WATCH_BUFF, arg, offset: 0, factor: 1 },
    };
    yield {
      ...entry(`${prefix}.stacks`, 'number', `How many stacks of ${name} you have, of ${stacks}.`),
      value: p.V_BUFF_STACKS,
      arg,
    };
  }
}

function* placeNames(): Generator<KnownName> {
  for (const [arg, place] of PLACES.entries()) {
    const what = PLACE_NAMES[place] as string;
    const watch: Watch = { kind: p.WATCH_USE, arg, offset: 0, factor: 1 };
    yield {
      ...entry(`${place}.ready`, 'truth', `Whether ${what} can be used, and is ready.`),
      value: p.V_USE_READY,
      arg,
      watch: { ...watch, factor: 0 },
    };
    yield {
      ...entry(
        `${place}.ready_in`,
        'time',
        `When ${what} is ready; very long when it cannot be used.`,
      ),
      value: p.V_USE_READY_IN,
      arg,
      watch,
    };
    yield {
      ...entry(`${place}.remains`, 'time', `How long the effect of using ${what} lasts.`),
      value: p.V_USE_REMAINS,
      arg,
      drifts: true,
    };
  }
}

/** All names of a class. @param definition the class whose abilities, buffs and so on can be asked for */
export function vocabularyOf(definition: ClassDefinition): Vocabulary {
  const names = [
    ...fightNames(),
    ...resourceNames(definition),
    ...abilityNames(definition),
    ...dotNames(definition),
    ...buffNames(definition),
    ...placeNames(),
  ];
  return {
    definition,
    abilities: new Map(definition.abilities.map(({ id }, index) => [id, index])),
    places: new Map(PLACES.map((place, index) => [place, index])),
    names: new Map(names.map((each) => [each.name, each])),
  };
}
