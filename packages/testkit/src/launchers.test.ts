import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startFaultProxy } from './fault-proxy.ts';
import { redisCommand } from './redis-command.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { startRedis } from './redis-server.ts';
import { startValkey, whyNoValkey } from './valkey-server.ts';
import { waitFor } from './wait-for.ts';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('startRedis', () => {
  test('gives a server that answers, and nothing is left of it after', async () => {
    let pid: number;
    let dir: string;
    {
      await using redis = await startRedis();
      pid = redis.pid;
      expect(await redis.command('SET', 'a', 'b')).toBe('OK');
      expect(await redis.command('GET', 'a')).toBe('b');
      dir = redis.dir;
      expect(existsSync(dir)).toBe(true);
    }
    expect(alive(pid)).toBe(false);
    expect(existsSync(dir)).toBe(false);
  });

  test('keeps its data over kill and restart when it has an append-only file, on the same port', async () => {
    await using redis = await startRedis({ appendonly: true });
    await redis.command('SET', 'a', 'kept');
    const { pid, port } = redis;
    await redis.kill();
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(redis.pid).not.toBe(pid);
    expect(await redis.command('GET', 'a')).toBe('kept');
  });

  test('answers nothing while it is paused, and can be disposed of then', async () => {
    await using redis = await startRedis();
    redis.pause();
    await expect(redis.command('PING')).rejects.toThrow('no answer');
    redis.resume();
    expect(await redis.command('PING')).toBe('PONG');
    redis.pause();
  });

  test('says how to install a server that is missing', async () => {
    await expect(startRedis({ binary: 'redis-server-that-is-not-there' })).rejects.toThrow(
      /not installed: install it with "apt-get install/,
    );
  });

  test('shows what a server said that did not start', async () => {
    await expect(startRedis({ settings: { maxmemory: 'plenty' } })).rejects.toThrow(/maxmemory/);
  });

  test('leaves no server behind when the process that started it is killed', async () => {
    const launcher = new URL('./redis-server.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(launcher)}).then(async (m) => { const r = await m.startRedis(); console.log(r.port); setInterval(() => {}, 1000); })`;
    const child = spawn(process.execPath, ['--conditions=@belfry/source', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(chunk.toString());
    expect(await redisCommand(port, 'PING')).toBe('PONG');
    child.kill('SIGKILL');
    await waitFor(
      async () => /REFUSED/.test(String(await redisCommand(port, 'PING').catch(String))),
      {
        what: 'the end of the orphaned server',
      },
    );
  });
});

describe('startRedisCluster', () => {
  test('gives three masters that share the slots', { timeout: 60_000 }, async () => {
    await using cluster = await startRedisCluster();
    expect(cluster.nodes).toHaveLength(3);
    const replies = await Promise.allSettled(
      cluster.nodes.map(({ port }) => redisCommand(port, 'SET', 'a', 'b')),
    );
    expect(replies.filter((reply) => reply.status === 'fulfilled')).toHaveLength(1);
    for (const reply of replies) {
      if (reply.status === 'rejected') expect(String(reply.reason)).toContain('MOVED');
    }
  });
});

describe('startValkey', () => {
  test('gives a server that answers', async ({ skip }) => {
    const reason = await whyNoValkey(process.env['PATH'] ?? '');
    if (reason !== null) skip(reason);
    await using valkey = await startValkey();
    expect(await valkey.command('PING')).toBe('PONG');
  });
});

describe('startFaultProxy', () => {
  test('passes on, cuts, refuses and heals', async () => {
    await using redis = await startRedis();
    await using proxy = await startFaultProxy({ target: redis.url });
    expect(proxy.url).toBe(`redis://127.0.0.1:${proxy.port}`);
    expect(await redisCommand(proxy.port, 'PING')).toBe('PONG');
    proxy.refuse();
    await expect(redisCommand(proxy.port, 'PING')).rejects.toThrow();
    proxy.heal();
    expect(await redisCommand(proxy.port, 'PING')).toBe('PONG');
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => {
      socket.once('close', resolve);
    });
    await waitFor(() => proxy.accepted === 4);
    proxy.cut();
    await closed;
  });

  test('takes connections to several targets in turn', async () => {
    await using one = await startRedis();
    await using other = await startRedis();
    await using proxy = await startFaultProxy({ target: [one.port, other.port] });
    for (const value of ['a', 'b', 'c']) await redisCommand(proxy.port, 'RPUSH', 'seen', value);
    expect(await one.command('LINDEX', 'seen', 1)).toBe('c');
    expect(await one.command('LLEN', 'seen')).toBe('2');
    expect(await other.command('LLEN', 'seen')).toBe('1');
  });

  test('passes on after healing what waited in the black hole', async () => {
    await using redis = await startRedis();
    await using proxy = await startFaultProxy({ target: redis.port });
    proxy.blackHole();
    const reply = redisCommand(proxy.port, 'SET', 'a', 'late');
    await waitFor(() => proxy.connections === 1);
    expect(await redis.command('EXISTS', 'a')).toBe('0');
    proxy.heal();
    expect(await reply).toBe('OK');
    expect(await redis.command('GET', 'a')).toBe('late');
  });

  test('passes on later while it delays', async () => {
    await using redis = await startRedis();
    await using proxy = await startFaultProxy({ target: redis.port });
    proxy.delay(60);
    const from = performance.now();
    expect(await redisCommand(proxy.port, 'PING')).toBe('PONG');
    expect(performance.now() - from).toBeGreaterThan(110);
  });

  test('half-closes: the client sees the end and what it sends still arrives', async () => {
    await using redis = await startRedis();
    await using proxy = await startFaultProxy({ target: redis.port });
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    const ended = once(socket, 'end');
    socket.resume();
    await waitFor(() => proxy.connections === 1);
    proxy.halfClose();
    await ended;
    socket.write('SET a still\r\n');
    await waitFor(async () => (await redis.command('GET', 'a')) === 'still');
    socket.destroy();
  });
});
