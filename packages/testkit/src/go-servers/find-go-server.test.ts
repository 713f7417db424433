import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { type FoundServer, findGoServer, type GoServer } from './find-go-server.ts';

const LAMP: GoServer = {
  name: 'lamp',
  variable: 'LAMP_BIN',
  module: 'example.test/lamp/v2',
  version: 'v2.3.4',
  ask: 'version',
};

let root = '';
let bin = '';
let said: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'belfry-go-server-'));
  bin = join(root, 'bin');
  said = [];
  await mkdir(bin);
  onTestFinished(() => rm(root, { recursive: true }));
});

async function script(file: string, text: string): Promise<string> {
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

/** A `go` that writes down each time that it is asked. */
async function goThat(does: string): Promise<void> {
  await script(join(bin, 'go'), `echo "$@" >> ${root}/asked\n${does}`);
}

const BUILDS = `sleep 0.5; printf '#!/bin/sh\\necho lamp v0.0.0\\n' > "$GOBIN/lamp"; chmod +x "$GOBIN/lamp"`;

async function asked(): Promise<string> {
  return readFile(join(root, 'asked'), 'utf8').catch(() => '');
}

async function find(env: NodeJS.ProcessEnv = {}): Promise<FoundServer | Error> {
  return findGoServer(LAMP, {
    env: { PATH: `${bin}:/usr/bin:/bin`, ...env },
    cache: join(root, 'cache'),
    say: (line) => said.push(line),
  });
}

function why(found: FoundServer | Error): string {
  expect(found).toBeInstanceOf(Error);
  return (found as Error).message;
}

it('takes what the variable names, and says when that is no program', async () => {
  const file = await script(join(root, 'other'), 'echo "Lamp v9.8.7 (Go version: go1.26)"');
  expect(await find({ LAMP_BIN: file })).toEqual({ file, version: '9.8.7' });
  expect(why(await find({ LAMP_BIN: root + '/none' }))).toContain('LAMP_BIN names');
});

it('takes what is on the PATH, unless it is something else', async () => {
  const file = await script(join(bin, 'lamp'), 'echo lamp: 1.0.0');
  expect(await find()).toEqual({ file, version: '1.0.0' });
  await script(file, 'echo torch 1.0.0');
  expect(why(await find())).toBe(`${file} says that it is torch 1.0.0`);
});

it('builds the version that is pinned, once, however many ask at a time', async () => {
  await goThat(BUILDS);
  const built = { file: join(root, 'cache', 'lamp-v2.3.4'), version: '2.3.4' };
  expect(await Promise.all([find(), find(), find()])).toEqual([built, built, built]);
  expect(await find()).toEqual(built);
  expect(await asked()).toBe('install example.test/lamp/v2@v2.3.4\n');
  expect(said.filter((line) => line.startsWith('building'))).toHaveLength(1);
  expect(said.filter((line) => line.startsWith('waiting'))).toHaveLength(2);
});

it('says what Go says, and does not ask it again at once', async () => {
  await goThat('echo "go: downloading" >&2; echo "the proxy refused it" >&2; exit 1');
  const [first, second] = await Promise.all([find(), find()]);
  for (const each of [first, second, await find()]) {
    expect(why(each)).toContain(
      'go install example.test/lamp/v2@v2.3.4`: the proxy refused it (it is tried again',
    );
  }
  expect(await asked()).toBe('install example.test/lamp/v2@v2.3.4\n');
  await rm(join(root, 'cache', 'lamp-v2.3.4.failed'));
  await goThat(BUILDS);
  expect(await find()).toMatchObject({ version: '2.3.4' });
});

it('says that there is neither the server nor Go', async () => {
  expect(why(await find({ PATH: bin }))).toBe(
    'LAMP_BIN is not set, and lamp is not on the PATH; neither is go, which would build it',
  );
});
