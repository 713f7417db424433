import { FLEET_PATH } from '@belfry/protocol';
import { z } from 'zod';
import type { Endpoint, Who } from './endpoint.ts';

type Json = Readonly<Record<string, unknown>>;

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

const ERROR_REF: Json = { $ref: '#/components/schemas/Error' };

const ERROR: Json = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', description: 'Stable; for programs.' },
        message: { type: 'string', description: 'Names the field, the problem and the fix.' },
      },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
};

const SECURITY: Readonly<Record<Who, readonly Json[]>> = {
  person: [{ bearer: [] }],
  anybody: [{}, { bearer: [] }],
  node: [{ signature: [] }],
  beacon: [{ proxySecret: [] }],
};

const REFUSALS: Readonly<Record<Who, Readonly<Record<string, string>>>> = {
  person: { 401: 'The token is missing, not known or has run out.', 403: 'Not for this user.' },
  anybody: {},
  node: {
    401: 'The signature is not right, the clock is off, or the nonce was used before.',
    403: 'Nobody has claimed the node.',
    410: 'The node was removed.',
  },
  beacon: { 401: 'The secret is not right.' },
};

const TAGS: Readonly<Record<Who, string>> = {
  person: 'people',
  anybody: 'people',
  node: 'nodes',
  beacon: 'beacon',
};

function parametersOf({ path, query }: Endpoint): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  if (query === undefined) return inPath;
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  return [...inPath, ...inQuery];
}

function operationOf(endpoint: Endpoint): Json {
  const { operation, summary, who, body, answer } = endpoint;
  const media = typeof answer === 'string' ? answer : 'application/json';
  const schema = typeof answer === 'string' ? { type: 'string' } : schemaOf(answer, 'output');
  const refusals = {
    400: 'A field is not what it must be; the message names it.',
    ...REFUSALS[who],
    404: 'It is not there.',
    429: 'Too many; `Retry-After` says when to try again.',
    503: 'Not now; try again later.',
  };
  const parameters = parametersOf(endpoint);
  return {
    operationId: operation,
    summary,
    tags: [TAGS[who]],
    security: SECURITY[who],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: {
      200: { description: 'Done.', content: { [media]: { schema } } },
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          status,
          { description, content: { 'application/json': { schema: ERROR_REF } } },
        ]),
      ),
    },
  };
}

/** The OpenAPI 3.1 description of the fleet's API, made of the schemas that requests are checked by. */
export function describeFleetApi(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of endpoints) {
    const path = (paths[endpoint.path] ??= {});
    path[endpoint.method.toLowerCase()] = operationOf(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Belfry fleet API',
      version,
      description:
        'Jobs, nodes and the work between them. People show a connection token, operators theirs; nodes sign their requests with Ed25519 (docs/node-protocol.md).',
    },
    servers: [{ url: FLEET_PATH }],
    tags: [
      { name: 'people', description: 'What people and their programs ask.' },
      { name: 'nodes', description: 'What nodes ask.' },
      { name: 'beacon', description: 'What a Centrifugo asks that is the Beacon.' },
    ],
    paths,
    components: {
      schemas: { Error: ERROR },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A connection token of the deployment, or the token of an operator.',
        },
        signature: {
          type: 'apiKey',
          in: 'header',
          name: 'belfry-signature',
          description:
            'Ed25519 over method, host, path with query, time, nonce and the hash of the body; with `belfry-node`, `belfry-timestamp` and `belfry-nonce`.',
        },
        proxySecret: { type: 'apiKey', in: 'header', name: 'x-belfry-proxy-secret' },
      },
    },
  };
}
