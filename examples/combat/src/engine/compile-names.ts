import type { BuffDefinition, ProcDefinition } from '../catalog/model.ts';
import type { FightPlan } from './fight-plan.ts';
import type { RowName } from './rules.ts';

export const AUTO_ATTACK = 'auto_attack';
export const OFF_HAND_ATTACK = 'off_hand_attack';

/** Everything of a fight that has a name, and the index it has from now on. What the class defines comes first. */
export interface Names {
  readonly buffs: readonly BuffDefinition[];
  readonly procs: readonly ProcDefinition[];
  readonly rows: readonly RowName[];
  /** The rows that a modifier `of` this id is for. */
  rowsOf(id: string): number[];
  row(kind: RowName['kind'], id: string): number;
  ability(id: string): number;
  dot(id: string): number;
  buff(id: string): number;
  resource(id: string): number;
}

function indexIn(list: readonly { readonly id: string }[], what: string, id: string): number {
  const index = list.findIndex((each) => each.id === id);
  if (index < 0) throw new RangeError(`the rules name the ${what} ${id}, which does not exist`);
  return index;
}

export function nameAll({ definition, extras, uses }: FightPlan): Names {
  const buffs = [...definition.buffs, ...extras.flatMap(({ powers }) => powers.buffs ?? [])];
  const procs = [...definition.procs, ...extras.flatMap(({ powers }) => powers.procs ?? [])];
  const rows: RowName[] = [
    ...definition.abilities.map(({ id }): RowName => ({ id, kind: 'ability' })),
    ...definition.dots.map(({ id }): RowName => ({ id, kind: 'dot' })),
    { id: AUTO_ATTACK, kind: 'attack' },
    { id: OFF_HAND_ATTACK, kind: 'attack' },
    ...buffs
      .filter(({ pulse }) => pulse !== undefined)
      .map(({ id }): RowName => ({ id, kind: 'buff' })),
    ...procs.map(({ id }): RowName => ({ id, kind: 'proc' })),
    ...uses.flatMap((use): RowName[] => (use === null ? [] : [{ id: use.id, kind: 'item' }])),
  ];
  return {
    buffs,
    procs,
    rows,
    rowsOf(id) {
      const isOf = (row: RowName): boolean =>
        row.id === id || (id === AUTO_ATTACK && row.kind === 'attack');
      const found = rows.flatMap((row, index) => (isOf(row) ? [index] : []));
      if (found.length === 0) throw new RangeError(`the rules name ${id}, which does no damage`);
      return found;
    },
    row(kind, id) {
      const index = rows.findIndex((row) => row.kind === kind && row.id === id);
      if (index < 0) throw new RangeError(`there is no row for the ${kind} ${id}`);
      return index;
    },
    ability: (id) => indexIn(definition.abilities, 'ability', id),
    dot: (id) => indexIn(definition.dots, 'damage over time', id),
    buff: (id) => indexIn(buffs, 'buff', id),
    resource: (id) => indexIn(definition.resources, 'resource', id),
  };
}
