import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect } from '@belfry/client';
import { pythonWith } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { createTokenSigner } from '../auth/token-signer.ts';
import { startBelfry } from '../run/start-belfry.ts';
import { temporaryDirectory } from '../testing/belfry-process.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../testing/cent-calls.py', import.meta.url));
const SECRET = 'a-secret-for-tests-that-is-long-enough';

test(
  'cent, the Python client of Centrifugo, finds what it expects',
  { timeout: 240_000 },
  async (context) => {
    using directory = temporaryDirectory();
    const python = await pythonWith(['cent==5.2.0'], ['cent']);
    if (python instanceof Error) {
      context.skip(`cent could not be installed, so this was not run: ${python.message}`);
      return;
    }
    const belfry = await startBelfry({
      data_dir: join(directory.path, 'data'),
      http_server: { port: 0 },
      log: { level: 'silent' },
      http_api: { key: 'key' },
      client: { token: { hmac_secret_key: SECRET } },
      channel: {
        namespaces: [{ name: 'news', presence: true, history_size: 10, history_ttl: '60s' }],
      },
    });
    try {
      const url = belfry.url ?? '';
      const signer = createTokenSigner(SECRET, belfry.config.client.token);
      const token = await signer.sign({ user: 'ann', info: {}, ttlMs: 600_000 }, Date.now());
      using client = connect({ url, token });
      await client.rpc('time');
      const { stdout } = await run(python, [SCRIPT, `${url}/api`, 'key', 'ann'], {
        timeout: 60_000,
      });
      expect(JSON.parse(stdout)).toEqual({
        publish: 1,
        idempotent: [2, 2],
        broadcast: [3, 102],
        history: [
          [2, 2],
          [3, 3],
        ],
        top: [3, true],
        presence: [['ann', { x: 1 }]],
        presence_stats: [1, 1],
        channels: { 'news:1': 1 },
        info: [1],
        batch: [1, 0],
        error: [102, 'unknown channel'],
        unauthorized: true,
      });
    } finally {
      await belfry.stop();
    }
  },
);
