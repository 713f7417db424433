import type { NodeAccess } from '@belfry/protocol';
import type { JSX } from 'preact';
import { usersFrom } from '../../../fleet/model/node-text.ts';

/** Who may have work done on a node, as it is typed. */
export interface AccessChoice {
  readonly type: NodeAccess['type'];
  readonly users: string;
}

export function accessChoice(access: NodeAccess): AccessChoice {
  return { type: access.type, users: access.type === 'users' ? access.users.join(', ') : '' };
}

export function accessFrom({ type, users }: AccessChoice): NodeAccess {
  return type === 'users' ? { type, users: usersFrom(users) } : { type };
}

interface AccessFieldsProps {
  readonly choice: AccessChoice;
  readonly onChange: (choice: AccessChoice) => void;
}

const CHOICES: readonly (readonly [NodeAccess['type'], string])[] = [
  ['everyone', 'Everyone'],
  ['users', 'You and these users'],
  ['owner', 'Only you'],
];

/** Asks who may have work done on a node. */
export function AccessFields({ choice, onChange }: AccessFieldsProps): JSX.Element {
  return (
    <fieldset class="choices">
      <legend class="label">Whose jobs may it work on?</legend>
      {CHOICES.map(([type, text]) => (
        <label key={type}>
          <input
            type="radio"
            name="access"
            checked={choice.type === type}
            onChange={() => onChange({ ...choice, type })}
          />
          {text}
        </label>
      ))}
      {choice.type === 'users' && (
        <textarea
          class="field code access-users"
          rows={2}
          spellcheck={false}
          aria-label="Ids of users"
          placeholder="guest-…, one or more"
          value={choice.users}
          onInput={(event) => onChange({ ...choice, users: event.currentTarget.value })}
        />
      )}
    </fieldset>
  );
}
