import type { JSX } from 'preact';
import type { Overview } from '../api/admin-types.ts';
import { ageText } from '../../../parts/formats.ts';
import { Banner } from '../../../parts/banner.tsx';

interface WarningsProps {
  readonly overview: Overview;
}

/** What is wrong with the deployment. */
export function Warnings({ overview: { missing, store } }: WarningsProps): JSX.Element {
  const lost = store?.lost_since === undefined ? null : Date.now() - Date.parse(store.lost_since);
  return (
    <>
      {store !== null && !store.ok && (
        <Banner>
          The store ({store.description}) is out of reach
          {lost === null ? '' : ` for ${ageText(lost)} now`}. Clients keep their connections;
          publishing, history and presence fail until it is back.
        </Banner>
      )}
      {missing.length > 0 && (
        <Banner>
          {missing.length === 1 ? 'One Beacon does' : `${missing.length} Beacons do`} not answer, so
          its part is missing here: <span class="code">{missing.join(', ')}</span>
        </Banner>
      )}
    </>
  );
}
