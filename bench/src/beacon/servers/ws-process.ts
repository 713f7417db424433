/** The baseline: a set of sockets for each channel and a loop of `ws.send` over it. Argument: the port. */
import { WebSocketServer, type WebSocket } from 'ws';

const channels = new Map<string, Set<WebSocket>>();
const server = new WebSocketServer({ port: Number(process.argv[2]), host: '127.0.0.1' });

server.on('connection', (socket) => {
  const mine: Set<WebSocket>[] = [];
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const members of mine) members.delete(socket);
  });
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    if (text.startsWith('s')) {
      const channel = text.slice(1);
      const members = channels.get(channel) ?? new Set();
      channels.set(channel, members.add(socket));
      mine.push(members);
      socket.send('s');
      return;
    }
    const space = text.indexOf(' ');
    const payload = text.slice(space + 1);
    for (const member of channels.get(text.slice(1, space)) ?? []) member.send(payload);
  });
});
