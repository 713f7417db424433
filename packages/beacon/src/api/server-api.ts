import {
  elementTexts,
  memberText,
  replyErrors,
  withMessage,
  type ApiError,
  type ApiMethod,
  type ReplyError,
} from '@belfry/protocol';
import type { z } from 'zod';
import type { BeaconControl } from '../control/beacon-control.ts';
import { ControlError } from '../control/control-error.ts';
import type { ApiAccess } from './api-key.ts';
import { ApiStats } from './api-stats.ts';
import { API_METHODS, isApiMethod, type ApiInput } from './methods.ts';
import { batchRequest } from './requests.ts';

/** How many commands of a parallel batch run at a time. */
const BATCH_WIDTH = 256;

/** Members whose `null` is a value. */
const NULLABLE: ReadonlySet<string> = new Set(['data', 'params', 'info']);

/** The answer to a call. */
export interface ApiAnswer {
  /** `{"result":…}`, of a batch `{"replies":[…]}`, or `{"error":…}`. */
  readonly json: string;
  /** Also what is in `json`; `null`: there is none. */
  readonly error: ApiError | null;
  /** The body was no JSON object: no request at all. */
  readonly isUnreadable: boolean;
}

type Outcome = { readonly result: string } | { readonly error: ReplyError };

/** The calls of backends: requests as text, answers as text. */
export interface ServerApiService {
  readonly stats: ApiStats;
  /** Never rejects. `method`: that of the path, also one that there is not. */
  call(method: string, body: string, access: ApiAccess): Promise<ApiAnswer>;
}

export interface ServerApiOptions {
  readonly control: BeaconControl;
  /** Told of errors that are nobody's bad input. */
  readonly onError: (error: unknown) => void;
}

function bad(problem: string): { readonly error: ReplyError } {
  return { error: withMessage(replyErrors.badRequest, problem) };
}

/** `channel: is empty` */
function problemOf({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => {
      const field = path.join('.');
      return `${field === '' ? 'the request' : field}: ${message.replace(/^Invalid input: /, '')}`;
    })
    .join('; ');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whoever writes `null` for what is not there means that. */
function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  if (!Object.values(value).includes(null)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name, each]) => each !== null || NULLABLE.has(name)),
  );
}

/**
 * How many commands from `at` on are begun without waiting for each: publications that follow one another, which reach the store in the
 * order they are begun and are delivered in it; of others, one.
 */
function publishesFrom(commands: readonly object[], at: number): number {
  let count = 0;
  while (count < BATCH_WIDTH && isPublish(commands[at + count])) count++;
  return Math.max(1, count);
}

function isPublish(command: object | undefined): boolean {
  return command !== undefined && 'publish' in command;
}

class Service implements ServerApiService {
  readonly stats = new ApiStats();
  readonly #options: ServerApiOptions;

  constructor(options: ServerApiOptions) {
    this.#options = options;
  }

  async call(method: string, body: string, access: ApiAccess): Promise<ApiAnswer> {
    const text = body.trim() === '' ? '{}' : body;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return unreadable(`the body is not JSON: ${(error as Error).message}`);
    }
    if (!isObject(value)) return unreadable('the request: must be a JSON object');
    if (method === 'batch') return this.#batch(value, text, access);
    return answer(await this.#one(method, { value, text }, access));
  }

  async #one(
    method: string,
    given: { readonly value: unknown; readonly text: string },
    access: ApiAccess,
  ): Promise<Outcome> {
    const started = performance.now();
    const outcome = isApiMethod(method)
      ? await this.#run(method, given, access)
      : { error: withMessage(replyErrors.methodNotFound, 'there is no such method') };
    const code = 'error' in outcome ? outcome.error.code : null;
    const seconds = (performance.now() - started) / 1000;
    this.stats.note(isApiMethod(method) ? method : 'unknown', code, seconds);
    return outcome;
  }

  async #run(
    name: ApiMethod,
    { value, text }: { readonly value: unknown; readonly text: string },
    access: ApiAccess,
  ): Promise<Outcome> {
    if (!isObject(value)) return bad('the request: must be a JSON object');
    // Of all the methods at once the compiler cannot know which request goes with which.
    const method = API_METHODS[name] as unknown as {
      readonly request: z.ZodType<object>;
      channels?(request: object): readonly string[] | null;
      run(control: BeaconControl, input: ApiInput<object>): Promise<string>;
    };
    const parsed = method.request.safeParse(withoutNulls(value));
    if (!parsed.success) return bad(problemOf(parsed.error));
    const channels = method.channels?.(parsed.data) ?? null;
    const forbidden = access.problem(name, channels);
    if (forbidden !== null) {
      return { error: withMessage(replyErrors.permissionDenied, forbidden) };
    }
    try {
      return { result: await method.run(this.#options.control, { request: parsed.data, text }) };
    } catch (error) {
      if (error instanceof ControlError) return { error: error.error };
      this.#options.onError(error);
      return { error: replyErrors.internal };
    }
  }

  async #batch(value: unknown, text: string, access: ApiAccess): Promise<ApiAnswer> {
    const parsed = batchRequest.safeParse(value);
    if (!parsed.success) {
      const outcome = bad(problemOf(parsed.error));
      this.stats.note('batch', outcome.error.code, 0);
      return answer(outcome);
    }
    const started = performance.now();
    const { commands, parallel = false } = parsed.data;
    const texts = elementTexts(memberText(text, 'commands') ?? '[]');
    const replies: string[] = [];
    for (let at = 0; at < commands.length;) {
      const width = parallel ? BATCH_WIDTH : publishesFrom(commands, at);
      const some = commands.slice(at, at + width);
      const run = some.map((command, i) => this.#command(command, texts[at + i] ?? '{}', access));
      replies.push(...(await Promise.all(run)));
      at += width;
    }
    this.stats.note('batch', null, (performance.now() - started) / 1000);
    const json = `{"replies":[${replies.join(',')}]}`;
    return { json, error: null, isUnreadable: false };
  }

  async #command(command: object, text: string, access: ApiAccess): Promise<string> {
    const names = Object.keys(command);
    const [method = ''] = names;
    const outcome =
      names.length === 1
        ? await this.#one(
            method,
            { value: Object.values(command)[0], text: memberText(text, method) ?? '{}' },
            access,
          )
        : bad('a command has one member, named by its method');
    if ('error' in outcome) return answer(outcome).json;
    return `{${JSON.stringify(method)}:${outcome.result}}`;
  }
}

function answer(outcome: Outcome): ApiAnswer {
  if ('result' in outcome) {
    return { json: `{"result":${outcome.result}}`, error: null, isUnreadable: false };
  }
  const { code, message } = outcome.error;
  const error = { code, message };
  return { json: JSON.stringify({ error }), error, isUnreadable: false };
}

function unreadable(problem: string): ApiAnswer {
  return { ...answer(bad(problem)), isUnreadable: true };
}

/** Makes the server API over what a Beacon can do. */
export function createServerApi(options: ServerApiOptions): ServerApiService {
  return new Service(options);
}

/** The HTTP status of an error where callers want statuses. Codes of applications are errors of this server for HTTP. */
export function statusOf({ code }: ApiError): number {
  switch (code) {
    case 101:
      return 401;
    case 102:
    case 104:
      return 404;
    case 103:
      return 403;
    case 106:
    case 107:
    case 108:
      return 400;
    case 111:
      return 429;
    case 112:
      return 416;
    default:
      return 500;
  }
}
