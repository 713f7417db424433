import type { Scenario } from '../suite/scenario.ts';
import { authentication } from './authentication.ts';
import { basics } from './basics.ts';
import { claims } from './claims.ts';
import { commands } from './commands.ts';
import { connecting } from './connecting.ts';
import { framing } from './framing.ts';
import { history } from './history.ts';
import { http } from './http.ts';
import { limits } from './limits.ts';
import { options } from './options.ts';
import { payloads } from './payloads.ts';
import { presence } from './presence.ts';
import { proxies } from './proxies.ts';
import { proxyAnswers } from './proxy-answers.ts';
import { recovery } from './recovery.ts';
import { serverApi } from './server-api.ts';
import { serverApiAnswers } from './server-api-answers.ts';
import { serverSide } from './server-side.ts';
import { serverToClient } from './server-to-client.ts';
import { strictness } from './strictness.ts';
import { subscribing } from './subscribing.ts';
import { subscriptionTokens } from './subscription-tokens.ts';
import { unidirectional } from './unidirectional.ts';
import { variants } from './variants.ts';

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  ...framing,
  ...strictness,
  ...http,
  ...unidirectional,
  ...basics,
  ...authentication,
  ...claims,
  ...subscriptionTokens,
  ...payloads,
  ...presence,
  ...history,
  ...commands,
  ...connecting,
  ...subscribing,
  ...recovery,
  ...variants,
  ...serverSide,
  ...serverToClient,
  ...serverApi,
  ...serverApiAnswers,
  ...proxies,
  ...proxyAnswers,
  ...options,
  ...limits,
];
