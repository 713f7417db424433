/** A process with many nodes: `agents-process.ts '<AgentsPlan>' --port N`. SIGTERM drains them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';
import type { AgentFigures, AgentsPlan, FaultOrder } from './agent-protocol.ts';
import { TortureNode } from './torture-node.ts';

const { values, positionals } = parseArgs({
  options: { port: { type: 'string' } },
  allowPositionals: true,
});
const plan = JSON.parse(positionals[0] ?? '') as AgentsPlan;
const nodes = await Promise.all(plan.nodes.map((node) => TortureNode.create(node, plan)));
for (const node of nodes) node.start();

function figures(): AgentFigures {
  const sum = (of: (node: TortureNode) => number): number =>
    nodes.reduce((total, node) => total + of(node), 0);
  return {
    ids: Object.fromEntries(
      nodes.flatMap(({ number, node }) => (node === null ? [] : [[number, node]])),
    ),
    ran: sum(({ ran }) => ran),
    lies: sum(({ lies }) => lies),
    sentTwice: sum(({ sentTwice }) => sentTwice),
    sentLate: sum(({ sentLate }) => sentLate),
    failures: nodes.flatMap(({ failures }) => failures),
  };
}

async function answer(request: IncomingMessage): Promise<unknown> {
  if (request.url === '/figures') return figures();
  if (request.url !== '/fault') return {};
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const { number, fault, forMs } = JSON.parse(text) as FaultOrder;
  nodes.find((node) => node.number === number)?.fault(fault, forMs);
  return {};
}

const server = createServer((request, response) => {
  answer(request).then(
    (value) => response.end(JSON.stringify(value)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(Number(values.port), '127.0.0.1');
await once(process, 'SIGTERM');
server.close();
server.closeAllConnections();
await Promise.all(nodes.map((node) => node.stop()));
process.exit();
