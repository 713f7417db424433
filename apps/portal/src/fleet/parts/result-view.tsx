import type { JobView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { JsonView } from '../../parts/json-view.tsx';
import { Placeholder } from '../../parts/placeholder.tsx';
import { lazyPart } from '../../shell/lazy-part.tsx';
import { isOver } from '../model/job-feed.ts';

interface ResultViewProps {
  readonly view: JobView;
}

type View = (props: ResultViewProps) => JSX.Element;

/** How the results of simulations are shown; those of others as the JSON they are. */
const VIEWS: ReadonlyMap<string, View> = new Map(
  Object.entries({
    'quick-sim': lazyPart<ResultViewProps>(
      async () => (await import('../../combat/results/quick-sim-result.tsx')).QuickSimResult,
    ),
    'best-in-bags': lazyPart<ResultViewProps>(
      async () => (await import('../../combat/results/best-in-bags-result.tsx')).BestInBagsResult,
    ),
    'drop-optimizer': lazyPart<ResultViewProps>(
      async () =>
        (await import('../../combat/results/drop-optimizer-result.tsx')).DropOptimizerResult,
    ),
  }),
);

/** What a job has found so far, in the way of its simulation. */
export function ResultView({ view }: ResultViewProps): JSX.Element {
  if (view.summary === null) {
    return (
      <Placeholder
        title={isOver(view) ? 'There is no result' : 'The first results are on their way'}
      >
        {isOver(view)
          ? 'The job ended before any work was done.'
          : 'They show here as soon as a node has finished its first chunk.'}
      </Placeholder>
    );
  }
  const View = VIEWS.get(view.simulation);
  if (View !== undefined) return <View view={view} />;
  return <JsonView text={JSON.stringify(view.summary)} />;
}
