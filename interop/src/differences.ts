/**
 * Where Belfry and Centrifugo are known to differ, with the reason. The run fails on any other difference, and says which of these
 * it did not find. docs/beacon/interop.md is for people; keep both alike.
 */
export interface Difference {
  /** The name of the scenario. */
  readonly scenario: string;
  /** Where in the transcript: this path and what is under it. Empty: anywhere. */
  readonly path: string;
  readonly reason: string;
}

export const differences: readonly Difference[] = [
  {
    scenario: 'no more is read, recovered and taken than the limits say',
    path: 'publishedTooLong',
    reason:
      'Centrifugo keeps publications on channels that are too long for anybody to subscribe to; Belfry refuses them, so that the backend learns of its mistake',
  },
  {
    scenario: 'a subscription by the server brings what came after recover_since',
    path: '',
    reason:
      'Centrifugo says where the client is and does not bring what came after; Belfry brings it, as the documentation says',
  },
  {
    scenario: 'bytes that are no JSON reach Protobuf clients as they are',
    path: '',
    reason:
      'Centrifugo ends JSON clients with 3506; Belfry gives them the bytes as base64 text, so one publisher of bytes cannot disconnect everybody else',
  },
];

/** The entry that allows a difference at `path`, if there is one. */
export function allowed(scenario: string, path: string): Difference | undefined {
  return differences.find(
    (each) =>
      each.scenario === scenario &&
      (each.path === '' ||
        path === each.path ||
        path.startsWith(`${each.path}.`) ||
        path.startsWith(`${each.path}[`)),
  );
}
