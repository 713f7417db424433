import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Link } from '../../router/router.tsx';
import { Bell } from '../../shell/bell.tsx';
import { readAuth, signInWith } from './api/admin-api.ts';
import { type AdminError, asAdminError } from './api/admin-error.ts';
import type { SignIn } from './api/admin-types.ts';
import { storedSignIn, storeSignIn, takeCode } from './api/stored-sign-in.ts';
import { SignInView } from './views/sign-in-view.tsx';

type State =
  | { readonly type: 'asking' }
  | { readonly type: 'in'; readonly signIn: SignIn }
  | { readonly type: 'form'; readonly hasPassword: boolean; readonly reason: string | null }
  | { readonly type: 'shut'; readonly error: AdminError };

interface GateProps {
  readonly children: (signIn: SignIn, onSignedOut: (byServer: boolean) => void) => JSX.Element;
}

const ENDED = 'Your sign-in has ended. Sign in again to go on.';

/** What a browser takes as a time to wait. */
const MAX_TIMER_MS = 2_147_483_647;

/** Lets operators through, and asks everybody else who they are. */
export function Gate({ children }: GateProps): JSX.Element {
  const [state, setState] = useState<State>({ type: 'asking' });

  const enter = (signIn: SignIn): void => {
    storeSignIn(signIn);
    setState({ type: 'in', signIn });
  };

  const ask = async (reason: string | null): Promise<void> => {
    storeSignIn(null);
    setState({ type: 'asking' });
    try {
      const { password } = await readAuth();
      setState({ type: 'form', hasPassword: password, reason });
    } catch (error) {
      setState({ type: 'shut', error: asAdminError(error) });
    }
  };

  const byCode = async (code: string): Promise<void> => {
    setState({ type: 'asking' });
    try {
      enter(await signInWith({ code }));
    } catch (error) {
      const told = asAdminError(error);
      if (told.problem === 'signed-out') await ask(told.message);
      else setState({ type: 'shut', error: told });
    }
  };

  const begin = (): void => {
    const code = takeCode();
    const stored = storedSignIn();
    if (code !== null) void byCode(code);
    else if (stored === null) void ask(null);
    else if (stored.expiresAt <= Date.now()) void ask(ENDED);
    else setState({ type: 'in', signIn: stored });
  };

  useEffect(() => {
    begin();
    // A link that is opened where the page is already.
    const linked = (): void => {
      const code = takeCode();
      if (code !== null) void byCode(code);
    };
    addEventListener('hashchange', linked);
    return () => removeEventListener('hashchange', linked);
  }, []);

  const expiresAt = state.type === 'in' ? state.signIn.expiresAt : null;
  useEffect(() => {
    if (expiresAt === null) return undefined;
    const waitMs = Math.min(MAX_TIMER_MS, Math.max(0, expiresAt - Date.now()));
    const timer = setTimeout(() => void ask(ENDED), waitMs);
    return () => clearTimeout(timer);
  }, [expiresAt]);

  switch (state.type) {
    case 'in':
      return children(state.signIn, (byServer) => void ask(byServer ? ENDED : null));
    case 'form':
      return <SignInView reason={state.reason} hasPassword={state.hasPassword} onSignIn={enter} />;
    case 'shut':
      return <Shut error={state.error} onRetry={begin} />;
    case 'asking':
      return (
        <main class="page narrow notice">
          <Bell class="notice-bell" ringing />
          <p class="muted" role="status">
            One moment…
          </p>
        </main>
      );
  }
}

interface ShutProps {
  readonly error: AdminError;
  readonly onRetry: () => void;
}

function Shut({ error, onRetry }: ShutProps): JSX.Element {
  const disabled = error.problem === 'disabled';
  return (
    <main class="page narrow notice">
      <Bell class="notice-bell" />
      <h1>{disabled ? 'This door is shut' : 'Nobody answers'}</h1>
      <p class="muted">
        {disabled ? (
          <>
            This server does not let operators in here. Whoever runs it opens the page with{' '}
            <span class="code">admin.enabled</span> in its config (<span class="code">--admin</span>
            ).
          </>
        ) : (
          error.message
        )}
      </p>
      <div class="notice-actions">
        <button type="button" class="button is-main" onClick={onRetry}>
          Try again
        </button>
        <Link to="/" class="button">
          To the front page
        </Link>
      </div>
    </main>
  );
}
