import type { z } from 'zod';
import { badRequest, FleetError, forbidden, nodeError } from './fleet-error.ts';
import type { FleetAnswer, FleetRequest } from './fleet-request.ts';
import type { FleetService } from './fleet-service.ts';
import type { Person } from './identity.ts';

/** What stands in the braces of a path. */
export type PathParams = Readonly<Record<string, string>>;

/** Who may call: a user or an operator; they, or anybody at all; a node; the Beacon. */
export type Who = 'person' | 'anybody' | 'node' | 'beacon';

/** One call of the API, and how it is described. */
export interface Endpoint {
  /** Names it in the description and in metrics. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `FLEET_PATH`, with `{name}` for one segment. */
  readonly path: string;
  readonly who: Who;
  readonly summary: string;
  readonly body?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
  /** A schema of the JSON, or the media type of something else. */
  readonly answer: z.ZodType | string;
  /** Rejects with a `FleetError`. */
  handle(service: FleetService, request: FleetRequest, params: PathParams): Promise<FleetAnswer>;
}

interface Spec<Body, Query, Answer> {
  readonly operation: string;
  readonly method: Endpoint['method'];
  readonly path: string;
  readonly summary: string;
  readonly body?: z.ZodType<Body>;
  readonly query?: z.ZodType<Query>;
  /** The most bytes of a body. Default 65,536. */
  readonly maxBytes?: number;
  readonly answer: z.ZodType<Answer>;
}

/** What an endpoint works with. */
interface Call<Body, Query> {
  readonly service: FleetService;
  readonly request: FleetRequest;
  readonly params: PathParams;
  readonly body: Body;
  readonly query: Query;
}

const DEFAULT_MAX_BYTES = 65_536;
/** As many problems as anybody mends at once. */
const MAX_PROBLEMS = 5;

function problemOf({ issues }: z.ZodError, of: string): string {
  return issues
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => {
      const field = path.join('.');
      const text = message.replace(/^Invalid input: /, '').replace('nonoptional', 'a value');
      return `${field === '' ? of : field}: ${text}`;
    })
    .join('; ');
}

function checked<T>(schema: z.ZodType<T> | undefined, value: unknown, of: string): T {
  if (schema === undefined) return undefined as T;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badRequest(`${problemOf(parsed.error, of)}.`);
}

/** The JSON of a body; `{}` where there is none. */
export function jsonOf(body: Uint8Array): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the body is not JSON: ${(error as Error).message}.`);
  }
}

/** The query of a path on a request line, the last of several values of a name. */
function queryOf(path: string): unknown {
  const start = path.indexOf('?');
  return start < 0 ? {} : Object.fromEntries(new URLSearchParams(path.slice(start + 1)));
}

/** `Authorization: Bearer …`; `''`: there is none. */
export function bearerOf(request: FleetRequest): string {
  return /^Bearer (\S+)$/i.exec(request.header('authorization') ?? '')?.[1] ?? '';
}

const FAULTS = {
  invalid: [401, 'unauthorized', 'authorization: is no token of this server.'],
  expired: [401, 'token_expired', 'authorization: the token has run out.'],
  blocked: [403, 'blocked', 'authorization: this user is blocked.'],
  unavailable: [503, 'unavailable', 'tokens cannot be verified now; try again later.'],
} as const;

/** Who asks; `null`: somebody without a token. */
export async function personOf(
  { identity }: FleetService,
  request: FleetRequest,
): Promise<Person | null> {
  const bearer = bearerOf(request);
  if (bearer === '') return null;
  const person = await identity.personOf(bearer);
  if (typeof person === 'object') return person;
  const [status, code, message] = FAULTS[person];
  throw new FleetError(status, code, message);
}

function json(value: unknown): FleetAnswer {
  return { type: 'json', status: 200, value };
}

/** A call of people. `changes`: not for those who may only look. */
export function personEndpoint<Body, Query, Answer>(
  spec: Spec<Body, Query, Answer> & { readonly changes: boolean },
  run: (call: Call<Body, Query> & { readonly person: Person }) => Promise<Answer>,
): Endpoint {
  const { changes, maxBytes = DEFAULT_MAX_BYTES, ...rest } = spec;
  return {
    ...rest,
    who: 'person',
    async handle(service, request, params) {
      const person = await personOf(service, request);
      if (person === null) {
        const message = 'authorization: is missing; send `Bearer <connection token>`.';
        throw new FleetError(401, 'unauthorized', message);
      }
      if (changes && person.readOnly) {
        throw forbidden('authorization: this operator may look, and change nothing.');
      }
      const query = checked(spec.query, queryOf(request.path), 'the query');
      const sent = spec.body === undefined ? undefined : jsonOf(await request.body(maxBytes));
      const body = checked(spec.body, sent, 'the body');
      return json(await run({ service, request, params, person, body, query }));
    },
  };
}

/** A call of people, also of those without a token. */
export function openEndpoint<Query, Answer>(
  spec: Omit<Spec<undefined, Query, Answer>, 'body' | 'maxBytes' | 'answer'> & {
    readonly answer: z.ZodType<Answer> | string;
  },
  run: (
    call: Omit<Call<undefined, Query>, 'body'> & { person(): Promise<Person | null> },
  ) => Promise<FleetAnswer>,
): Endpoint {
  return {
    ...spec,
    who: 'anybody',
    async handle(service, request, params) {
      const query = checked(spec.query, queryOf(request.path), 'the query');
      return run({ service, request, params, query, person: () => personOf(service, request) });
    },
  };
}

/** A signed call of a node. */
export function nodeEndpoint<Body, Query, Answer>(
  spec: Spec<Body, Query, Answer>,
  run: (call: Call<Body, Query> & { readonly node: string }) => Promise<Answer>,
): Endpoint {
  const { maxBytes = DEFAULT_MAX_BYTES, ...rest } = spec;
  return {
    ...rest,
    who: 'node',
    async handle(service, request, params) {
      const { node, body: bytes } = await service.gate.admit(request, maxBytes);
      const query = checked(spec.query, queryOf(request.path), 'the query');
      const body = checked(spec.body, spec.body && jsonOf(bytes), 'the body');
      return json(await run({ service, request, params, node, body, query }));
    },
  };
}

/** A signed call of a node that says which key it has. */
export function newNodeEndpoint<Body extends { readonly publicKey: string }, Answer>(
  spec: Spec<Body, undefined, Answer> & { readonly body: z.ZodType<Body> },
  run: (call: Call<Body, undefined> & { readonly node: string }) => Promise<Answer>,
): Endpoint {
  const { maxBytes = DEFAULT_MAX_BYTES, ...rest } = spec;
  return {
    ...rest,
    who: 'node',
    async handle(service, request, params) {
      let body: Body | undefined;
      const { node } = await service.gate.admitNew(request, maxBytes, (bytes) => {
        body = checked(spec.body, jsonOf(bytes), 'the body');
        return body.publicKey;
      });
      if (body === undefined) throw nodeError('bad_request', 'the body: is missing.');
      return json(await run({ service, request, params, node, body, query: undefined }));
    },
  };
}
