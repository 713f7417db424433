import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AdminApi } from '../api/admin-api.ts';
import type { History } from '../api/admin-types.ts';
import { usePoll } from '../../../parts/use-poll.ts';
import { timeText } from '../../../parts/formats.ts';
import { dataText } from '../model/watch-log.ts';
import { Stale } from '../../../parts/banner.tsx';
import { JsonView } from '../../../parts/json-view.tsx';
import { Awaited, Placeholder } from '../../../parts/placeholder.tsx';

const EVERY_MS = 5_000;
const PAGE = 25;
/** How soon after something was seen the first page is asked for again, in ms. */
const SOON_MS = 700;

interface HistoryPanelProps {
  readonly api: AdminApi;
  readonly channel: string;
  /** How many publications were seen live; with more of them there is more history. */
  readonly seen: number;
}

/** What the channel remembers, the newest first. */
export function HistoryPanel({ api, channel, seen }: HistoryPanelProps): JSX.Element {
  // Where each page that was turned began.
  const [since, setSince] = useState<readonly number[]>([]);
  const input = {
    channel,
    limit: PAGE,
    reverse: true,
    ...(since.length === 0 ? {} : { since: since.at(-1) }),
  };
  const polled = usePoll<History>(JSON.stringify(input), EVERY_MS, (signal) =>
    api.ask('channels.history', input, signal),
  );
  // While much comes it is asked for now and then, not each time.
  const busy = Math.floor(seen / 50);
  useEffect(() => {
    if (seen === 0 || since.length > 0) return undefined;
    const timer = setTimeout(() => polled.again(), SOON_MS);
    return () => clearTimeout(timer);
  }, [seen > 50 ? busy : seen]);

  return (
    <section class="card panel history" aria-labelledby="history-title">
      <div class="panel-head">
        <h3 id="history-title">History</h3>
        {polled.data !== null && (
          <span class="muted small">
            at #{polled.data.offset}, epoch <span class="code">{polled.data.epoch}</span>
          </span>
        )}
      </div>
      <Stale error={polled.error} at={polled.at} />
      <Awaited polled={polled}>
        {({ publications }) => (
          <>
            {publications.length === 0 ? (
              <Placeholder title={since.length === 0 ? 'It remembers nothing' : 'Nothing older'}>
                What was published has run out, or nothing was.
              </Placeholder>
            ) : (
              <table class="rows is-log">
                <thead>
                  <tr>
                    <th scope="col" class="num">
                      Offset
                    </th>
                    <th scope="col">Time</th>
                    <th scope="col">Data</th>
                  </tr>
                </thead>
                <tbody>
                  {publications.map((publication) => (
                    <tr key={publication.offset}>
                      <th scope="row" class="num row-offset">
                        #{publication.offset}
                      </th>
                      <td class="row-time">{timeText(publication.time, Date.now())}</td>
                      <td class="row-data">
                        <JsonView text={dataText(publication)} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            {(since.length > 0 || publications.length === PAGE) && (
              <nav class="pager" aria-label="Pages of history">
                <button
                  type="button"
                  class="button"
                  disabled={since.length === 0}
                  onClick={() => setSince(since.slice(0, -1))}
                >
                  Newer
                </button>
                <button
                  type="button"
                  class="button"
                  disabled={publications.length < PAGE}
                  onClick={() => setSince([...since, publications.at(-1)?.offset ?? 0])}
                >
                  Older
                </button>
              </nav>
            )}
          </>
        )}
      </Awaited>
    </section>
  );
}
