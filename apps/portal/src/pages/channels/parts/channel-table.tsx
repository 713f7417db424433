import type { JSX } from 'preact';
import { Link } from '../../../router/router.tsx';
import type { BusyChannel } from '../api/admin-types.ts';
import { countText, rateText } from '../../../parts/formats.ts';
import { channelPath } from '../paths.ts';

/** Channels with how full and how busy they are. */
export function ChannelTable({
  channels,
}: {
  readonly channels: readonly BusyChannel[];
}): JSX.Element {
  const most = Math.max(1, ...channels.map(({ clients }) => clients));
  return (
    <table class="rows channels">
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col" class="num">
            Subscribers
          </th>
          <th scope="col" class="num">
            Publications /s
          </th>
        </tr>
      </thead>
      <tbody>
        {channels.map(({ channel, clients, rate }) => (
          <tr key={channel}>
            <th scope="row" class="row-title">
              <Link to={channelPath(channel)} class="code">
                {channel}
              </Link>
              <span class="bar" style={{ inlineSize: `${(clients / most) * 100}%` }} />
            </th>
            <td data-name="Subscribers" class="num">
              {countText(clients)}
            </td>
            <td data-name="Publications /s" class="num">
              {rateText(rate)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
