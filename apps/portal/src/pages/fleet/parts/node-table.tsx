import type { NodeView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { shortCount } from '../../../fleet/model/job-text.ts';
import { accessText, NODE_STATUS_TEXTS, trustText } from '../../../fleet/model/node-text.ts';
import { ageText, countText } from '../../../parts/formats.ts';
import { Placeholder } from '../../../parts/placeholder.tsx';

interface NodeTableProps {
  readonly nodes: readonly NodeView[];
  /** The server's time, in ms. */
  readonly now: number;
  readonly onOpen: (node: string) => void;
}

/** The nodes of a pool. */
export function NodeTable({ nodes, now, onOpen }: NodeTableProps): JSX.Element {
  if (nodes.length === 0) {
    return (
      <Placeholder title="No node that you may see is in this pool">
        Add one below: donate this tab, or start one on a machine of yours.
      </Placeholder>
    );
  }
  return (
    <table class="rows nodes">
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">Status</th>
          <th scope="col">Trust</th>
          <th scope="col" class="num">
            Slots
          </th>
          <th scope="col" class="num">
            Throughput
          </th>
          <th scope="col" class="num">
            Chunks
          </th>
          <th scope="col">For whom</th>
          <th scope="col">
            <span class="visually-hidden">Details</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((node) => (
          <NodeRow key={node.node} node={node} now={now} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  );
}

interface NodeRowProps extends Omit<NodeTableProps, 'nodes'> {
  readonly node: NodeView;
}

function NodeRow({ node, now, onOpen }: NodeRowProps): JSX.Element {
  const quiet = node.status === 'offline' || node.status === 'suspect';
  return (
    <tr class={node.status === 'offline' ? 'is-off' : ''}>
      <th scope="row" class="row-title">
        <span class="user">{node.name}</span>
        {node.mine && <span class="chip">yours</span>}
        <span class="small muted">
          {node.runtime} · {node.platform}
        </span>
      </th>
      <td data-name="Status">
        <span class={`status is-${node.status}`}>
          <span class="dot" aria-hidden="true" />
          {NODE_STATUS_TEXTS[node.status]}
        </span>
        {quiet && <span class="small muted node-seen">{ageText(now - node.lastSeenAt)}</span>}
      </td>
      <td data-name="Trust">
        <span class={`trust ${node.disagreed > 0 && node.trust < 1 ? 'is-bad' : ''}`}>
          <span class="meter" aria-hidden="true">
            <span style={{ width: `${Math.min(1, node.trust) * 100}%` }} />
          </span>
          {trustText(node)}
        </span>
      </td>
      <td data-name="Slots" class="num">
        {node.busy} / {node.slots}
      </td>
      <td data-name="Throughput" class="num">
        {node.rate > 0 ? `${shortCount(node.rate)}/s` : '–'}
      </td>
      <td data-name="Chunks" class="num">
        <span>
          {countText(node.completed)}
          {node.failed > 0 && <span class="node-failed"> · {countText(node.failed)} failed</span>}
        </span>
      </td>
      <td data-name="For whom">{accessText(node.access)}</td>
      <td class="row-action">
        <button
          type="button"
          class="button is-small"
          aria-label={`${node.mine ? 'Manage' : 'Look at'} ${node.name}`}
          onClick={() => onOpen(node.node)}
        >
          {node.mine ? 'Manage' : 'Look'}
        </button>
      </td>
    </tr>
  );
}
