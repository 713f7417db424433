/** What pages and other clients of the game use: the messages and the rules. Safe to import in a browser. */
export * from './messages.ts';
export * from './rules.ts';
