import { defineActor, type TurnContext } from '@belfry/actors';
import type { FleetKind } from '../create-fleet-actors.ts';
import { nodeCodeMessage, type NodeCodeMessage } from '../messages/index-messages.ts';

interface NodeCodeState {
  shown: { readonly node: string; readonly expiresAt: number } | null;
}

/** The kind `node-code`. */
export function createNodeCodeActor(): FleetKind<'node-code', NodeCodeMessage> {
  return defineActor('node-code', {
    internal: nodeCodeMessage,
    initial: (): NodeCodeState => ({ shown: null }),
    onInternal(ctx: TurnContext<NodeCodeState, never, never>, message: NodeCodeMessage) {
      if (message.type === 'shown') {
        ctx.state.shown = { node: message.node, expiresAt: message.expiresAt };
        ctx.scheduleTick(message.expiresAt);
        return;
      }
      const { shown } = ctx.state;
      if (shown === null || shown.expiresAt <= ctx.now) {
        // Nothing of a question about a code that nobody shows is kept.
        ctx.reject(
          'wrong-code',
          'code: no node shows it; look again, a code is valid for 10 minutes',
        );
      }
      ctx.reply({ node: shown.node });
    },
    onTick(ctx: TurnContext<NodeCodeState, never, never>) {
      ctx.destroy();
    },
  });
}
