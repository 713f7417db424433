import { partitionKey } from '@belfry/protocol';

/** A partition's number, 0 ≤ p < P. What lives in one partition can change in one atomic step. */
export type Partition = number & { readonly __brand: 'partition' };

/** P unless the deployment says otherwise. It is fixed for the life of the data. */
export const DEFAULT_PARTITIONS = 64;

/** The most partitions a deployment may have. */
export const MAX_PARTITIONS = 4096;

/** The partition of a channel or an actor: FNV-1a (32 bit) over the UTF-16 code units of its partition key, mod P. */
export function partitionOf(name: string, partitions: number): Partition {
  const key = partitionKey(name);
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  return ((hash >>> 0) % partitions) as Partition;
}

/** All partitions, in order. */
export function allPartitions(partitions: number): Partition[] {
  return Array.from({ length: partitions }, (_, p) => p as Partition);
}
