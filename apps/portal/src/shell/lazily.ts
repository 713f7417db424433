import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export type Component<Props> = (props: Props) => JSX.Element;

/** A component as far as it has been fetched; `null`: not yet. */
export interface Loaded<Props> {
  readonly Shown: Component<Props> | null;
  readonly failed: boolean;
}

/** A hook that fetches the code of a component, once for all places where it is used. */
export function lazily<Props>(load: () => Promise<Component<Props>>): () => Loaded<Props> {
  let loaded: Component<Props> | null = null;
  return function useLoaded(): Loaded<Props> {
    const [Shown, setShown] = useState<Component<Props> | null>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded !== null) return;
      load().then(
        (component) => {
          loaded = component;
          setShown(() => component);
        },
        () => setFailed(true),
      );
    }, []);
    return { Shown, failed };
  };
}
