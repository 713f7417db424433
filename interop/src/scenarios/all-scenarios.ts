import type { Scenario } from '../suite/scenario.ts';
import { authentication } from './authentication.ts';
import { basics } from './basics.ts';
import { history } from './history.ts';
import { presence } from './presence.ts';
import { recovery } from './recovery.ts';
import { serverApi } from './server-api.ts';
import { subscriptionTokens } from './subscription-tokens.ts';
import { variants } from './variants.ts';

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  ...basics,
  ...authentication,
  ...subscriptionTokens,
  ...presence,
  ...history,
  ...recovery,
  ...variants,
  ...serverApi,
];
