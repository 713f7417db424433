import { findProgram } from './find-program.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** Works as root, draws without a graphics card, and asks nobody for anything. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How `chromium.launch` of playwright-core starts the browser that `path` (a PATH) has. Throws when there is none. */
export async function findChromium(
  path: string,
): Promise<{ readonly executablePath: string; args: string[] }> {
  for (const name of NAMES) {
    const executablePath = await findProgram(name, path);
    if (executablePath !== undefined) return { executablePath, args: [...ARGS] };
  }
  throw new Error('chromium is not installed: apt-get install chromium');
}
