import type { JSX } from 'preact';
import { Link } from '../../../router/router.tsx';
import type { ConnectionView } from '../model/connection-rates.ts';
import {
  ageText,
  bytesText,
  countText,
  rateText,
  shortId,
  transportText,
} from '../../../parts/formats.ts';
import { connectionsPath } from '../paths.ts';
import type { Leaver } from './disconnect-dialog.tsx';

interface ConnectionTableProps {
  readonly views: readonly ConnectionView[];
  /** Whoever looks may not disconnect anybody. */
  readonly readOnly: boolean;
  readonly onDisconnect: (leaver: Leaver) => void;
}

export function ConnectionTable({
  views,
  readOnly,
  onDisconnect,
}: ConnectionTableProps): JSX.Element {
  const now = Date.now();
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">User and client</th>
          <th scope="col">Transport</th>
          <th scope="col">Address</th>
          <th scope="col" class="num">
            Since
          </th>
          <th scope="col" class="num">
            Channels
          </th>
          <th scope="col" class="num">
            In /s
          </th>
          <th scope="col" class="num">
            Out /s
          </th>
          <th scope="col" class="num">
            Queued
          </th>
          {!readOnly && (
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {views.map((view) => (
          <tr key={view.client}>
            <th scope="row" class="row-title">
              {view.user === '' ? (
                <span class="muted">nobody in particular</span>
              ) : (
                <Link to={connectionsPath({ user: view.user })} class="user">
                  {view.user}
                </Link>
              )}
              <span class="code muted small" title={view.client}>
                {shortId(view.client)}
              </span>
            </th>
            <td data-name="Transport">{transportText(view.transport, view.encoding)}</td>
            <td data-name="Address" class="code">
              {view.address === '' ? '–' : view.address}
            </td>
            <td data-name="Since" class="num">
              {ageText(now - view.since)}
            </td>
            <td data-name="Channels" class="num">
              {countText(view.channels)}
            </td>
            <td data-name="In /s" class="num">
              {rateText(view.inRate)}
            </td>
            <td data-name="Out /s" class="num">
              {rateText(view.outRate)}
            </td>
            <td data-name="Queued" class="num">
              {bytesText(view.queuedBytes)}
            </td>
            {!readOnly && (
              <td class="row-action">
                <button
                  type="button"
                  class="button is-small"
                  aria-label={`Disconnect ${view.user === '' ? view.client : view.user}`}
                  onClick={() => onDisconnect({ user: view.user, client: view.client })}
                >
                  Disconnect
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
