/** The characters that are kept in this browser. Pure. */
import {
  catalog,
  type CharacterInput,
  characterSchema,
  type ClassDefinition,
  findClass,
  findItem,
  type ItemDefinition,
  type Slot,
  SLOTS,
  slotsFor,
} from '@belfry/example-combat';

/** A character as it is edited; its rotation may be wrong for now. */
export interface Draft {
  /** Unique in the roster. */
  readonly id: string;
  readonly name: string;
  readonly class: string;
  readonly gear: Readonly<Partial<Record<Slot, string>>>;
  /** `null`: the class's own. */
  readonly rotation: string | null;
  readonly style: string;
  /** `null`: as many as is usual in that style. */
  readonly targets: number | null;
  /** Seconds. */
  readonly duration: number;
  /** Percent. */
  readonly variation: number;
  /** Ids of items that are owned and not worn. */
  readonly bag: readonly string[];
}

export interface Roster {
  /** Never empty. */
  readonly drafts: readonly Draft[];
  /** The id of the one that is edited. */
  readonly current: string;
}

export const MAX_DRAFTS = 30;

const FIGHT = { style: 'patchwork', targets: null, duration: 300, variation: 20 } as const;

/** What somebody of this class wears who has just begun: of each kind, what is easiest to get. */
export function starterGear(definition: ClassDefinition): Draft['gear'] {
  const gear: Partial<Record<Slot, string>> = {};
  const worn = new Set<string>();
  for (const slot of SLOTS) {
    const item = easiest(definition, slot, worn);
    if (slot === 'off_hand' && gear.main_hand !== undefined) {
      if (findItem(gear.main_hand)?.slot === 'two_hand') continue;
    }
    if (item === undefined) continue;
    gear[slot] = item.id;
    worn.add(item.id);
  }
  return gear;
}

function easiest(
  definition: ClassDefinition,
  slot: Slot,
  worn: ReadonlySet<string>,
): ItemDefinition | undefined {
  return catalog.items
    .filter((item) => slotsFor(item, definition).includes(slot) && !worn.has(item.id))
    .filter((item) => slot !== 'main_hand' || item.slot !== 'two_hand')
    .filter((item) => item.family === undefined)
    .reduce<ItemDefinition | undefined>(
      (best, item) => (best === undefined || item.level < best.level ? item : best),
      undefined,
    );
}

export function newDraft(id: string, definition: ClassDefinition, name = ''): Draft {
  return {
    id,
    name: name === '' ? definition.name : name,
    class: definition.id,
    gear: starterGear(definition),
    rotation: null,
    ...FIGHT,
    bag: [],
  };
}

/** One of each class. */
export function firstRoster(): Roster {
  const drafts = catalog.classes.map((definition) => newDraft(definition.id, definition));
  return { drafts, current: drafts[0]?.id ?? '' };
}

export function currentDraft({ drafts, current }: Roster): Draft {
  const draft = drafts.find(({ id }) => id === current) ?? drafts[0];
  if (draft === undefined) throw new RangeError('a roster is never empty');
  return draft;
}

export function changeDraft(roster: Roster, id: string, change: Partial<Draft>): Roster {
  const drafts = roster.drafts.map((draft) => (draft.id === id ? { ...draft, ...change } : draft));
  return { ...roster, drafts };
}

/** Adds one, and goes to it. When there are as many as may be, nothing changes. */
export function addDraft(roster: Roster, draft: Draft): Roster {
  if (roster.drafts.length >= MAX_DRAFTS) return roster;
  return { drafts: [...roster.drafts, draft], current: draft.id };
}

/** The last one stays. */
export function removeDraft(roster: Roster, id: string): Roster {
  if (roster.drafts.length <= 1) return roster;
  const drafts = roster.drafts.filter((draft) => draft.id !== id);
  const current = roster.current === id ? (drafts[0]?.id ?? '') : roster.current;
  return { drafts, current };
}

/** What is worn after an item was put into a slot; `null`: the slot is emptied. What cannot be worn beside it comes off, into the bag. */
export function wear(draft: Draft, slot: Slot, itemId: string | null): Draft {
  const gear: Partial<Record<Slot, string>> = { ...draft.gear };
  const off: string[] = [];
  const take = (from: Slot): void => {
    const id = gear[from];
    if (id !== undefined) off.push(id);
    delete gear[from];
  };
  take(slot);
  const item = itemId === null ? undefined : findItem(itemId);
  if (item !== undefined) {
    if (item.unique === true) {
      for (const other of SLOTS) if (gear[other] === item.id) take(other);
    }
    if (slot === 'main_hand' && item.slot === 'two_hand') take('off_hand');
    const main = gear.main_hand === undefined ? undefined : findItem(gear.main_hand);
    if (slot === 'off_hand' && main?.slot === 'two_hand') take('main_hand');
    gear[slot] = item.id;
  }
  const bag = [...draft.bag.filter((id) => id !== itemId), ...off.filter((id) => id !== itemId)];
  return { ...draft, gear, bag: [...new Set(bag)] };
}

/** What is simulated. */
export function characterOf(draft: Draft): CharacterInput {
  const { name, class: classId, gear, rotation, style, targets, duration, variation } = draft;
  return {
    name,
    class: classId,
    gear,
    style,
    duration,
    variation,
    ...(rotation === null ? {} : { rotation }),
    ...(targets === null ? {} : { targets }),
  };
}

/** A draft of a character that somebody else made. */
export function draftOf(id: string, character: CharacterInput): Draft | null {
  const parsed = characterSchema.safeParse(character);
  if (!parsed.success) return null;
  const { data } = parsed;
  const definition = findClass(data.class);
  if (definition === undefined) return null;
  const gear = Object.fromEntries(
    Object.entries(data.gear).filter(([slot, item]) => {
      const found = findItem(item);
      return found !== undefined && slotsFor(found, definition).includes(slot as Slot);
    }),
  ) as Draft['gear'];
  return {
    id,
    name: data.name ?? definition.name,
    class: data.class,
    gear,
    rotation: data.rotation ?? null,
    style: data.style,
    targets: data.targets ?? null,
    duration: data.duration,
    variation: data.variation,
    bag: [],
  };
}

/** What was kept. What cannot be read is left out, and an empty roster is begun anew. */
export function readRoster(text: string | null): Roster {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? 'null');
  } catch {
    return firstRoster();
  }
  const { drafts, current } = (stored ?? {}) as { drafts?: unknown; current?: unknown };
  const known = Array.isArray(drafts) ? drafts.flatMap(readDraft).slice(0, MAX_DRAFTS) : [];
  if (known.length === 0) return firstRoster();
  const found = known.find(({ id }) => id === current) ?? known[0];
  return { drafts: known, current: found?.id ?? '' };
}

function readDraft(stored: unknown): Draft[] {
  const { id, bag, rotation, targets, ...rest } = (stored ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string') return [];
  const draft = draftOf(id, {
    ...rest,
    ...(rotation === null ? {} : { rotation }),
    ...(targets === null ? {} : { targets }),
  } as CharacterInput);
  if (draft === null) return [];
  const owned = Array.isArray(bag) ? (bag as unknown[]) : [];
  const items = owned.filter(
    (item): item is string => typeof item === 'string' && findItem(item) !== undefined,
  );
  return [{ ...draft, bag: [...new Set(items)] }];
}
