import type { HttpExchange } from '../agent/ports.ts';

/** Asks with `fetch`. */
export const fetchExchange: HttpExchange = async (question) => {
  const { method, url, headers, body, timeoutMs, signal } = question;
  const within = AbortSignal.timeout(timeoutMs);
  const answer = await fetch(url, {
    method,
    headers,
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    signal: signal === undefined ? within : AbortSignal.any([within, signal]),
    ...(body === undefined ? {} : { body }),
  });
  return {
    status: answer.status,
    text: await answer.text(),
    date: answer.headers.get('date'),
    retryAfter: answer.headers.get('retry-after'),
  };
};
