import { z } from 'zod';
import { resultDigest } from '../../result-digest.ts';
import { type Endpoint, newNodeEndpoint, nodeEndpoint } from '../endpoint.ts';
import { badRequest, FleetError, nodeError } from '../fleet-error.ts';
import { type FleetService, limited } from '../fleet-service.ts';
import type { FailureMessage, ResultMessage } from '../../messages/job-messages.ts';
import {
  ackRequest,
  chunkInput,
  completeRequest,
  failRequest,
  heartbeatRequest,
  holdsReply,
  inputQuery,
  leaveRequest,
  settleReply,
} from '../messages/node-work.ts';
import { registerReply, registerRequest, tokenReply } from '../messages/register.ts';

/** The most bytes of a heartbeat, and of an acknowledgement: 10,000 attempts. */
const MAX_LIST_BYTES = 2_097_152;
/** The most bytes of results. */
const MAX_RESULT_BYTES = 8_388_608;

type Outcome = 'received' | 'busy' | 'unknown';

const OUTCOMES = {
  accepted: 'received',
  duplicate: 'received',
  full: 'busy',
  'no-actor': 'unknown',
} as const;

const register = newNodeEndpoint(
  {
    operation: 'register',
    method: 'POST',
    path: '/node/register',
    summary: 'Makes the key of the signature known; again, changes name and capabilities.',
    body: registerRequest,
    answer: registerReply,
  },
  async ({ service, request, node, body }) => {
    const { claims, identity, now, actors, tokens, limits } = service;
    const { publicKey, name, capabilities } = body;
    const claim = body.claim === undefined ? null : await claims.read(body.claim, now());
    if (body.claim !== undefined && claim === null) {
      throw nodeError('bad_claim', 'claim: is no claim token of this server, or has run out.');
    }
    if (claim !== null && (await identity.isBlocked(claim.owner))) {
      throw nodeError('bad_claim', 'claim: its owner is blocked.');
    }
    if (claim === null) {
      const perMinute = limits.registrationsPerMinute;
      const key = `register/${request.address}`;
      await limited(tokens, { what: 'nodes without a claim from this address', key, perMinute });
    }
    return actors.register(node, {
      type: 'register',
      publicKey,
      name,
      capabilities,
      ...(claim === null ? {} : { claim }),
    });
  },
);

const token = nodeEndpoint(
  {
    operation: 'token',
    method: 'POST',
    path: '/node/token',
    summary: 'Gives a connection token for the Beacon.',
    body: z.object({}),
    answer: tokenReply,
  },
  async ({ service, node }) => {
    // Whoever may not ask for work has nothing to hear either.
    await service.actors.node(node, { type: 'holds' });
    return service.signNodeToken(node);
  },
);

const heartbeat = nodeEndpoint(
  {
    operation: 'heartbeat',
    method: 'POST',
    path: '/node/heartbeat',
    summary: 'Says that it lives, and what it does; tells what it has to do.',
    body: heartbeatRequest,
    maxBytes: MAX_LIST_BYTES,
    answer: holdsReply,
  },
  ({ service, node, body }) => service.actors.node(node, { type: 'heartbeat', ...body }),
);

const holds = nodeEndpoint(
  {
    operation: 'holds',
    method: 'POST',
    path: '/node/holds',
    summary: 'Tells what it has to do. To be asked on every connect.',
    body: z.object({}),
    answer: holdsReply,
  },
  ({ service, node }) => service.actors.node(node, { type: 'holds' }),
);

const ack = nodeEndpoint(
  {
    operation: 'ack',
    method: 'POST',
    path: '/node/ack',
    summary: 'Says that attempts have arrived.',
    body: ackRequest,
    maxBytes: MAX_LIST_BYTES,
    answer: z.object({}),
  },
  async ({ service, node, body: { attempts } }) => {
    const result = await service.actors.tellNode(node, { type: 'ack', attempts });
    if (result === 'no-actor') throw nodeError('unknown_node', 'there is no such node any more.');
    if (result === 'full') throw nodeError('unavailable', 'too much waits for this node.');
    return {};
  },
);

/** Hands each to its job; what is answered is durable. */
async function settle(
  { actors, meter }: FleetService,
  messages: readonly { readonly job: string; readonly message: ResultMessage | FailureMessage }[],
): Promise<{ readonly outcomes: readonly { attempt: string; outcome: Outcome }[] }> {
  const outcomes = await Promise.all(
    messages.map(async ({ job, message }) => {
      const outcome = OUTCOMES[await actors.settle(job, message)];
      meter.outcome(outcome);
      return { attempt: message.attempt, outcome };
    }),
  );
  return { outcomes };
}

function digestOf(attempt: string, result: unknown): string {
  try {
    return resultDigest(result);
  } catch (error) {
    throw badRequest(`results: the result of ${attempt}: ${(error as Error).message}.`);
  }
}

const complete = nodeEndpoint(
  {
    operation: 'complete',
    method: 'POST',
    path: '/node/complete',
    summary: 'Hands in results. Once it is answered they are durable.',
    body: completeRequest,
    maxBytes: MAX_RESULT_BYTES,
    answer: settleReply,
  },
  ({ service, node, body: { results } }) =>
    settle(
      service,
      results.map(({ job, attempt, ms, result }) => ({
        job,
        message: {
          type: 'result',
          node,
          attempt,
          ms,
          result: JSON.stringify(result),
          digest: digestOf(attempt, result),
        },
      })),
    ),
);

const fail = nodeEndpoint(
  {
    operation: 'fail',
    method: 'POST',
    path: '/node/fail',
    summary: 'Says which attempts came to nothing, and why.',
    body: failRequest,
    maxBytes: MAX_RESULT_BYTES,
    answer: settleReply,
  },
  ({ service, node, body: { failures } }) =>
    settle(
      service,
      failures.map(({ job, attempt, reason, message }) => ({
        job,
        message: { type: 'failure', node, attempt, reason, message },
      })),
    ),
);

const leave = nodeEndpoint(
  {
    operation: 'leave',
    method: 'POST',
    path: '/node/leave',
    summary: 'Says that it goes; what it holds is given to others at once.',
    body: leaveRequest,
    answer: z.object({}),
  },
  async ({ service, node }) => {
    await service.actors.tellNode(node, { type: 'leave' });
    return {};
  },
);

const input = nodeEndpoint(
  {
    operation: 'input',
    method: 'GET',
    path: '/node/input',
    summary: 'Gives what the chunks of a round are run with.',
    query: inputQuery,
    answer: chunkInput,
  },
  async ({ service, node, query: { job, round } }) => {
    try {
      return await service.actors.job(job, { type: 'input', node, round });
    } catch (error) {
      if (!(error instanceof FleetError) || error.status !== 403) throw error;
      // For a node that holds nothing of it any more, the job is over.
      throw nodeError('unknown_job', error.message);
    }
  },
);

export const WORK_ENDPOINTS: readonly Endpoint[] = [
  register,
  token,
  heartbeat,
  holds,
  ack,
  complete,
  fail,
  leave,
  input,
];
