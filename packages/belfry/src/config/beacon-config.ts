import type { BeaconConfig } from '@belfry/beacon';
import type { EffectiveConfig } from './resolve-config.ts';

/** The part of the config that the Beacon reads, as it is written: it has the same names. */
export function beaconConfigOf({ written }: Pick<EffectiveConfig, 'written'>): BeaconConfig {
  const { client = {}, channel = {}, websocket = {} } = written;
  return { client, channel, websocket } as BeaconConfig;
}
