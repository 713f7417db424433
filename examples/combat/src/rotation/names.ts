import type { ClassDefinition } from '../catalog/model.ts';
import { VALUE } from '../engine/program.ts';

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

type Entry = Omit<KnownName, 'value' | 'arg'>;

const entry = (name: string, type: ValueType, description: string): Entry => ({
  name,
  type,
  description,
});

function* fightNames(): Generator<KnownName> {
  const of = (is: Entry, value: number): KnownName => ({ ...is, value, arg: 0 });
  yield of(entry('time', 'time', 'How long the fight has lasted.'), VALUE.TIME);
  yield of(entry('fight.remains', 'time', 'How long the fight will last.'), VALUE.FIGHT_REMAINS);
  yield of(entry('targets', 'number', 'How many targets are there.'), VALUE.TARGETS);
  yield of(
    entry('target.health', 'percent', 'What the target has left of its health.'),
    VALUE.HEALTH,
  );
  yield of(
    entry('moving', 'truth', 'Whether you are moving: only instant abilities work.'),
    VALUE.MOVING,
  );
  yield of(
    entry('movement.in', 'time', 'When you will next have to move; very long when never.'),
    VALUE.MOVE_IN,
  );
  yield of(
    entry('adds.in', 'time', 'When the next wave of targets comes; 0 while one is there.'),
    VALUE.WAVE_IN,
  );
  yield of(
    entry('adds.remains', 'time', 'How long the wave that is there will stay; 0 when none is.'),
    VALUE.WAVE_REMAINS,
  );
  yield of(entry('haste', 'percent', 'How much faster you are now.'), VALUE.HASTE);
  yield of(entry('crit', 'percent', 'Your chance of a critical hit now.'), VALUE.CRIT);
}

function* resourceNames({ resources }: ClassDefinition): Generator<KnownName> {
  for (const [arg, { id, name, max, regen }] of resources.entries()) {
    yield {
      ...entry(id, 'number', `How much ${name} you have.`),
      value: VALUE.RESOURCE,
      arg,
    };
    yield {
      ...entry(`${id}.deficit`, 'number', `How much ${name} is missing from ${max}.`),
      value: VALUE.DEFICIT,
      arg,
    };
    if (regen === undefined) continue;
    yield {
      ...entry(`${id}.full_in`, 'time', `How long until ${name} is full, by itself.`),
      value: VALUE.FULL_IN,
      arg,
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
      value: VALUE.LAST,
      arg,
    };
    if (gcd !== false) {
      yield {
        ...entry(`gcd.${id}`, 'time', `The global cool-down after ${name}.`),
        value: VALUE.GCD,
        arg,
      };
    }
    if (cast !== undefined || channel !== undefined) {
      yield {
        ...entry(`cast_time.${id}`, 'time', `How long ${name} takes now.`),
        value: VALUE.CAST_TIME,
        arg,
      };
    }
    if (cooldown === 0) continue;
    yield {
      ...entry(`cooldown.${id}.ready`, 'truth', `Whether ${name} is off cooldown.`),
      value: VALUE.READY,
      arg,
    };
    yield {
      ...entry(`cooldown.${id}.remains`, 'time', `When ${name} is off cooldown.`),
      value: VALUE.READY_IN,
      arg,
    };
    yield {
      ...entry(
        `cooldown.${id}.charges`,
        'number',
        `How many uses of ${name} are stored, of ${charges}.`,
      ),
      value: VALUE.CHARGES,
      arg,
    };
  }
}

function* dotNames({ dots }: ClassDefinition): Generator<KnownName> {
  for (const [arg, { id, name }] of dots.entries()) {
    const prefix = `dot.${id}`;
    yield {
      ...entry(`${prefix}.active`, 'truth', `Whether ${name} is on the target.`),
      value: VALUE.DOT_ACTIVE,
      arg,
    };
    yield {
      ...entry(
        `${prefix}.remains`,
        'time',
        `How long ${name} stays on the target; 0 when it is not.`,
      ),
      value: VALUE.DOT_REMAINS,
      arg,
    };
    yield {
      ...entry(
        `${prefix}.refreshable`,
        'truth',
        `Whether renewing ${name} would lose nothing: less than 30 % of its time is left.`,
      ),
      value: VALUE.DOT_REFRESHABLE,
      arg,
    };
    yield {
      ...entry(`${prefix}.targets`, 'number', `On how many targets ${name} is.`),
      value: VALUE.DOT_TARGETS,
      arg,
    };
  }
}

function* buffNames({ buffs }: ClassDefinition): Generator<KnownName> {
  for (const [arg, { id, name, stacks = 1 }] of buffs.entries()) {
    const prefix = `buff.${id}`;
    yield {
      ...entry(`${prefix}.active`, 'truth', `Whether you have ${name}.`),
      value: VALUE.BUFF_ACTIVE,
      arg,
    };
    yield {
      ...entry(`${prefix}.remains`, 'time', `How long you have ${name}; 0 when you do not.`),
      value: VALUE.BUFF_REMAINS,
      arg,
    };
    yield {
      ...entry(`${prefix}.stacks`, 'number', `How many stacks of ${name} you have, of ${stacks}.`),
      value: VALUE.BUFF_STACKS,
      arg,
    };
  }
}

function* placeNames(): Generator<KnownName> {
  for (const [arg, place] of PLACES.entries()) {
    const what = PLACE_NAMES[place] as string;
    yield {
      ...entry(`${place}.ready`, 'truth', `Whether ${what} can be used, and is ready.`),
      value: VALUE.USE_READY,
      arg,
    };
    yield {
      ...entry(
        `${place}.ready_in`,
        'time',
        `When ${what} is ready; very long when it cannot be used.`,
      ),
      value: VALUE.USE_READY_IN,
      arg,
    };
    yield {
      ...entry(`${place}.remains`, 'time', `How long the effect of using ${what} lasts.`),
      value: VALUE.USE_REMAINS,
      arg,
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
