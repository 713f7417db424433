import type { Json } from '../json.ts';
import type { Lane } from '../sdk/client.ts';
import type { ProfileName } from '../targets/profiles.ts';
import type { World } from './world.ts';

/** Something that clients of the protocol can see. */
export interface Scenario {
  /** A sentence. */
  readonly name: string;
  /** What of the wire contract it is about. */
  readonly row: string;
  /** Default `main`. */
  readonly profile?: ProfileName;
  /** Also in the normal tests: it takes a second or less. */
  readonly isQuick?: boolean;
  /** Ends its server, so it has one of its own. */
  readonly ownServer?: boolean;
  /** `raw`: without an SDK, once. `sdk`: with every SDK that `not` does not rule out. Default `sdk`. */
  readonly kind?: 'raw' | 'sdk';
  /** Why this lane cannot run it, or undefined. */
  readonly not?: (lane: Lane) => string | undefined;
  /** Does it, and resolves with what was seen: plain data, without ids, epochs and times. */
  run(world: World): Promise<Json>;
  /** What the public documentation of the protocol says must be seen. */
  readonly expect: Json | ((lane: Lane) => Json);
}

export function expectation({ expect }: Scenario, lane: Lane): Json {
  return typeof expect === 'function' ? expect(lane) : expect;
}

/** For `not`: what only the JavaScript SDK offers. */
export function onlyJs(what: string): (lane: Lane) => string | undefined {
  return ({ sdk }) => (sdk === 'js' ? undefined : `centrifuge-python has no ${what}`);
}
