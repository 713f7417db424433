import type { NodeView } from '@belfry/protocol';
import { z } from 'zod';
import { readClaimCode } from '../core/read-claim-code.ts';
import { type Endpoint, personEndpoint } from '../endpoint.ts';
import { FleetError, forbidden, nodeError } from '../fleet-error.ts';
import { type FleetService, limited } from '../fleet-service.ts';
import type { Person } from '../identity.ts';
import {
  CLAIM_TTL,
  claimCodeRequest,
  claimTokenReply,
  claimTokenRequest,
} from '../messages/claim.ts';
import { nodeChange, nodeList, nodeListQuery, nodeView, poolView } from '../messages/node-view.ts';
import { pool as poolName } from '../messages/parts.ts';

const NODE_ID = /^n-[a-z2-7]{26}$/;
const DEFAULT_POOL = 'default';
/** How many nodes are asked at once for a list. */
const WIDTH = 50;

function nodeOf(params: Readonly<Record<string, string>>): string {
  const node = params['node'] ?? '';
  if (!NODE_ID.test(node)) throw nodeError('unknown_node', 'there is no such node.');
  return node;
}

const claim = personEndpoint(
  {
    operation: 'createClaim',
    method: 'POST',
    path: '/claims',
    summary: "Makes a token that makes nodes one's own.",
    changes: true,
    body: claimTokenRequest,
    answer: claimTokenReply,
  },
  ({ service, person, body }) => {
    const { pool = DEFAULT_POOL, access = { type: 'owner' }, trusted = false } = body;
    if (trusted && !person.operator) {
      throw forbidden('trusted: needs the token of an operator.');
    }
    return service.claims.sign(
      { owner: person.user, pool, access, trusted },
      { now: service.now(), ttlMs: body.ttlMs ?? CLAIM_TTL.default },
    );
  },
);

const claimByCode = personEndpoint(
  {
    operation: 'claimNode',
    method: 'POST',
    path: '/nodes/claim',
    summary: "Makes the node that shows a code one's own.",
    changes: true,
    body: claimCodeRequest,
    answer: nodeView,
  },
  async ({ service, person, body }) => {
    const { actors, limits, tokens } = service;
    const { user, operator } = person;
    const perMinute = limits.codesPerMinute;
    await limited(tokens, { what: 'codes', key: `code/${user}`, perMinute });
    const code = readClaimCode(body.code);
    const wrong = new FleetError(404, 'wrong_code', 'code: no node shows it, or not any more.');
    if (code === null) throw wrong;
    const { node } = await actors.findCode(code);
    const { pool = DEFAULT_POOL, access = { type: 'owner' } } = body;
    return actors.node(node, {
      type: 'claim',
      code,
      claim: { owner: user, pool, access, trusted: operator },
    });
  },
);

/** The nodes themselves; one that has gone since is left out. */
async function viewsOf(
  { actors }: FleetService,
  nodes: readonly string[],
  { user, operator }: Person,
): Promise<NodeView[]> {
  const views: NodeView[] = [];
  for (let at = 0; at < nodes.length; at += WIDTH) {
    const some = nodes.slice(at, at + WIDTH).map(async (node) => {
      try {
        return await actors.node(node, { type: 'view', user, operator });
      } catch (error) {
        const isGone = error instanceof FleetError && [403, 404, 410].includes(error.status);
        if (isGone) return null;
        throw error;
      }
    });
    views.push(...(await Promise.all(some)).filter((view) => view !== null));
  }
  return views;
}

const list = personEndpoint(
  {
    operation: 'listNodes',
    method: 'GET',
    path: '/nodes',
    summary: 'Lists the nodes of a pool that one may use.',
    changes: false,
    query: nodeListQuery,
    answer: nodeList,
  },
  async ({ service, person, query }) => {
    const { pool, cursor = null, limit } = query;
    const { user, operator } = person;
    try {
      const page = await service.actors.fleet(pool, {
        type: 'nodes',
        user,
        operator,
        cursor,
        limit,
      });
      return { nodes: await viewsOf(service, page.nodes, person), cursor: page.cursor };
    } catch (error) {
      // A pool is there from its first node on.
      if (!(error instanceof FleetError) || error.status !== 404) throw error;
      return { nodes: [], cursor: null };
    }
  },
);

const get = personEndpoint(
  {
    operation: 'getNode',
    method: 'GET',
    path: '/nodes/{node}',
    summary: 'Tells how a node is.',
    changes: false,
    answer: nodeView,
  },
  ({ service, person: { user, operator }, params }) =>
    service.actors.node(nodeOf(params), { type: 'view', user, operator }),
);

const change = personEndpoint(
  {
    operation: 'changeNode',
    method: 'PATCH',
    path: '/nodes/{node}',
    summary: 'Renames a node, says who may use it, drains it.',
    changes: true,
    body: nodeChange,
    answer: nodeView,
  },
  async ({ service, person: { user, operator }, params, body }) => {
    const node = nodeOf(params);
    const { name, access, draining } = body;
    const who = { user, operator };
    const { actors } = service;
    let view = await actors.node(node, { type: 'view', ...who });
    if (name !== undefined) view = await actors.node(node, { type: 'rename', name, ...who });
    if (access !== undefined) view = await actors.node(node, { type: 'access', access, ...who });
    if (draining !== undefined) {
      view = await actors.node(node, { type: 'drain', on: draining, ...who });
    }
    return view;
  },
);

const remove = personEndpoint(
  {
    operation: 'removeNode',
    method: 'DELETE',
    path: '/nodes/{node}',
    summary: 'Forgets a node; what it holds goes to others.',
    changes: true,
    answer: z.object({}),
  },
  async ({ service, person: { user, operator }, params }) => {
    await service.actors.node(nodeOf(params), { type: 'remove', user, operator });
    return {};
  },
);

const pool = personEndpoint(
  {
    operation: 'getPool',
    method: 'GET',
    path: '/pools/{pool}',
    summary: 'Tells what a pool has, and what is done with it.',
    changes: false,
    answer: poolView,
  },
  async ({ service, person, params }) => {
    const { success, data } = poolName.safeParse(params['pool']);
    if (!success) throw new FleetError(404, 'not_found', 'there is no such pool.');
    const view = await service.actors.fleet(data, { type: 'view' });
    if (person.operator) return view;
    // Who knows the id of a job may watch it.
    const jobs = view.jobs.map((job) =>
      job.owner === person.user ? job : { ...job, job: '', title: '', owner: '' },
    );
    return { ...view, jobs };
  },
);

export const NODE_ENDPOINTS: readonly Endpoint[] = [
  claim,
  claimByCode,
  list,
  get,
  change,
  remove,
  pool,
];
