/** What a tab that donates is said to do. Pure. */
import type { Pause, TabNodeState } from '@belfry/node/browser';

export interface DonationText {
  readonly title: string;
  readonly detail: string;
  /** Whether chunks run. */
  readonly works: boolean;
}

const PAUSES: Readonly<Record<Pause['reason'], string>> = {
  user: 'You paused it. What it had was given back.',
  battery: 'The machine runs on its battery. It goes on at the plug.',
  load: 'The machine is busy with other things.',
  hidden: 'Nobody looks at the tab. It goes on when somebody does.',
};

export function donationText({ phase, problem, node, isPaused }: TabNodeState): DonationText {
  const idle = (title: string, detail: string): DonationText => ({ title, detail, works: false });
  switch (phase) {
    case 'off':
      return idle('This tab does nothing yet', 'Press the button, and leave the tab open.');
    case 'starting':
      return idle('Starting…', 'It introduces itself to the fleet.');
    case 'elsewhere':
      return idle(
        'Another tab donates already',
        'One tab of a browser is the node. This one takes over when that one ends.',
      );
    case 'unsupported':
      return idle('This browser cannot donate', problem ?? '');
    case 'ended':
      return idle('It has ended', problem ?? '');
    case 'on':
      break;
  }
  if (node === null) return idle('Starting…', 'It introduces itself to the fleet.');
  if (isPaused) return idle('Paused', PAUSES.user);
  if (node.pause !== null) return idle('Resting', PAUSES[node.pause.reason]);
  if (!node.online) {
    return idle('The server does not answer', 'What is done is kept, and delivered when it does.');
  }
  const running = node.running.length;
  if (running === 0) return idle('Ready', 'There is nothing to do for it right now.');
  const chunks = `${running} ${running === 1 ? 'chunk' : 'chunks'}`;
  return { title: 'Working', detail: `It runs ${chunks}.`, works: true };
}
