import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createPart } from './deployment.ts';

it('a process that does not start is told of with what it said last', async () => {
  using parts = new DisposableStack();
  const dir = parts.adopt(mkdtempSync(join(tmpdir(), 'belfry-part-')), (path) =>
    rmSync(path, { recursive: true }),
  );
  const config = join(dir, 'missing.json');
  const part = await createPart({ name: 'server-1', args: ['--config', config], env: {}, dir });
  const started = part.start();
  await expect(started).rejects.toMatchObject({ name: 'StartError' });
  await expect(started).rejects.toThrow(/^server-1 ended with code [12]; .*server-1\.log/);
  await expect(started).rejects.toThrow(config);
});
