import type { FleetNodes } from '@belfry/client';
import type { NodeView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { shareText, shortCount } from '../../../fleet/model/job-text.ts';
import { NODE_STATUS_TEXTS, trustText } from '../../../fleet/model/node-text.ts';
import { ageText, countText } from '../../../parts/formats.ts';
import { asPageError } from '../../../parts/page-error.ts';
import { AccessFields, accessFrom, accessChoice } from './access-fields.tsx';

interface NodeDialogProps {
  readonly node: NodeView;
  readonly api: FleetNodes;
  /** The server's time, in ms. */
  readonly now: number;
  readonly onDone: (text: string) => void;
  readonly onClose: () => void;
}

/** All about one node, and what its owner may do with it. */
export function NodeDialog({ node, api, now, onDone, onClose }: NodeDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="node-title" onClose={onClose}>
      <h2 id="node-title">{node.name}</h2>
      <NodeFacts node={node} now={now} />
      {node.mine ? (
        <NodeControls node={node} api={api} onDone={onDone} onClose={close} />
      ) : (
        <div class="dialog-actions">
          <button type="button" class="button" onClick={close}>
            Close
          </button>
        </div>
      )}
    </dialog>
  );
}

function NodeFacts({ node, now }: Pick<NodeDialogProps, 'node' | 'now'>): JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    ['Status', `${NODE_STATUS_TEXTS[node.status]}, heard of ${ageText(now - node.lastSeenAt)} ago`],
    ['Slots', `${node.busy} of ${node.slots} at work`],
    ['Throughput', node.rate > 0 ? `${shortCount(node.rate)} iterations/s lately` : '–'],
    ['Load', shareText(node.load, 0)],
    [
      'Trust',
      `${trustText(node)}: agreed with others ${countText(node.agreed)} times, disagreed ${countText(node.disagreed)}`,
    ],
    ['Chunks', `${countText(node.completed)} completed, ${countText(node.failed)} failed`],
    ['Runs on', `${node.runtime} ${node.version}, ${node.platform}`],
    ['Member for', ageText(now - node.claimedAt)],
  ];
  return (
    <dl class="node-facts">
      {rows.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
      <div>
        <dt>Id</dt>
        <dd class="code">{node.node}</dd>
      </div>
    </dl>
  );
}

interface NodeControlsProps extends Pick<NodeDialogProps, 'node' | 'api' | 'onDone' | 'onClose'> {}

function NodeControls({ node, api, onDone, onClose }: NodeControlsProps): JSX.Element {
  const [name, setName] = useState(node.name);
  const [choice, setChoice] = useState(accessChoice(node.access));
  const [working, setWorking] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const draining = node.status === 'draining';

  const act = async (action: () => Promise<unknown>, text: string): Promise<void> => {
    if (working) return;
    setWorking(true);
    setProblem(null);
    try {
      await action();
      onDone(text);
      onClose();
    } catch (error) {
      setProblem(asPageError(error).message);
      setWorking(false);
    }
  };
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed === '') setProblem('Give it a name.');
    else {
      const change = { name: trimmed, access: accessFrom(choice) };
      void act(async () => api.change(node.node, change), `${trimmed} is saved.`);
    }
  };

  if (removing) {
    return (
      <>
        <p>
          <strong>Remove it for good?</strong> What it holds is given to others at once. To come
          back it has to be claimed again.
        </p>
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={() => setRemoving(false)}>
            Keep it
          </button>
          <button
            type="button"
            class="button is-danger"
            aria-disabled={working}
            onClick={() => void act(async () => api.remove(node.node), `${node.name} is removed.`)}
          >
            {working ? 'Removing…' : 'Remove'}
          </button>
        </div>
      </>
    );
  }
  return (
    <form class="node-controls" onSubmit={save} noValidate>
      <label class="label" for="node-name">
        Name
      </label>
      <input
        id="node-name"
        class="field"
        maxLength={64}
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <AccessFields choice={choice} onChange={setChoice} />
      <p class="problem" role="alert">
        {problem}
      </p>
      <div class="node-more">
        <button
          type="button"
          class="link-button"
          onClick={() =>
            void act(
              async () => api.change(node.node, { draining: !draining }),
              draining ? `${node.name} works again.` : `${node.name} gets nothing new.`,
            )
          }
        >
          {draining ? 'Let it work again' : 'Drain'}
        </button>
        <button type="button" class="link-button" onClick={() => setRemoving(true)}>
          Remove…
        </button>
      </div>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="button is-main" aria-disabled={working}>
          {working ? 'Saving…' : 'Save'}
        </button>
      </div>
    </form>
  );
}
