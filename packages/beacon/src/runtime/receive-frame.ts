import { BadFrameError, disconnects } from '@belfry/protocol';
import type { Session } from '../core/session.ts';
import type { Stats } from '../core/stats.ts';
import type { Log } from '../log.ts';
import type { WireForm } from './wire-form.ts';

/** What the connections of a server share for receiving. */
export interface ReceivingShared {
  readonly stats: Stats;
  readonly log: Log;
  /** Unexpected errors of our own, which must not take the process down. */
  readonly onError: (error: unknown) => void;
}

/** What a client sent. */
interface Received {
  readonly session: Session;
  readonly form: WireForm;
  readonly data: Buffer;
}

/** Hands the commands of what a client sent to its session; what is not of the protocol ends the connection with 3501. */
export function receiveFrame(shared: ReceivingShared, { session, form, data }: Received): void {
  shared.stats.messagesReceived++;
  shared.stats.bytesReceived += data.length;
  try {
    session.receive(form.decode(data));
  } catch (error) {
    if (error instanceof BadFrameError) {
      shared.log({
        level: 'info',
        message: 'a frame is not of the protocol',
        fields: { client: session.client, problem: error.message },
      });
      session.close(disconnects.badRequest);
      return;
    }
    shared.onError(error);
    session.close(disconnects.serverError);
  }
}
