import type { NodeStatus } from '@belfry/protocol';
import type { Trust } from '../../messages/grant-change.ts';

/**
 * The nodes of a pool, by columns: ten thousand of them are read and written with every commit, and numbers in a row are what JSON does
 * fastest. A place that is free has an empty id.
 */
export interface NodeTable {
  ids: string[];
  names: string[];
  owners: string[];
  /** Numbers of kinds. */
  kinds: number[];
  /** What it would use now. */
  slots: number[];
  /** Places in `TRUSTS` and `STATUSES`. */
  trusts: number[];
  statuses: number[];
  /** 0: nobody knows. */
  speeds: number[];
}

const TRUSTS: readonly Trust[] = ['lost', 'none', 'earned', 'operator'];
const STATUSES: readonly NodeStatus[] = ['online', 'suspect', 'offline', 'draining'];

export interface NodeRow {
  readonly name: string;
  readonly owner: string;
  readonly kind: number;
  readonly slots: number;
  readonly trust: Trust;
  readonly status: NodeStatus;
  readonly speed: number;
}

export function emptyTable(): NodeTable {
  return {
    ids: [],
    names: [],
    owners: [],
    kinds: [],
    slots: [],
    trusts: [],
    statuses: [],
    speeds: [],
  };
}

/** What stands at a place. */
export function nodeAt(table: NodeTable, at: number): NodeRow {
  return {
    name: table.names[at] ?? '',
    owner: table.owners[at] ?? '',
    kind: table.kinds[at] ?? 0,
    slots: table.slots[at] ?? 0,
    trust: TRUSTS[table.trusts[at] ?? 0] ?? 'lost',
    status: STATUSES[table.statuses[at] ?? 0] ?? 'offline',
    speed: table.speeds[at] ?? 0,
  };
}

export function putNode(
  table: NodeTable,
  at: number,
  row: NodeRow & { readonly id: string },
): void {
  table.ids[at] = row.id;
  table.names[at] = row.name;
  table.owners[at] = row.owner;
  table.kinds[at] = row.kind;
  table.slots[at] = row.slots;
  table.trusts[at] = TRUSTS.indexOf(row.trust);
  table.statuses[at] = STATUSES.indexOf(row.status);
  table.speeds[at] = row.speed;
}

/** Leaves the place free for another. */
export function clearNode(table: NodeTable, at: number): void {
  putNode(table, at, {
    id: '',
    name: '',
    owner: '',
    kind: 0,
    slots: 0,
    trust: 'none',
    status: 'offline',
    speed: 0,
  });
}
