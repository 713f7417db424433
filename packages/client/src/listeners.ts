/** Takes the listener off. */
export type Off = () => void;

/** Those who want to hear of one kind of event. A listener that throws does not keep the others from hearing. */
export class Listeners<Event> {
  readonly #all = new Set<{ readonly call: (event: Event) => void }>();

  add(listener: (event: Event) => void): Off {
    const entry = { call: listener };
    this.#all.add(entry);
    return () => this.#all.delete(entry);
  }

  emit(event: Event): void {
    for (const { call } of this.#all) {
      try {
        call(event);
      } catch (error) {
        // An uncaught error, as from any other listener, but not ours.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
