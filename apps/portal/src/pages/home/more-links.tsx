import type { JSX } from 'preact';
import { Link } from '../../router/router.tsx';

const LINKS: readonly { readonly to: string; readonly name: string; readonly about: string }[] = [
  {
    to: '/donate',
    name: 'Donate this tab',
    about: 'Let it compute for the simulations of others.',
  },
  { to: '/fleet', name: 'Fleet', about: 'Who computes, how fast, and how to add a machine.' },
  { to: '/jobs', name: 'Jobs', about: 'What you have started, and where it stands.' },
  { to: '/channels', name: 'Channels', about: 'For operators: what this server does, live.' },
];

/** What else there is. */
export function MoreLinks(): JSX.Element {
  return (
    <nav class="more-links" aria-label="More">
      {LINKS.map(({ to, name, about }) => (
        <Link key={to} to={to} class="more-link">
          <strong>{name}</strong>
          <span class="muted">{about}</span>
        </Link>
      ))}
    </nav>
  );
}
