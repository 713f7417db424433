import type { JSX } from 'preact';

const STEPS = [
  [
    'You press a cell',
    'Your browser sends the move under an id of its own, and again if the reply gets lost.',
  ],
  ['Beacon', 'The gateway knows who you are from your token, whatever the move says.'],
  ['Inbox', 'The move is on disk before you get an answer, and in once however often it was sent.'],
  ['Worker', 'Any free worker takes the room and runs one turn of its rules.'],
  ['Commit', 'New board, next deadline and news for everyone: one step, whole or not at all.'],
  ['Both windows', 'Beacons deliver. A window that was away gets the latest board.'],
] as const;

/** The way of one move through Belfry. */
export function StepStrip(): JSX.Element {
  return (
    <section class="steps" aria-labelledby="steps-title">
      <h2 id="steps-title">The way of one move</h2>
      <ol>
        {STEPS.map(([name, text]) => (
          <li key={name}>
            <h3>{name}</h3>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
