import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Link } from '../../../router/router.tsx';
import type { AdminApi } from '../api/admin-api.ts';
import type { ConnectionList } from '../api/admin-types.ts';
import { usePoll } from '../../../parts/use-poll.ts';
import { useSettled } from '../../../parts/use-settled.ts';
import { type ConnectionLook, lookAt } from '../model/connection-rates.ts';
import { countText } from '../../../parts/formats.ts';
import { Stale } from '../../../parts/banner.tsx';
import { Confirmation } from '../../../parts/confirmation.tsx';
import { ConnectionTable } from '../parts/connection-table.tsx';
import { DisconnectDialog, type Leaver } from '../parts/disconnect-dialog.tsx';
import { Awaited, Placeholder } from '../../../parts/placeholder.tsx';
import { CONNECTIONS_PATH } from '../paths.ts';

const EVERY_MS = 2_000;
const PAGE = 50;

interface ConnectionListViewProps {
  readonly api: AdminApi;
  /** Of the address: `channel` and `user`. */
  readonly query: URLSearchParams;
}

interface Page {
  readonly list: ConnectionList;
  readonly look: ConnectionLook;
}

function shown({ connections, total }: ConnectionList, before: number): string {
  const known = total ?? before + connections.length;
  if (known === connections.length)
    return known === 1 ? '1 connection' : `${countText(known)} connections`;
  const to = before + connections.length;
  return `${countText(before + 1)}–${countText(to)} of ${countText(known)} connections`;
}

export function ConnectionListView({ api, query }: ConnectionListViewProps): JSX.Element {
  const [text, setText] = useState('');
  const search = useSettled(text).trim();
  // Where each page that was turned began.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [leaver, setLeaver] = useState<Leaver | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const look = useRef<ConnectionLook | null>(null);
  const only = Object.fromEntries(
    ['channel', 'user'].flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const filter = JSON.stringify({ ...only, ...(search === '' ? {} : { search }) });
  useEffect(() => setCursors([]), [filter]);
  const input = { ...(JSON.parse(filter) as object), cursor: cursors.at(-1) ?? '', limit: PAGE };

  const polled = usePoll<Page>(JSON.stringify(input), EVERY_MS, async (signal) => {
    const list = await api.ask<ConnectionList>('connections.list', input, signal);
    look.current = lookAt(look.current, list.connections, performance.now());
    return { list, look: look.current };
  });
  const filtered = Object.entries(only);

  return (
    <>
      <div class="tools" role="search">
        <div class="tool is-wide">
          <label class="label" for="connection-search">
            Find connections
          </label>
          <input
            id="connection-search"
            class="field"
            type="search"
            placeholder="User, client id or address"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
      </div>
      {filtered.length > 0 && (
        <p class="filters">
          {filtered.map(([name, value]) => (
            <span key={name} class="chip">
              {name} <span class="code">{value}</span>
            </span>
          ))}
          <Link to={CONNECTIONS_PATH}>Show all</Link>
        </p>
      )}
      <Stale error={polled.error} at={polled.at} />
      <Awaited polled={polled} lines={6}>
        {({ list, look: { views } }) =>
          views.length === 0 ? (
            <Placeholder
              title={
                search === '' && filtered.length === 0
                  ? 'Nobody is connected'
                  : 'No connection matches'
              }
            >
              {search === '' && filtered.length === 0
                ? 'Clients appear here when they connect to any of the Beacons.'
                : 'The search looks for text in the user, the client id and the address.'}
            </Placeholder>
          ) : (
            <>
              <p class="muted small" role="status">
                {shown(list, cursors.length * PAGE)}
              </p>
              <ConnectionTable
                views={views}
                readOnly={api.scope === 'read'}
                onDisconnect={setLeaver}
              />
              {(cursors.length > 0 || list.cursor !== null) && (
                <nav class="pager" aria-label="Pages of connections">
                  <button
                    type="button"
                    class="button"
                    disabled={cursors.length === 0}
                    onClick={() => setCursors(cursors.slice(0, -1))}
                  >
                    Back
                  </button>
                  <button
                    type="button"
                    class="button"
                    disabled={list.cursor === null}
                    onClick={() => setCursors([...cursors, list.cursor ?? ''])}
                  >
                    Next {PAGE}
                  </button>
                </nav>
              )}
            </>
          )
        }
      </Awaited>
      {leaver !== null && (
        <DisconnectDialog
          api={api}
          leaver={leaver}
          onDone={(said) => {
            setDone(said);
            polled.again();
          }}
          onClose={() => setLeaver(null)}
        />
      )}
      <Confirmation text={done} onGone={() => setDone(null)} />
    </>
  );
}
