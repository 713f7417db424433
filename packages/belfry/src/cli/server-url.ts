import { announcedServer } from '../admin/running-server.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { CommandError, type FlagSpec, UsageError } from './command.ts';

/** Where a server is, if the config does not say. */
export const URL_FLAG: FlagSpec = {
  name: 'url',
  value: 'URL',
  doc: 'Where the server is reached (default: the one of the data directory, else what the config says).',
};

/** An address as a flag gives it, without a path. Throws a `UsageError`. */
export function givenUrl(text: string, flag = 'url'): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--${flag}: got "${text}"; it must be like http://127.0.0.1:8000.`);
  }
  return url.origin;
}

/** The address of a server without a path. Throws a `CommandError` when nothing says where it is. */
export function serverUrl(config: ResolvedConfig, flag: string | undefined): string {
  if (flag !== undefined) return givenUrl(flag);
  const { address, port, tls } = config.http_server;
  // With certificates the announced one is where the CLI comes in, not people.
  if (config.redis.url === undefined && !tls.enabled) {
    const announced = announcedServer(config.data_dir);
    if (announced !== undefined) return announced.url;
  }
  if (port === 0) throw new CommandError('the config has port 0: name the server with --url.');
  const any: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  const host = any[address] ?? (address.includes(':') ? `[${address}]` : address);
  return `${tls.enabled ? 'https' : 'http'}://${host}:${port}`;
}
