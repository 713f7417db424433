import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { navigate } from '../../../router/router.tsx';
import type { AdminApi } from '../api/admin-api.ts';
import type { BusyChannels } from '../api/admin-types.ts';
import { usePoll } from '../../../parts/use-poll.ts';
import { useSettled } from '../../../parts/use-settled.ts';
import { patternFor } from '../model/channel-search.ts';
import { countText } from '../../../parts/formats.ts';
import { Stale } from '../../../parts/banner.tsx';
import { ChannelTable } from '../parts/channel-table.tsx';
import { Awaited, Placeholder } from '../../../parts/placeholder.tsx';
import { channelPath } from '../paths.ts';

const EVERY_MS = 2_000;
const LIMIT = 200;

const SORTS = [
  ['clients', 'Fullest first'],
  ['rate', 'Busiest first'],
  ['name', 'By name'],
] as const;
type Sort = (typeof SORTS)[number][0];

function shown(count: number, total: number): string {
  if (total > count)
    return `The first ${countText(count)} of ${countText(total)}. Search for others.`;
  return total === 1 ? '1 channel' : `${countText(total)} channels`;
}

export function ChannelListView({ api }: { readonly api: AdminApi }): JSX.Element {
  const [text, setText] = useState('');
  const [sort, setSort] = useState<Sort>('clients');
  const search = useSettled(text);
  const input = { pattern: patternFor(search), sort, limit: LIMIT };
  const polled = usePoll(JSON.stringify(input), EVERY_MS, (signal) =>
    api.ask<BusyChannels>('channels.busy', input, signal),
  );
  return (
    <>
      <form
        class="tools"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') navigate(channelPath(text.trim()));
        }}
      >
        <div class="tool is-wide">
          <label class="label" for="channel-search">
            Find or open a channel
          </label>
          <input
            id="channel-search"
            class="field code"
            type="search"
            placeholder="server:*  or  news:42"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <div class="tool">
          <label class="label" for="channel-sort">
            Order
          </label>
          <select
            id="channel-sort"
            class="field"
            value={sort}
            onChange={(event) => setSort(event.currentTarget.value as Sort)}
          >
            {SORTS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" class="button" aria-disabled={text.trim() === ''}>
          Open
        </button>
      </form>
      <Stale error={polled.error} at={polled.at} />
      <Awaited polled={polled} lines={6}>
        {({ channels, total }) =>
          channels.length > 0 ? (
            <>
              <p class="muted small" role="status">
                {shown(channels.length, total)}
              </p>
              <ChannelTable channels={channels} />
            </>
          ) : search.trim() === '' ? (
            <Placeholder title="Nobody is on any channel">
              As soon as a client subscribes to one, it is here. Any channel can be opened by its
              name.
            </Placeholder>
          ) : (
            <Placeholder title={`No channel with subscribers matches “${search.trim()}”`}>
              * stands for any text. Open looks at the channel of just this name, subscribers or
              not.
            </Placeholder>
          )
        }
      </Awaited>
    </>
  );
}
