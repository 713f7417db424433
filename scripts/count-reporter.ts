import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** `12 passed, 0 failed`, and `, 1 skipped` when there is one. */
export function countLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/**
 * What counts as failed: a test; a suite or file with an error of its own (an import that throws, a hook); an
 * error outside any test. A failed file whose tests are all accounted for is not counted twice.
 */
export function count(modules: readonly TestModule[], unhandledErrors: number): Counts {
  const counts: Counts = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // A pending test never ran to its end: the run was cut short.
      if (state === 'pending') counts.failed += 1;
      else counts[state] += 1;
    }
    const ownErrors = [module, ...module.children.allSuites()].filter(
      (suite) => suite.errors().length > 0,
    );
    counts.failed += ownErrors.length;
  }
  return counts;
}

/** Prints the counts alone on the very last line, and fails a run in which no test ran. */
export class CountReporter implements Reporter {
  #counts: Counts = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    // Written as the process exits, and at once: no other reporter comes after it.
    process.once('exit', (code) => {
      const counts = { ...this.#counts };
      const nothingRan = counts.passed + counts.failed === 0;
      if (counts.failed === 0 && (code !== 0 || nothingRan)) counts.failed = 1;
      if (counts.failed > 0 && code === 0) process.exitCode = 1;
      writeSync(1, `${countLine(counts)}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#counts = count(modules, unhandledErrors.length);
  }
}
