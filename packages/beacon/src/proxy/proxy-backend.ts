/**
 * A backend in this process: asked with the body that it would get over HTTP, and answers with the body of status 200. What it throws
 * counts as an answer that did not come.
 */
export type ProxyBackend = (use: string, body: string) => Promise<string>;

/** Backends in this process by the names that namespaces call proxies by. They go before `proxies` of the configuration. */
export type ProxyBackends = ReadonlyMap<string, ProxyBackend>;
