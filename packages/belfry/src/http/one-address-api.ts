import type { ApiAccess, ServerApiService } from '@belfry/beacon';
import { memberTexts } from '@belfry/protocol';

/** The most calls of one request. */
const MAX_CALLS = 10_000;

export interface OneAddressOptions {
  readonly api: ServerApiService;
  /** The methods that there are. */
  readonly methods: ReadonlySet<string>;
}

interface Call {
  /** `''`: none is named. */
  readonly method: string;
  /** JSON text. */
  readonly params: string;
}

/** `{"method":…,"params":…}`; `null`: it is not that. */
function readCall(line: string): Call | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const { method = '' } = value as { readonly method?: unknown };
    const [params = '{}'] = memberTexts(line, ['params']);
    return typeof method === 'string' ? { method, params } : null;
  } catch {
    return null;
  }
}

const UNNAMED = '{"error":{"code":107,"message":"method: is missing"}}';

/**
 * The form of the server API that libraries of earlier versions use: calls joined by line feeds, answered by as many answers. Resolves
 * with `null` when the body is not that, or names a method that there is not.
 */
export async function answerCalls(
  body: string,
  access: ApiAccess,
  { api, methods }: OneAddressOptions,
): Promise<string | null> {
  const lines = body.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > MAX_CALLS) return null;
  const answers: string[] = [];
  for (const line of lines) {
    const call = readCall(line);
    if (call === null || (call.method !== '' && !methods.has(call.method))) return null;
    const { method, params } = call;
    answers.push(method === '' ? UNNAMED : (await api.call(method, params, access)).json);
  }
  return answers.join('\n');
}
