import { pythonWith } from '@belfry/testkit';

export const PYTHON_SDK = 'centrifuge-python==0.7.0';

export interface PythonSetup {
  /** The interpreter that has the SDK. */
  readonly python: string;
}

/** Resolves with an Error that says why there is none. */
export async function setUpPython(): Promise<PythonSetup | Error> {
  const python = await pythonWith([PYTHON_SDK], ['centrifuge']);
  return python instanceof Error ? python : { python };
}
