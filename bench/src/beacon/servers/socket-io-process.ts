/** Socket.IO as its users have it: a room a channel, the token checked by a middleware. Argument: the port. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { TOKEN_SECRET } from '../load/token.ts';

function isGood(token: unknown): boolean {
  const [header = '', claims = '', signature = ''] = String(token).split('.');
  const wanted = createHmac('sha256', TOKEN_SECRET).update(`${header}.${claims}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { exp: number };
  return exp * 1000 > Date.now();
}

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.use((socket, next) => {
  const { token } = socket.handshake.auth as { token?: unknown };
  next(isGood(token) ? undefined : new Error('unauthorized'));
});
io.on('connection', (socket) => {
  socket.on('join', async (channel: string) => {
    await socket.join(channel);
    socket.emit('joined');
  });
  socket.on('publish', (channel: string, data: unknown) => {
    io.to(channel).emit('m', data);
  });
});
http.listen(Number(process.argv[2]), '127.0.0.1');
