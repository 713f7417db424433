import type { Settlement } from '../core/agent-events.ts';
import type { Spool } from '../agent/ports.ts';

const VERSION = 1;
const KEYS = 'keys';
const SPOOL = 'spool';

/** What a tab keeps: the key of its node, and results that are not delivered. */
export class TabDatabase {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(name: string): Promise<TabDatabase> {
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS);
      request.result.createObjectStore(SPOOL, { keyPath: 'attempt' });
    };
    return new TabDatabase(await answerOf(request));
  }

  async keys(): Promise<CryptoKeyPair | undefined> {
    const store = this.#database.transaction(KEYS).objectStore(KEYS);
    return (await answerOf(store.get('node'))) as CryptoKeyPair | undefined;
  }

  async keepKeys(keys: CryptoKeyPair): Promise<void> {
    const transaction = this.#database.transaction(KEYS, 'readwrite', { durability: 'strict' });
    transaction.objectStore(KEYS).put(keys, 'node');
    await endOf(transaction);
  }

  /** @param onProblem hears of what could not be kept or removed */
  async spool(onProblem: (message: string) => void): Promise<Spool> {
    const database = this.#database;
    const all = database.transaction(SPOOL).objectStore(SPOOL).getAll();
    const saved = (await answerOf(all)) as Settlement[];
    // Transactions of one store are carried out in the order in which they were made.
    let last: Promise<void> = Promise.resolve();
    const change = (run: (store: IDBObjectStore) => void): void => {
      const transaction = database.transaction(SPOOL, 'readwrite');
      run(transaction.objectStore(SPOOL));
      last = endOf(transaction).catch((error: unknown) => onProblem(String(error)));
    };
    return {
      saved,
      persist: (settlement) => change((store) => void store.put(settlement)),
      forget: (attempts) =>
        change((store) => {
          for (const attempt of attempts) store.delete(attempt);
        }),
      close: () => last,
    };
  }

  close(): void {
    this.#database.close();
  }
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the database failed'));
  });
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error ?? new Error('the database failed'));
    transaction.onabort = () => reject(transaction.error ?? new Error('the database gave up'));
  });
}
