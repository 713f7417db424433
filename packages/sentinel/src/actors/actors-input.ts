import type { AnySimulation } from '@belfry/protocol';
import type { FleetSettings } from '../fleet-settings.ts';
import type { FleetMeter } from './fleet-meter.ts';

/** A simulation with the version of its code: `sha256-` and 64 hexadecimal digits. */
export interface VersionedSimulation {
  readonly version: string;
  readonly simulation: AnySimulation;
}

/** What all kinds of actors of a fleet go by. */
export interface ActorsInput {
  /** By name. */
  readonly simulations: ReadonlyMap<string, VersionedSimulation>;
  readonly settings: FleetSettings;
  readonly meter: FleetMeter;
}
