import type { NodeList, NodeView, PoolView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { FleetGate } from '../../fleet/parts/fleet-gate.tsx';
import type { Fleet } from '../../fleet/use-fleet.ts';
import { useServerNow } from '../../fleet/use-server-now.ts';
import { Stale } from '../../parts/banner.tsx';
import { Confirmation } from '../../parts/confirmation.tsx';
import { Awaited } from '../../parts/placeholder.tsx';
import { usePoll } from '../../parts/use-poll.ts';
import type { FleetRoute } from '../../router/routes.ts';
import { useTitle } from '../../shell/use-title.ts';
import { AddNode } from './parts/add-node.tsx';
import { FleetHead } from './parts/fleet-head.tsx';
import { NodeDialog } from './parts/node-dialog.tsx';
import { NodeTable } from './parts/node-table.tsx';
import { PoolFigures } from './parts/pool-figures.tsx';
import { PoolJobs } from './parts/pool-jobs.tsx';
import '../../fleet/styles.ts';
import './fleet.css';

const EVERY_MS = 2_000;

interface Look {
  readonly pool: PoolView;
  readonly nodes: readonly NodeView[];
  readonly cursor: string | null;
}

/** The nodes that share the work of a pool. */
export function FleetPage({ route }: { readonly route: FleetRoute }): JSX.Element {
  useTitle('Fleet');
  return (
    <FleetGate>{(fleet) => <Pool key={route.pool} pool={route.pool} fleet={fleet} />}</FleetGate>
  );
}

function Pool({ pool, fleet }: { readonly pool: string; readonly fleet: Fleet }): JSX.Element {
  const { nodes: api, session } = fleet;
  const [pages, setPages] = useState(1);
  const [open, setOpen] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const now = useServerNow(session);
  const polled = usePoll<Look>(`${pool} ${pages}`, EVERY_MS, async () => {
    const figures = api.pool(pool);
    const nodes: NodeView[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < pages && (page === 0 || cursor !== null); page++) {
      const list: NodeList = await api.list({ pool, cursor });
      nodes.push(...list.nodes);
      cursor = list.cursor;
    }
    return { pool: await figures, nodes, cursor };
  });
  const opened = polled.data?.nodes.find(({ node }) => node === open) ?? null;
  const done = (text: string): void => {
    setSaid(text);
    polled.again();
  };
  return (
    <main class="page desk">
      <FleetHead current="fleet" pool={pool} />
      <Stale error={polled.error} at={polled.at} />
      <Awaited polled={polled} lines={6}>
        {(look) => (
          <>
            <PoolFigures pool={look.pool} nodes={look.nodes} whole={look.cursor === null} />
            <section class="block" aria-labelledby="nodes-title">
              <h2 id="nodes-title">Nodes</h2>
              <NodeTable nodes={look.nodes} now={now} onOpen={setOpen} />
              {look.cursor !== null && (
                <p class="pager">
                  <button type="button" class="button" onClick={() => setPages(pages + 1)}>
                    Show more
                  </button>
                </p>
              )}
            </section>
            <PoolJobs pool={look.pool} user={session.client.user} />
          </>
        )}
      </Awaited>
      <AddNode api={api} pool={pool} onClaimed={(node) => done(`${node.name} is yours now.`)} />
      {opened !== null && (
        <NodeDialog node={opened} api={api} now={now} onDone={done} onClose={() => setOpen(null)} />
      )}
      <Confirmation text={said} onGone={() => setSaid(null)} />
    </main>
  );
}
