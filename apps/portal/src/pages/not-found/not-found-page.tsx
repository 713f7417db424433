import type { JSX } from 'preact';
import { Link } from '../../router/router.tsx';
import { Bell } from '../../shell/bell.tsx';
import { useTitle } from '../../shell/use-title.ts';

export function NotFoundPage({ path }: { readonly path: string }): JSX.Element {
  useTitle('No such page');
  return (
    <main class="page narrow notice">
      <Bell class="notice-bell" />
      <h1>Nothing rings here</h1>
      <p class="muted">
        There is no page at <span class="code">{path}</span>.
      </p>
      <div class="notice-actions">
        <Link to="/" class="button is-main">
          To the front page
        </Link>
      </div>
    </main>
  );
}
