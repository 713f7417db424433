import type { BeaconConfig } from '@belfry/beacon';
import type { EffectiveConfig } from './resolve-config.ts';

/** The part of the config that the Beacon reads, as it is written: it has the same names. */
export function beaconConfigOf({ written }: Pick<EffectiveConfig, 'written'>): BeaconConfig {
  const { client, channel, rpc, proxies, websocket, sse, http_stream, emulation } = written;
  const { uni_websocket, uni_sse, uni_http_stream } = written;
  return {
    client,
    channel,
    rpc,
    proxies,
    websocket,
    sse,
    http_stream,
    uni_websocket,
    uni_sse,
    uni_http_stream,
    emulation,
  } as BeaconConfig;
}
