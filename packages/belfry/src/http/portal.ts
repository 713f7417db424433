import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { HttpError } from './http-error.ts';
import type { Fallback } from './router.ts';
import { pathOf } from './router.ts';

/** Where a built portal may be: beside the built package, and in a checkout. */
const PLACES = ['../../dist/portal', '../portal', '../../../../apps/portal/dist'];

/** The directory with the portal's index.html, or `undefined` when there is none. */
export function findPortal(given: string | undefined): string | undefined {
  const candidates =
    given === undefined
      ? PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)))
      : [given];
  return candidates.find((directory) => existsSync(`${directory}/index.html`));
}

/** Paths that are never a page of the portal, so that a mistyped one is not answered with HTML. */
const NOT_A_PAGE = /^\/(admin|api|auth|connection|emulation|health|metrics)(\/|$)/;

/** As sirv reads it; one that cannot be read stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** A path that ends like a file, as sirv has it: where there is none it is not a page either. */
const FILE = /\.\w+$/;

/** What a build leaves beside its files is not for visitors. */
const HIDDEN = /\/\./;

/**
 * Serves the built portal as it is at that moment: one that is built anew needs no restart. A path without a file is a page of it (its
 * router shows it), and an error that makes a browser ask again while there is no first page.
 */
export function portalFallback(directory: string): Fallback {
  const serve = sirv(directory, {
    // Without it, the directory is read once, at the start: the files of a later build would be missing, or be read with the sizes of
    // earlier ones.
    dev: true,
    single: true,
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders(response, path) {
      // Vite puts a hash in the names of what it builds.
      const forever = path.startsWith('/assets/');
      response.setHeader(
        'cache-control',
        forever ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const path = decoded(pathOf(request));
    if (NOT_A_PAGE.test(path) || HIDDEN.test(path)) return false;
    // A build may take a file away that is just being read.
    response.once('pipe', (file) => file.once('error', () => response.destroy()));
    let served = true;
    serve(request, response, () => {
      served = false;
    });
    if (!served && !FILE.test(path)) {
      const message = 'the portal is just being built; this page loads again by itself.';
      throw new HttpError(503, 'unavailable', message).with('refresh', '1');
    }
    return served;
  };
}
