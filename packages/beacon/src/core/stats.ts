/** Counts since the Beacon was made. */
export class Stats {
  connectionsOpened = 0;
  connectionsRefused = 0;
  messagesReceived = 0;
  bytesReceived = 0;
  /** Publications, joins and leaves handed to connections. */
  pushesSent = 0;
  repliesSent = 0;
  bytesSent = 0;
  publicationsReceived = 0;
  recovered = 0;
  unrecovered = 0;
  storeErrors = 0;
  positionLosses = 0;
  presenceRenewals = 0;
  presenceFailures = 0;
  readPauses = 0;
  /** Publications that a tags filter kept from a subscription. */
  filtered = 0;
  /** Publications that a slow connection did not get because a later one of the channel took their place. */
  conflated = 0;
  /** Publications that went out as patches. */
  patchesSent = 0;
  /** Requests for the keys of tokens that failed. */
  keyFailures = 0;
  busMessagesSent = 0;
  busMessagesReceived = 0;
  /** Messages to other Beacons that could not be sent, and answers to them that failed. */
  busFailures = 0;
  /** Messages of other Beacons that were not understood. */
  busIgnored = 0;
  /** Beacons that did not answer a question in time. */
  busUnanswered = 0;
  /** Requests that carry what clients of emulated connections send. */
  emulationRequests = 0;
  /** Of those, the ones handed to another Beacon, and those that reached nobody or were not understood. */
  emulationForwarded = 0;
  emulationFailures = 0;
  /** Times that the store could not count operations, and this process counted alone. */
  rateLimitFailures = 0;
  /** Operations over a limit, by layer: refused (or only accounted), and let through in a dry run. */
  readonly rateLimited: Map<string, number> = new Map();
  readonly rateDryRuns: Map<string, number> = new Map();
  /** Connections that were refused, by why. */
  readonly refusals: Map<string, number> = new Map();
  readonly commands: Map<string, number> = new Map();
  readonly errorsByCode: Map<number, number> = new Map();
  readonly disconnectsByCode: Map<number, number> = new Map();
  readonly unsubscribesByCode: Map<number, number> = new Map();
}

/** Adds one. */
export function countOne<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
