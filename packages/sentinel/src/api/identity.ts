/** Somebody who asks with a token. */
export interface Person {
  /** Of an operator: `operator`. */
  readonly user: string;
  readonly operator: boolean;
  /** An operator who may look, and change nothing. */
  readonly readOnly: boolean;
}

/** Why a token is of no use. */
export type IdentityFault = 'invalid' | 'expired' | 'blocked' | 'unavailable';

/** Tells who people are. */
export interface Identity {
  /** @param bearer the token of a request */
  personOf(bearer: string): Promise<Person | IdentityFault>;
  /** Whether the operator shut a user out. */
  isBlocked(user: string): Promise<boolean>;
}

/** The user that operators are. */
export const OPERATOR = 'operator';
