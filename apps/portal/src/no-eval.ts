/**
 * The page's content security policy forbids to make code of strings. zod would try whether it may, and browsers report that as a violation. It
 * reads its configuration when it is first loaded, which is after this.
 */
declare global {
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true };

export {};
