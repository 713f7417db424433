import { SubscriptionState } from 'centrifuge';
import type { Centrifuge, PublicationContext, Subscription } from 'centrifuge';
import { controlChannel, serverChannel } from '@belfry/protocol';
import type { ActorKey } from '@belfry/protocol';
import type { ActorHandle, ActorPresence, ActorPublication, Rejection } from './actor-handle.ts';
import { ActorSender } from './actor-sender.ts';
import type { Accepted } from './actor-sender.ts';
import { BelfryError } from './belfry-error.ts';
import type { SendQueueOptions } from './core/send-queue.ts';
import { Listeners } from './listeners.ts';
import type { Off } from './listeners.ts';
import { subscribed, unsubscribedError } from './subscription-end.ts';
import type { Patience } from './subscription-end.ts';

/** What a handle needs of its client. */
export interface ActorHost {
  readonly centrifuge: Centrifuge;
  readonly sending: SendQueueOptions;
  readonly patience: Patience;
  /** Subscribes to the user's private channel, once. Never rejects. */
  openUserChannel(): Promise<void>;
}

/** What is alive between `enter` and `leave`. */
interface Visit {
  readonly control: Subscription;
  readonly server: Subscription;
  readonly sender: ActorSender;
}

/** The one implementation of `ActorHandle`: two subscriptions and a sender. */
export class SubscribedActor<Control, Server, User> implements ActorHandle<Control, Server, User> {
  readonly kind: string;
  readonly id: string;
  readonly key: ActorKey;
  readonly #host: ActorHost;
  readonly #publications = new Listeners<ActorPublication<Server>>();
  readonly #rejections = new Listeners<Rejection>();
  readonly #userMessages = new Listeners<User>();
  readonly #losses = new Listeners<void>();
  readonly #presences = new Listeners<ActorPresence>();
  #presence: ActorPresence = { type: 'outside' };
  #latest: ActorPublication<Server> | null = null;
  #visit: Visit | null = null;

  constructor(host: ActorHost, kind: string, id: string) {
    this.#host = host;
    this.kind = kind;
    this.id = id;
    this.key = `${kind}/${id}`;
  }

  get presence(): ActorPresence {
    return this.#presence;
  }

  get latest(): ActorPublication<Server> | null {
    return this.#latest;
  }

  async enter(): Promise<void> {
    const visit = (this.#visit ??= this.#begin());
    const { patience } = this.#host;
    try {
      await Promise.all([
        subscribed(visit.control, patience),
        subscribed(visit.server, patience),
        this.#host.openUserChannel(),
      ]);
    } catch (error) {
      // The refusal of one channel ends the other one too; only the first tells why.
      throw this.#presence.type === 'refused' ? this.#presence.error : error;
    }
  }

  async send(message: Control): Promise<Accepted> {
    if (this.#visit === null) {
      throw new BelfryError('closed', `sending to ${this.key}: enter it first`);
    }
    return this.#visit.sender.send(message);
  }

  leave(): void {
    this.#end({ type: 'outside' });
  }

  onPublication(listener: (publication: ActorPublication<Server>) => void): Off {
    return this.#publications.add(listener);
  }

  onRejected(listener: (rejection: Rejection) => void): Off {
    return this.#rejections.add(listener);
  }

  onUserMessage(listener: (message: User) => void): Off {
    return this.#userMessages.add(listener);
  }

  onLost(listener: () => void): Off {
    return this.#losses.add(listener);
  }

  onPresence(listener: (presence: ActorPresence) => void): Off {
    return this.#presences.add(listener);
  }

  /** For the client: something came on the user's private channel. */
  receiveUserMessage(data: unknown): void {
    if (!isRejection(data)) this.#userMessages.emit(data as User);
    else if (data.actor === this.key) {
      this.#rejections.emit({ code: data.code, message: data.message, id: data.id });
    }
  }

  #begin(): Visit {
    const { centrifuge, sending } = this.#host;
    const control = centrifuge.newSubscription(controlChannel(this.key));
    // From nowhere: so that the latest publication comes with the subscription.
    const server = centrifuge.newSubscription(serverChannel(this.key), {
      since: { offset: 0, epoch: '' },
    });
    const visit: Visit = {
      control,
      server,
      sender: new ActorSender(this.key, (envelope) => control.publish(envelope), sending),
    };
    for (const sub of [control, server]) {
      sub.on('subscribing', () => this.#update(visit));
      sub.on('subscribed', () => this.#update(visit));
      sub.on('unsubscribed', ({ code, reason }) => {
        if (this.#visit !== visit) return;
        this.#end({ type: 'refused', error: unsubscribedError(sub.channel, code, reason) });
      });
    }
    let again = false;
    server.on('subscribed', ({ wasRecovering, recovered }) => {
      if (again && wasRecovering && !recovered) this.#losses.emit();
      again = true;
    });
    server.on('publication', (context) => this.#receive(context));
    this.#latest = null;
    this.#set({ type: 'entering' });
    return visit;
  }

  #end(presence: ActorPresence): void {
    const visit = this.#visit;
    if (visit === null) return;
    this.#visit = null;
    visit.sender.close();
    for (const sub of [visit.control, visit.server]) {
      sub.unsubscribe();
      this.#host.centrifuge.removeSubscription(sub);
    }
    this.#set(presence);
  }

  #update(visit: Visit): void {
    if (this.#visit !== visit) return;
    const inside = [visit.control, visit.server].every(
      ({ state }) => state === SubscriptionState.Subscribed,
    );
    const type = inside ? 'inside' : 'entering';
    if (type !== this.#presence.type) this.#set({ type });
  }

  #set(presence: ActorPresence): void {
    this.#presence = presence;
    this.#presences.emit(presence);
  }

  #receive({ data, offset }: PublicationContext): void {
    const before = this.#latest?.offset ?? null;
    this.#latest = {
      message: data as Server,
      offset: offset ?? null,
      missed: before === null || offset === undefined ? 0 : Math.max(0, offset - before - 1),
    };
    this.#publications.emit(this.#latest);
  }
}

interface RejectionMessage extends Rejection {
  readonly type: 'rejected';
  readonly actor: string;
}

function isRejection(data: unknown): data is RejectionMessage {
  return (
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    data.type === 'rejected' &&
    'actor' in data
  );
}
