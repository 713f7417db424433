/**
 * A new message id: 22 characters with 128 random bits. Not `crypto.randomUUID`, which browsers keep from pages that came over plain
 * http from another machine.
 */
export function newMessageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
