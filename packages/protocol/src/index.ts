export * from './actor-message.ts';
export * from './channel-name.ts';
export * from './publication.ts';
