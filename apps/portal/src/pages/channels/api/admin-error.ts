import { PageError } from '../../../parts/page-error.ts';

/** Why the admin API did not do it. */
export type AdminProblem =
  /** Nobody answers. */
  | 'unreachable'
  /** There is no admin API there. */
  | 'disabled'
  /** The sign-in has run out, or was none. */
  | 'signed-out'
  /** The sign-in is not good for that. */
  | 'read-only'
  /** Too many attempts. */
  | 'limited'
  /** The store does not answer. */
  | 'store'
  /** It was not understood, or cannot be done; the message says why. */
  | 'refused'
  /** Something is wrong with the server. */
  | 'failed';

export class AdminError extends PageError {
  override readonly name = 'AdminError';
  readonly problem: AdminProblem;

  constructor(problem: AdminProblem, message: string) {
    super(message, { lasting: problem === 'refused' });
    this.problem = problem;
  }
}

interface ErrorBody {
  readonly error?: { readonly code?: string; readonly message?: string };
}

const BY_STATUS: Readonly<Record<number, AdminProblem>> = {
  400: 'refused',
  401: 'signed-out',
  403: 'read-only',
  404: 'disabled',
  413: 'refused',
  429: 'limited',
};

/** `channel: there is no namespace` → `Channel: there is no namespace` */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What an answer other than success means. */
export function problemOf(status: number, body: unknown): AdminError {
  const { code, message } = (body as ErrorBody | null)?.error ?? {};
  if (code === 'store_unavailable') {
    return new AdminError('store', 'The store does not answer. Clients keep their connections.');
  }
  const problem =
    BY_STATUS[status] ?? (status === 503 && code !== undefined ? 'refused' : 'failed');
  if (problem === 'failed') {
    return new AdminError('failed', 'The server failed at this; its log says why.');
  }
  return new AdminError(problem, sentence(message ?? `the server answered ${status}.`));
}

/** Any error as one to show. */
export function asAdminError(error: unknown): AdminError {
  if (error instanceof AdminError) return error;
  return new AdminError('failed', 'Something went wrong on this page. Reload it.');
}
