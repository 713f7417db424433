import { StartError } from './deployment.ts';

/** Resolves as `run` does. Where a process does not start, it says why and ends this one: nobody needs the stack of that. */
export async function whenAllStart<T>(run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    console.error(`\n${error.message}`);
    process.exit(1);
  }
}
