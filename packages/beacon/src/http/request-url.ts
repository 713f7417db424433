interface Requested {
  readonly url?: string | undefined;
}

/** The path of a request without its query. */
export function pathOf({ url = '/' }: Requested): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** What is read of a query. */
export type Query = Pick<URLSearchParams, 'get'>;

const NO_QUERY: Query = new URLSearchParams();

/** The query of a request. */
export function queryOf({ url = '/' }: Requested): Query {
  const end = url.indexOf('?');
  return end < 0 ? NO_QUERY : new URLSearchParams(url.slice(end));
}
