/** One reply of a batch: under the name of its method, or an error. */
export interface ApiReply {
  readonly error?: { readonly code: number; readonly message: string };
}

/**
 * Sends commands in one request, which Centrifugo carries out one after the other. Resolves to a reply for each, or to `refused`: this
 * request will never be taken. Rejects when it may be another time.
 */
export type ApiCaller = (
  commands: readonly object[],
  signal: AbortSignal,
) => Promise<readonly ApiReply[] | 'refused'>;

/** What of an answer goes into an error, in characters. */
const SHOWN = 200;

/** Statuses that say something of this request, not of the configuration or of the moment. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);

export function createApiCaller({
  apiUrl,
  apiKey,
  timeoutMs,
}: {
  /** With its path: `http://localhost:8000/api`. */
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
}): ApiCaller {
  const { url, headers } = placeOf(apiUrl);
  return async (commands, signal) => {
    const response = await post(JSON.stringify({ commands }), {
      url,
      headers: { ...headers, 'x-api-key': apiKey },
      timeoutMs,
      signal,
    });
    if (REFUSED.has(response.status)) return 'refused';
    if (response.status !== 200) throw new Error(advise(response));
    return repliesOf(response.text);
  };
}

/** A user and a password in the URL are for what stands before Centrifugo; `fetch` does not take them there. */
function placeOf(apiUrl: string): {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const url = new URL(`${apiUrl.replace(/\/+$/, '')}/batch`);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '') return { url: url.href, headers: {} };
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(text).toString('base64')}`;
  return { url: url.href, headers: { authorization } };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function post(
  body: string,
  {
    url,
    headers,
    timeoutMs,
    signal,
  }: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.any([signal, timeout]),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    if (timeout.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause });
    const { message } = ((cause as Error).cause as Error | undefined) ?? (cause as Error);
    throw new Error(`it cannot be reached: ${message}`, { cause });
  }
}

function advise({ status, text }: Answer): string {
  const said = text.slice(0, SHOWN).trim();
  switch (status) {
    case 401:
    case 403:
      return `it answers ${status}: is centrifugo.api_key its http_api.key?`;
    case 404:
      return 'it answers 404: does centrifugo.api_url end with the path of its API?';
    default:
      return `it answers ${status}: ${said}`;
  }
}

function repliesOf(text: string): readonly ApiReply[] {
  let answer: { readonly replies?: unknown; readonly error?: ApiReply['error'] } | null;
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch (cause) {
    throw new Error(`it answers ${JSON.stringify(text.slice(0, SHOWN))}, which is not JSON`, {
      cause,
    });
  }
  if (Array.isArray(answer?.replies)) return answer.replies as ApiReply[];
  const { code, message } = answer?.error ?? { code: 0, message: 'no replies' };
  throw new Error(`it answers ${code} ${message}`);
}
