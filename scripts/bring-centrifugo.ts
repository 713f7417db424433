/**
 * Builds Centrifugo before the tests ask for it, so that none of them waits for that. Where there is none it says why, as the tests
 * that need one do; it never fails. Run with `--conditions=@belfry/source`.
 */
import { CENTRIFUGO, findGoServer } from '@belfry/testkit';

const found = await findGoServer(CENTRIFUGO, { env: process.env });
if (found instanceof Error) {
  console.error(`tests with a real Centrifugo cannot be run: ${found.message}`);
}
