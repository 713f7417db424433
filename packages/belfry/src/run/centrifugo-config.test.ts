import { createServer } from 'node:http';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { runBelfry, spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import { TEAM_SECRET, teamConfig } from '../testing/team-config.ts';

test('a config file of Centrifugo v6 serves real clients as it is', async () => {
  const backend = createServer((_request, response) => response.end('{"result":{}}'));
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  await using _backend = {
    async [Symbol.asyncDispose]() {
      backend.closeAllConnections();
      await new Promise((resolve) => {
        backend.close(resolve);
      });
    },
  };
  using directory = temporaryDirectory();
  const config = teamConfig(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
  writeFileSync(join(directory.path, 'config.json'), JSON.stringify(config));
  const checked = await runBelfry(['config', 'check', '--config', 'config.json', '--json'], {
    cwd: directory.path,
  });
  expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, problems: [] });
  expect((JSON.parse(checked.stdout) as { warnings: string[] }).warnings.toSorted()).toEqual([
    expect.stringMatching(/^client\.concurrency: it changes nothing here/),
  ]);
  const printed = await runBelfry(['config', 'print', '--config', 'config.json'], {
    cwd: directory.path,
  });
  expect(printed.stdout).not.toMatch(/bbe7d157|ea6b6b1c|9230f514|d0683813/);

  await using server = spawnBelfry(
    ['start', '--config', 'config.json', '--address', '127.0.0.1', '--port', '0'],
    { cwd: directory.path },
  );
  const url = `${(await server.url()).replace('http', 'ws')}/connection/websocket`;
  const clients = await Promise.all(
    ['ann', 'bob'].map(async (sub) => {
      const token = await new SignJWT({ sub })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(TEAM_SECRET));
      const client = new Centrifuge(url, { token });
      const personal: string[] = [];
      client.on('subscribed', ({ channel }) => personal.push(channel));
      const chat = client.newSubscription('chat:lobby');
      const got: unknown[] = [];
      chat.on('publication', ({ data }) => got.push(data));
      chat.subscribe();
      client.connect();
      await chat.ready(10_000);
      expect(personal).toEqual([`personal:#${sub}`]);
      return { client, chat, got, [Symbol.dispose]: () => client.disconnect() };
    }),
  );
  const [ann, bob] = clients;
  using _ann = ann;
  using _bob = bob;
  await ann?.chat.publish({ text: 'hello' });
  await waitFor(() => bob?.got.length === 1);
  expect(bob?.got).toEqual([{ text: 'hello' }]);
  expect((await ann?.chat.history({ limit: 10 }))?.publications).toHaveLength(1);
  expect(Object.keys((await ann?.chat.presenceStats()) ?? {})).toContain('numUsers');
  const refused = ann?.client.newSubscription('secret:plans');
  const codes: number[] = [];
  refused?.on('unsubscribed', ({ code }) => codes.push(code));
  refused?.subscribe();
  await waitFor(() => codes.length === 1);
  expect(codes).toEqual([103]);
});
