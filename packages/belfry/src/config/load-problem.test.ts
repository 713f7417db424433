import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBelfry, temporaryDirectory } from '../testing/belfry-process.ts';

const ACTORS = JSON.stringify(import.meta.resolve('@belfry/actors'));

// In a process of its own: the runner of these tests loads modules in its own way.
test.each([
  ['throws.mjs', '\nthrow new Error("no way");', /loaded: no way \(throws\.mjs:2:7\)$/m],
  ['syntax.mjs', 'export default {\n  a: \n};', /Unexpected token '}' \(syntax\.mjs:3\)$/m],
  ['syntax.mts', 'export default {\n  a: \n};', /\(syntax\.mts:\d\)$/m],
  [
    'actor.mts',
    `import { defineActor } from ${ACTORS};\n\ndefineActor('No', {} as never);`,
    /actor kind "No".*\(actor\.mts:3:1\)$/m,
  ],
  ['missing.mts', 'import "./nope.mts";', /it could not be loaded: Cannot find .*nope\.mts/],
  [
    'plain.ts',
    'import "./a.ts";\nexport default {};',
    /outside a module; put "type": "module" into package\.json.* \(plain\.ts:1\)$/m,
  ],
])('%s that cannot be loaded is told with its line', async (name, content, reason) => {
  using directory = temporaryDirectory();
  const cwd = directory.path;
  writeFileSync(join(cwd, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(cwd, name), content);
  for (const flag of ['--config', '--actors']) {
    const { code, stderr } = await runBelfry(['config', 'check', flag, `./${name}`], { cwd });
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\.$/gm, '')).toMatch(reason);
  }
});
