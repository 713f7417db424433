import type { FleetNodes } from '@belfry/client';
import type { NodeView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { nodeCommand } from '../../../fleet/model/node-text.ts';
import { CopyField } from '../../../parts/copy-field.tsx';
import { asPageError } from '../../../parts/page-error.ts';
import { Link } from '../../../router/router.tsx';
import { type AccessChoice, AccessFields, accessFrom } from './access-fields.tsx';

interface AddNodeProps {
  readonly api: FleetNodes;
  readonly pool: string;
  readonly onClaimed: (node: NodeView) => void;
}

/** Three ways to more nodes. */
export function AddNode(props: AddNodeProps): JSX.Element {
  return (
    <section class="block" aria-labelledby="add-title">
      <h2 id="add-title">Add a node</h2>
      <div class="ways">
        <div class="card panel">
          <h3>This tab</h3>
          <p class="muted">
            Nothing to install: the tab computes for as long as it is open, and stops when you say
            so.
          </p>
          <Link to="/donate" class="button">
            Donate this tab
          </Link>
        </div>
        <TokenWay {...props} />
        <CodeWay {...props} />
      </div>
    </section>
  );
}

const EVERYONE: AccessChoice = { type: 'everyone', users: '' };

function TokenWay({ api, pool }: AddNodeProps): JSX.Element {
  const [choice, setChoice] = useState(EVERYONE);
  const [claim, setClaim] = useState<{ claim: string; expiresAt: number } | null>(null);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const make = async (): Promise<void> => {
    setWorking(true);
    setProblem(null);
    try {
      setClaim(await api.createClaim({ pool, access: accessFrom(choice) }));
    } catch (error) {
      setProblem(asPageError(error).message);
    }
    setWorking(false);
  };
  return (
    <div class="card panel">
      <h3>A machine of yours</h3>
      {claim === null ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!working) void make();
          }}
        >
          <AccessFields choice={choice} onChange={setChoice} />
          <button type="submit" class="button" aria-disabled={working}>
            {working ? 'Making it…' : 'Make the command'}
          </button>
          <p class="problem" role="alert">
            {problem}
          </p>
        </form>
      ) : (
        <>
          <p class="muted">
            Run this where Node.js 22.18 or newer is. It makes nodes yours until{' '}
            {new Date(claim.expiresAt).toLocaleTimeString([], {
              hour: '2-digit',
              minute: '2-digit',
            })}
            ; who has it can add nodes in your name.
          </p>
          <CopyField
            value={nodeCommand(location.origin, claim.claim)}
            label="Command that starts a node"
            main
          />
          <button type="button" class="link-button" onClick={() => setClaim(null)}>
            Make another one
          </button>
        </>
      )}
    </div>
  );
}

function CodeWay({ api, pool, onClaimed }: AddNodeProps): JSX.Element {
  const [code, setCode] = useState('');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const claim = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (working) return;
    if (code.trim() === '') {
      setProblem('Type the code that the node shows.');
      return;
    }
    setWorking(true);
    setProblem(null);
    try {
      onClaimed(await api.claim({ code: code.trim().toUpperCase(), pool }));
      setCode('');
    } catch (error) {
      setProblem(asPageError(error).message);
    }
    setWorking(false);
  };
  return (
    <div class="card panel">
      <h3>A node that shows a code</h3>
      <p class="muted">
        A node that was started without a claim shows a code like{' '}
        <span class="code">K7QF-3MZ2</span>. Type it here, and the node is yours.
      </p>
      <form onSubmit={(event) => void claim(event)} noValidate>
        <label class="label" for="node-code">
          Code
        </label>
        <div class="copy">
          <input
            id="node-code"
            class="field code"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            placeholder="K7QF-3MZ2"
            maxLength={40}
            value={code}
            aria-invalid={problem !== null}
            aria-describedby="node-code-problem"
            onInput={(event) => {
              setCode(event.currentTarget.value);
              setProblem(null);
            }}
          />
          <button type="submit" class="button" aria-disabled={working}>
            {working ? 'Claiming…' : 'Claim'}
          </button>
        </div>
        <p id="node-code-problem" class="problem" role="alert">
          {problem}
        </p>
      </form>
    </div>
  );
}
