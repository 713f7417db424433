/** The page of the tests: a node that they start and look at. */
import { createTabNode, type TabNode } from '@belfry/node/browser';

declare global {
  var tabNode: TabNode;
}

globalThis.tabNode = createTabNode({
  name: 'tab',
  version: 'test',
  slots: 2,
  createWorker: () => new Worker(new URL('./chunk-worker.ts', import.meta.url), { type: 'module' }),
});
globalThis.tabNode.subscribe((state) => {
  const place = document.querySelector('#state');
  if (place !== null) place.textContent = JSON.stringify(state, null, 2);
});
