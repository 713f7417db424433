import { preact } from '@preact/preset-vite';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: true })],
  resolve: { conditions: ['@belfry/source', ...defaultClientConditions] },
  build: {
    // Where the server looks for it, and what is published with it.
    outDir: '../../packages/belfry/dist/portal',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing inlined as data: URLs, so that a strict content security policy needs no exception.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // A server that runs beside `vite dev`.
  server: {
    proxy: {
      '/admin': 'http://127.0.0.1:8000',
      '/auth': 'http://127.0.0.1:8000',
      '/connection': { target: 'http://127.0.0.1:8000', ws: true },
    },
  },
});
