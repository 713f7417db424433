import type { BelfryError } from '@belfry/client';
import { friendlyError, isBelfryError } from '../session/friendly-error.ts';

interface PageErrorOptions {
  readonly lasting?: boolean;
  readonly code?: BelfryError['code'] | '';
}

/** What went wrong, in words for whoever sits here. */
export class PageError extends Error {
  override readonly name: string = 'PageError';
  /** Trying again would end the same. */
  readonly lasting: boolean;
  /** What kind of error it is, where the client told; `''`: it did not. */
  readonly code: BelfryError['code'] | '';

  constructor(message: string, { lasting = false, code = '' }: PageErrorOptions = {}) {
    super(message);
    this.lasting = lasting;
    this.code = code;
  }
}

const LASTING: ReadonlySet<BelfryError['code']> = new Set([
  'not-found',
  'forbidden',
  'bad-request',
  'rejected',
]);

/** Any error as one to show. */
export function asPageError(error: unknown): PageError {
  if (error instanceof PageError) return error;
  const code = isBelfryError(error) ? error.code : '';
  const lasting = code !== '' && LASTING.has(code);
  return new PageError(friendlyError(error), { lasting, code });
}
