import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { signInWith } from '../api/admin-api.ts';
import { asAdminError } from '../api/admin-error.ts';
import type { SignIn } from '../api/admin-types.ts';

interface SignInViewProps {
  /** Why one has to; `null`: for no reason but that one has not. */
  readonly reason: string | null;
  /** Whether the server has a password. */
  readonly hasPassword: boolean;
  readonly onSignIn: (signIn: SignIn) => void;
}

/** Asks an operator for the password, or for a token. */
export function SignInView({ reason, hasPassword, onSignIn }: SignInViewProps): JSX.Element {
  const [password, setPassword] = useState('');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const what = hasPassword ? 'Password or token' : 'Token';

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (working) return;
    if (password === '') {
      setProblem(`Give the ${what.toLowerCase()} first.`);
      field.current?.focus();
      return;
    }
    setWorking(true);
    setProblem(null);
    try {
      onSignIn(await signInWith({ password: password.trim() }));
    } catch (error) {
      setProblem(asAdminError(error).message);
      setWorking(false);
      field.current?.select();
    }
  };

  return (
    <main class="page narrow">
      <section class="card sign-in" aria-labelledby="sign-in-title">
        <h1 id="sign-in-title" class="card-title">
          Look into the tower
        </h1>
        <p class="muted">
          Channels, connections and what goes through them, live. This page is for whoever runs this
          server.
        </p>
        {reason !== null && (
          <p class="sign-in-reason" role="status">
            {reason}
          </p>
        )}
        <form class="name-form" noValidate onSubmit={(event) => void submit(event)}>
          <label class="label" for="password">
            {what}
          </label>
          <input
            ref={field}
            id="password"
            class="field"
            type="password"
            name="password"
            autocomplete="current-password"
            autofocus
            value={password}
            aria-invalid={problem !== null}
            aria-describedby="password-problem"
            onInput={(event) => {
              setPassword(event.currentTarget.value);
              setProblem(null);
            }}
          />
          <p id="password-problem" class="problem" role="alert">
            {problem}
          </p>
          <button type="submit" class="button is-main" aria-disabled={working}>
            {working ? 'Signing in…' : 'Sign in'}
          </button>
        </form>
        <p class="or">
          <span>or</span>
        </p>
        <p class="muted small">
          On the server’s machine, <code class="code">belfry admin link</code> prints a link that
          signs you in once, and <code class="code">belfry admin token</code> a token for twelve
          hours (in a checkout: <code class="code">npm run belfry -- admin link</code>).
        </p>
      </section>
    </main>
  );
}
