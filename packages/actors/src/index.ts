export * from './define-actor.ts';
