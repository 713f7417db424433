import { describeStore } from './describe-store.ts';
import { openFileStore, openMemoryStore } from './open-embedded.ts';

describeStore('the embedded store in memory', openMemoryStore);
describeStore('the embedded store in a file', openFileStore);
