import type { JobView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { countText } from '../../parts/formats.ts';
import { Placeholder } from '../../parts/placeholder.tsx';
import { isOver } from '../model/job-feed.ts';
import { shortCount } from '../model/job-text.ts';

/** Who is at work on a job. */
export function JobNodes({ view }: { readonly view: JobView }): JSX.Element {
  const { nodes, nodeCount } = view;
  if (nodes.length === 0) {
    return (
      <Placeholder title={isOver(view) ? 'All nodes have gone on' : 'Nobody is at work'}>
        {isOver(view) ? 'The job is over.' : 'Nodes come by themselves as soon as they are free.'}
      </Placeholder>
    );
  }
  const fastest = Math.max(1, ...nodes.map(({ rate }) => rate));
  return (
    <>
      <ol class="job-nodes">
        {nodes.map(({ node, name, holds, rate }) => (
          <li key={node}>
            <span class="job-node-name" title={node}>
              {name}
            </span>
            <span class="muted small">
              {holds} {holds === 1 ? 'chunk' : 'chunks'}
            </span>
            <span class="job-node-rate">{rate > 0 ? `${shortCount(rate)}/s` : '–'}</span>
            <span class="meter" aria-hidden="true">
              <span style={{ width: `${(rate / fastest) * 100}%` }} />
            </span>
          </li>
        ))}
      </ol>
      {nodeCount > nodes.length && (
        <p class="muted small">and {countText(nodeCount - nodes.length)} more</p>
      )}
    </>
  );
}
