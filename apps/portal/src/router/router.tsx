import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { routeOf } from './routes.ts';
import type { Route } from './routes.ts';

const MOVED = 'belfry:moved';

/** Goes to another page of the portal. `stay`: what is seen of the page stays in sight. */
export function navigate(path: string, { replace = false, stay = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  dispatchEvent(new Event(MOVED));
  if (!stay) scrollTo(0, 0);
}

/** The page that the address bar names, as it changes. */
export function useRoute(): Route {
  const [address, setAddress] = useState(location.pathname + location.search);
  useEffect(() => {
    const update = (): void => setAddress(location.pathname + location.search);
    addEventListener('popstate', update);
    addEventListener(MOVED, update);
    return () => {
      removeEventListener('popstate', update);
      removeEventListener(MOVED, update);
    };
  }, []);
  const [path = '/', query = ''] = address.split(/\?(.*)/s);
  return routeOf(path, query);
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly current?: boolean;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** A link within the portal that does not load the page anew; opening it in a new tab works as ever. */
export function Link({ to, current, label, children, ...rest }: LinkProps): JSX.Element {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    navigate(to);
  };
  return (
    <a
      href={to}
      onClick={follow}
      aria-label={label}
      aria-current={current === true ? 'page' : undefined}
      {...rest}
    >
      {children}
    </a>
  );
}
