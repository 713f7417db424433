import { z } from 'zod';
import { API_METHODS } from './methods.ts';
import { batchRequest } from './requests.ts';
import { apiError } from './results.ts';

type Json = Readonly<Record<string, unknown>>;

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function pathOf(method: string, description: Json): Json {
  const { summary, request, answer } = description as {
    readonly summary: string;
    readonly request: Json;
    readonly answer: Json;
  };
  const content = (schema: Json): Json => ({ 'application/json': { schema } });
  return {
    post: {
      operationId: method,
      summary,
      requestBody: { required: true, content: content(request) },
      responses: {
        200: { description: 'Done, or what is in the way of it.', content: content(answer) },
        400: { description: 'The body is not JSON.', content: content(ERROR) },
        401: { description: 'The key is missing or not known.', content: content(ERROR) },
        413: { description: 'The body is too large.', content: content(ERROR) },
      },
    },
  };
}

const ERROR: Json = {
  type: 'object',
  properties: { error: { $ref: '#/components/schemas/Error' } },
  required: ['error'],
};

/** `presence_stats` → `PresenceStatsRequest` */
function requestName(method: string): string {
  const words = method.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Request`;
}

function requestRef(method: string): Json {
  return { $ref: `#/components/schemas/${requestName(method)}` };
}

/** The OpenAPI 3.1 description of the server API, made of the schemas that requests are checked by. */
export function openApiDescription(version: string): Json {
  const paths: Record<string, Json> = {};
  const requests: Record<string, Json> = {};
  for (const [method, { summary, request, result }] of Object.entries(API_METHODS)) {
    const success = {
      type: 'object',
      properties: { result: schemaOf(result, 'output') },
      required: ['result'],
    };
    requests[requestName(method)] = schemaOf(request, 'input');
    paths[`/${method}`] = pathOf(method, {
      summary,
      request: requestRef(method),
      answer: { oneOf: [success, ERROR] },
    });
  }
  const commands = Object.keys(API_METHODS).map((method) => ({
    type: 'object',
    properties: { [method]: requestRef(method) },
    required: [method],
  }));
  const batch = schemaOf(batchRequest, 'input') as { readonly properties: Json };
  paths['/batch'] = pathOf('batch', {
    summary: 'Runs commands, one after the other or side by side, and answers each.',
    request: {
      ...batch,
      properties: {
        ...batch.properties,
        commands: { type: 'array', maxItems: 10_000, items: { oneOf: commands } },
      },
    },
    answer: {
      type: 'object',
      properties: {
        replies: {
          type: 'array',
          items: { type: 'object' },
          description: 'In the order of the commands: `{"<method>":<result>}` or `{"error":…}`.',
        },
      },
      required: ['replies'],
    },
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Belfry server API',
      version,
      description:
        'What a backend can have the Beacons do. Methods and shapes are those of Centrifugo v6. With the header `X-Centrifugo-Error-Mode: transport` an error is an HTTP status and the body is the error itself.',
    },
    servers: [{ url: '/api' }],
    security: [{ key: [] }, { bearer: [] }],
    paths,
    components: {
      schemas: { Error: schemaOf(apiError, 'output'), ...requests },
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`apikey <key>`',
        },
      },
    },
  };
}
