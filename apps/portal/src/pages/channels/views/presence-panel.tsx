import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AdminApi } from '../api/admin-api.ts';
import type { ChannelFacts, PresentClient } from '../api/admin-types.ts';
import { usePoll } from '../../../parts/use-poll.ts';
import { countText, shortId } from '../../../parts/formats.ts';
import { infoText } from '../model/info-text.ts';
import { Stale } from '../../../parts/banner.tsx';
import { Confirmation } from '../../../parts/confirmation.tsx';
import { DisconnectDialog, type Leaver } from '../parts/disconnect-dialog.tsx';
import { Awaited, Placeholder } from '../../../parts/placeholder.tsx';

const EVERY_MS = 3_000;
const SHOWN = 100;

interface PresencePanelProps {
  readonly api: AdminApi;
  readonly facts: ChannelFacts;
}

/** Who is on the channel. */
export function PresencePanel({ api, facts }: PresencePanelProps): JSX.Element {
  return (
    <section class="card panel" aria-labelledby="presence-title">
      {facts.presence ? (
        <Present api={api} channel={facts.channel} />
      ) : (
        <>
          <h3 id="presence-title">Who is here</h3>
          <p class="muted">
            Presence is off in this namespace, so nobody keeps a list. “Its connections”, above,
            shows who is subscribed.
          </p>
        </>
      )}
    </section>
  );
}

interface PresentProps {
  readonly api: AdminApi;
  readonly channel: string;
}

function Present({ api, channel }: PresentProps): JSX.Element {
  const [leaver, setLeaver] = useState<Leaver | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const polled = usePoll(channel, EVERY_MS, (signal) =>
    api.ask<{ clients: readonly PresentClient[] }>('channels.presence', { channel }, signal),
  );
  return (
    <>
      <div class="panel-head">
        <h3 id="presence-title">Who is here</h3>
        {polled.data !== null && (
          <span class="muted small">{countText(polled.data.clients.length)}</span>
        )}
      </div>
      <Stale error={polled.error} at={polled.at} />
      <Awaited polled={polled}>
        {({ clients }) =>
          clients.length === 0 ? (
            <Placeholder title="Nobody" />
          ) : (
            <>
              <ul class="people">
                {clients.slice(0, SHOWN).map(({ client, user, info }) => (
                  <li key={client}>
                    <p>
                      <span class="user">{user === '' ? 'nobody in particular' : user}</span>{' '}
                      <span class="code muted small" title={client}>
                        {shortId(client)}
                      </span>
                      {infoText(info) !== '' && <code class="person-info">{infoText(info)}</code>}
                    </p>
                    {api.scope === 'all' && (
                      <button
                        type="button"
                        class="button is-small"
                        aria-label={`Disconnect ${user === '' ? client : user}`}
                        onClick={() => setLeaver({ user, client })}
                      >
                        Disconnect
                      </button>
                    )}
                  </li>
                ))}
              </ul>
              {clients.length > SHOWN && (
                <p class="muted small">
                  The first {SHOWN} of {countText(clients.length)}.
                </p>
              )}
            </>
          )
        }
      </Awaited>
      {leaver !== null && (
        <DisconnectDialog
          api={api}
          leaver={leaver}
          onDone={(text) => {
            setDone(text);
            polled.again();
          }}
          onClose={() => setLeaver(null)}
        />
      )}
      <Confirmation text={done} onGone={() => setDone(null)} />
    </>
  );
}
