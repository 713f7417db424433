/** Why a call of a node is refused: the `code` of its answer, and the HTTP status it comes with. */
export const NODE_ERROR_STATUS = {
  /** The program is wrong; the message names the field. */
  bad_request: 400,
  /** The signature is not that of this request by this node's key, or a header of it is missing. */
  bad_signature: 401,
  /** The timestamp is more than `SIGNATURE_WINDOW_MS` off. The answer's `Date` header tells the time; sign again by it. */
  clock_off: 401,
  /** The nonce was used before: the request may have been carried out already. Sign again with a new one. */
  nonce_used: 401,
  /** The claim token is unknown or has expired. */
  bad_claim: 403,
  /** Nobody has claimed the node yet: only `register` is answered. */
  unclaimed: 403,
  /** Register first (again: the server may have lost its data). */
  unknown_node: 404,
  /** There is no such job any more. */
  unknown_job: 404,
  /** No such simulation in this version. */
  unknown_simulation: 404,
  /** Its owner removed it. It forgets what it holds and ends. */
  removed: 410,
  too_large: 413,
  /** The server does not speak this version of the protocol. */
  protocol: 426,
  too_many_requests: 429,
  /** Try again later, as for every status of 500 and above. */
  unavailable: 503,
} as const;

export type NodeErrorCode = keyof typeof NODE_ERROR_STATUS;
