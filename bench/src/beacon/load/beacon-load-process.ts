/** The load generator: a process of its own, driven by messages from the one that measures. */
import { obeyOrders } from '../../load/ordered-process.ts';
import { Generator } from './generator.ts';
import type { LoadOrder } from './protocol.ts';

const generator = new Generator();

obeyOrders((order: LoadOrder) => generator.obey(order));
