import type { JobView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { Banner } from '../../parts/banner.tsx';

/** Why a job failed. */
export function JobFailure({ view }: { readonly view: JobView }): JSX.Element | null {
  if (view.status !== 'failed') return null;
  return <Banner>{view.failure ?? 'The job failed.'}</Banner>;
}
