import type { IncomingMessage, ServerResponse } from 'node:http';

function escape(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** Whether a browser's origin may use this server: its own pages, and those that `allowed` names. */
export function originAllowed(
  origin: string,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  const wanted = origin.toLowerCase();
  if (URL.canParse(wanted) && new URL(wanted).host === host?.toLowerCase()) return true;
  return allowed.some((pattern) => {
    if (pattern === '*') return true;
    const source = escape(pattern.toLowerCase()).replaceAll('*', '[^/]*');
    return new RegExp(`^${source}$`).test(wanted);
  });
}

/** Sets the headers that let a page of another allowed origin read the answer. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
): void {
  const { origin, host } = request.headers;
  response.setHeader('vary', 'origin');
  if (origin === undefined || !originAllowed(origin, host, allowed)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'content-type');
  response.setHeader('access-control-max-age', '600');
}
