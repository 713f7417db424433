import { useEffect } from 'preact/hooks';

/** The window's title, before the product's name. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Belfry' : `${title} · Belfry`;
  }, [title]);
}
