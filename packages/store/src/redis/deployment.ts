import { StoreError } from '../store-error.ts';
import type { Link } from './link.ts';
import type { Place } from './place.ts';

/** Raised when keys or scripts change so that an older driver would misread them. */
const SCHEMA = 2;

interface Deployment {
  readonly schema: number;
  readonly partitions: number;
}

/**
 * Writes down at the first opening how the data is laid out, and compares at every later one. Throws a StoreError 'incompatible' that says
 * what to change.
 */
export async function checkDeployment(link: Link, place: Place, partitions: number): Promise<void> {
  const key = place.base;
  const mine: Deployment = { schema: SCHEMA, partitions };
  await link.command(place, ['SET', key, JSON.stringify(mine), 'NX'], { idempotent: true });
  const text = await link.command(place, ['GET', key], { idempotent: true });
  const found = parse(String(text));
  if (found === null || found.schema !== SCHEMA) {
    throw new StoreError(
      'incompatible',
      `the data under ${key} was made by another version of Belfry (schema ${found?.schema ?? 'unknown'}, this one has ${SCHEMA}); use that version or another prefix`,
    );
  }
  if (found.partitions !== partitions) {
    throw new StoreError(
      'incompatible',
      `partitions is ${partitions}, but the data under ${key} was made with ${found.partitions}; set partitions to ${found.partitions} or use another prefix`,
    );
  }
}

function parse(text: string): Deployment | null {
  try {
    const value: unknown = JSON.parse(text);
    const fields = value as Partial<Deployment> | null;
    if (typeof fields?.schema !== 'number' || typeof fields.partitions !== 'number') return null;
    return { schema: fields.schema, partitions: fields.partitions };
  } catch {
    return null;
  }
}
