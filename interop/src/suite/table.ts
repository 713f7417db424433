import type { Lane } from '../sdk/client.ts';
import { laneName } from './lanes.ts';
import type { Observation } from './run-suite.ts';
import type { Verdict } from './verdicts.ts';

const SHORT: Readonly<Record<string, string>> = {
  raw: 'raw',
  'js/websocket/json': 'js ws',
  'js/websocket/protobuf': 'js ws pb',
  'js/http_stream/json': 'js http',
  'js/http_stream/protobuf': 'js http pb',
  'js/sse/json': 'js sse',
  'python/websocket/json': 'py ws',
  'python/websocket/protobuf': 'py ws pb',
};

/** `✓` as documented · `~` with a known difference · `✗` not · `·` not run. */
function mark(observation: Observation | undefined, { problems, known }: Verdict): string {
  if (observation === undefined) return '·';
  if (observation.failure !== undefined) return '✗';
  if (problems.length > 0) return '✗';
  return known.length > 0 ? '~' : '✓';
}

/** One line for each scenario, one column for each lane; Belfry, then Centrifugo where it was run. */
export function table(verdicts: readonly Verdict[], lanes: readonly Lane[]): string {
  const withCentrifugo = verdicts.some(({ centrifugo }) => centrifugo !== undefined);
  const names = [...new Set(verdicts.map(({ run }) => run.scenario.name))];
  const titles = lanes.map((lane) => SHORT[laneName(lane)] ?? laneName(lane));
  const cells = names.map((name) => [
    name,
    ...lanes.map((lane) => {
      const verdict = verdicts.find(
        ({ run }) => run.scenario.name === name && laneName(run.lane) === laneName(lane),
      );
      if (verdict === undefined) return '';
      const belfry = mark(verdict.belfry, verdict);
      return withCentrifugo ? `${belfry} ${mark(verdict.centrifugo, verdict)}` : belfry;
    }),
  ]);
  const header = [
    withCentrifugo ? 'scenario (Belfry, Centrifugo)' : 'scenario (Belfry)',
    ...titles,
  ];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  return [header, ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
