#!/usr/bin/env node
/**
 * The program. It loads nothing before it has looked at the version of Node, because what it loads would fail on an old one with an
 * error that nobody understands.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // Whoever reads the output has had enough of it: `belfry actors ls | head`.
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  const { useCompileCache } = await import('./cli/compile-cache.ts');
  useCompileCache(process.env);
  const { main } = await import('./cli/main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write(
    `belfry: Node 22.18 or newer is needed, this is ${process.versions.node}. Install a current Node and run it again.\n`,
  );
  process.exitCode = 1;
}

export {};
