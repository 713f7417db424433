import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AdminApi } from '../api/admin-api.ts';
import { shortId } from '../../../parts/formats.ts';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';

/** Whom to disconnect. */
export interface Leaver {
  readonly user: string;
  readonly client: string;
}

interface DisconnectDialogProps {
  readonly api: AdminApi;
  readonly leaver: Leaver;
  readonly onDone: (text: string) => void;
  readonly onClose: () => void;
}

/** Ends one connection, or all of a user. */
export function DisconnectDialog(props: DisconnectDialogProps): JSX.Element {
  const { api, leaver, onDone, onClose } = props;
  const { user, client } = leaver;
  const [whole, setWhole] = useState(false);
  const [reconnect, setReconnect] = useState(false);
  const who = user === '' ? `client ${shortId(client)}` : user;

  const disconnect = async (): Promise<void> => {
    const input = { user, reconnect, ...(whole ? {} : { client }) };
    const { disconnected } = await api.ask<{ disconnected: number }>(
      'connections.disconnect',
      input,
    );
    const found = disconnected === 1 ? '1 connection' : `${disconnected} connections`;
    onDone(disconnected === 0 ? `${who} had gone already.` : `Disconnected ${found} of ${who}.`);
  };

  return (
    <ConfirmDialog
      title={`Disconnect ${who}?`}
      action="Disconnect"
      busy="Disconnecting…"
      onConfirm={disconnect}
      onClose={onClose}
    >
      <fieldset class="choices">
        <legend class="visually-hidden">What to disconnect</legend>
        <label>
          <input type="radio" name="whole" checked={!whole} onChange={() => setWhole(false)} />
          <span>
            This connection <span class="code muted">{client}</span>
          </span>
        </label>
        {user !== '' && (
          <label>
            <input type="radio" name="whole" checked={whole} onChange={() => setWhole(true)} />
            <span>Every connection of this user, on all Beacons</span>
          </label>
        )}
      </fieldset>
      <label class="choice">
        <input
          type="checkbox"
          checked={reconnect}
          onChange={(event) => setReconnect(event.currentTarget.checked)}
        />
        <span>Let it reconnect by itself</span>
      </label>
    </ConfirmDialog>
  );
}
