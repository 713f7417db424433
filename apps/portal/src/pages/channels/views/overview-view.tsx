import type { JSX } from 'preact';
import { Link } from '../../../router/router.tsx';
import type { BusyChannels, Overview } from '../api/admin-types.ts';
import type { Polled } from '../../../parts/use-poll.ts';
import { ageText, bytesText, countText, rateText } from '../../../parts/formats.ts';
import type { LoadHistory, LoadPoint, NodeView } from '../model/load-history.ts';
import { MAX_POINTS } from '../model/load-history.ts';
import { ChannelTable } from '../parts/channel-table.tsx';
import { Awaited, Placeholder } from '../../../parts/placeholder.tsx';
import { Sparkline } from '../../../parts/sparkline.tsx';
import { StatTile } from '../parts/stat-tile.tsx';
import { LIST_PATH } from '../paths.ts';

/** What is looked at again and again. */
export interface Look {
  readonly overview: Overview;
  readonly busy: BusyChannels;
}

interface OverviewViewProps {
  readonly polled: Polled<Look>;
  readonly history: LoadHistory;
}

const SHOWN_CHANNELS = 6;

export function OverviewView({ polled, history }: OverviewViewProps): JSX.Element {
  return (
    <Awaited polled={polled} lines={8}>
      {({ overview, busy }) => (
        <>
          <Figures history={history} overview={overview} />
          <section class="block" aria-labelledby="beacons-title">
            <h2 id="beacons-title">Beacons</h2>
            <Beacons nodes={history.nodes} />
          </section>
          <section class="block" aria-labelledby="busiest-title">
            <div class="block-head">
              <h2 id="busiest-title">Fullest channels</h2>
              {busy.total > 0 && <Link to={LIST_PATH}>All {countText(busy.total)}</Link>}
            </div>
            {busy.channels.length === 0 ? (
              <Placeholder title="Nobody is on any channel">
                As soon as a client subscribes to one, it is here.
              </Placeholder>
            ) : (
              <ChannelTable channels={busy.channels.slice(0, SHOWN_CHANNELS)} />
            )}
          </section>
        </>
      )}
    </Awaited>
  );
}

interface FiguresProps {
  readonly history: LoadHistory;
  readonly overview: Overview;
}

function Figures({ history: { points }, overview }: FiguresProps): JSX.Element | null {
  const now = points.at(-1);
  if (now === undefined) return null;
  const series = (of: (point: LoadPoint) => number | null): (number | null)[] => points.map(of);
  const peak = (of: (point: LoadPoint) => number | null): number =>
    points.reduce((most, point) => Math.max(most, of(point) ?? 0), 0);
  const users = overview.nodes.reduce((sum, node) => sum + node.users, 0);
  const refused = overview.nodes.reduce((sum, node) => sum + node.refused, 0);
  const failures = overview.nodes.reduce((sum, node) => sum + node.storeErrors, 0);
  const counted = (name: string, of: (point: LoadPoint) => number, note: string): JSX.Element => (
    <StatTile name={name} value={countText(of(now))} peak={countText(peak(of))} series={series(of)}>
      {note}
    </StatTile>
  );
  return (
    <ul class="stats" aria-label="All Beacons together">
      {counted(
        'Connections',
        (point) => point.connections,
        users === 1 ? '1 user' : `${countText(users)} users`,
      )}
      {counted('Channels', (point) => point.channels, 'with subscribers')}
      {counted('Subscriptions', (point) => point.subscriptions, 'to them')}
      <StatTile
        name="Queued"
        value={bytesText(now.queuedBytes)}
        peak={bytesText(peak((point) => point.queuedBytes))}
        series={series((point) => point.queuedBytes)}
      >
        by slow clients
      </StatTile>
      <StatTile
        name="Messages in"
        value={rateText(now.messagesIn)}
        unit="/s"
        peak={rateText(peak((point) => point.messagesIn))}
        series={series((point) => point.messagesIn)}
        tone="dusk"
      >
        from clients
      </StatTile>
      <StatTile
        name="Messages out"
        value={rateText(now.messagesOut)}
        unit="/s"
        peak={rateText(peak((point) => point.messagesOut))}
        series={series((point) => point.messagesOut)}
        tone="dusk"
      >
        to clients
      </StatTile>
      <StatTile
        name="Traffic out"
        value={now.bytesOut === null ? '–' : bytesText(now.bytesOut)}
        unit="/s"
        peak={bytesText(peak((point) => point.bytesOut))}
        series={series((point) => point.bytesOut)}
        tone="dusk"
      >
        {now.bytesIn === null ? '' : `${bytesText(now.bytesIn)}/s in`}
      </StatTile>
      <StatTile
        name="Error replies"
        value={rateText(now.errors)}
        unit="/s"
        peak={rateText(peak((point) => point.errors))}
        series={series((point) => point.errors)}
        tone="bad"
      >
        {refused + failures === 0
          ? 'nobody refused'
          : `${countText(refused)} refused, ${countText(failures)} store errors`}
      </StatTile>
    </ul>
  );
}

function Beacons({ nodes }: { readonly nodes: readonly NodeView[] }): JSX.Element {
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Up</th>
          <th scope="col" class="num">
            Connections
          </th>
          <th scope="col" class="num">
            In /s
          </th>
          <th scope="col" class="num">
            Out /s
          </th>
          <th scope="col">Out, last 3 min</th>
          <th scope="col" class="num">
            Queued
          </th>
          <th scope="col" class="num">
            CPU
          </th>
          <th scope="col" class="num">
            Memory
          </th>
        </tr>
      </thead>
      <tbody>
        {nodes.map(({ load, rates, out }) => (
          <tr key={load.uid}>
            <th scope="row" class="row-title">
              <span class="code">{load.name}</span> <span class="muted small">{load.version}</span>
            </th>
            <td data-name="Up">{ageText(load.uptime * 1_000)}</td>
            <td data-name="Connections" class="num">
              {countText(load.connections)}
            </td>
            <td data-name="In /s" class="num">
              {rateText(rates.messagesIn)}
            </td>
            <td data-name="Out /s" class="num">
              {rateText(rates.messagesOut)}
            </td>
            <td class="row-spark">
              <Sparkline
                values={out}
                slots={MAX_POINTS}
                label={`Messages out of ${load.name}: ${rateText(rates.messagesOut)} per second`}
                tone="dusk"
              />
            </td>
            <td data-name="Queued" class="num">
              {bytesText(load.queuedBytes)}
            </td>
            <td data-name="CPU" class="num">
              {Math.round(load.cpu)}%
            </td>
            <td data-name="Memory" class="num">
              {bytesText(load.rss)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
