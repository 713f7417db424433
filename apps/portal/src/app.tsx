import type { JSX } from 'preact';
import { ChannelsPage } from './pages/channels/channels-page.tsx';
import { HomePage } from './pages/home/home-page.tsx';
import { NotFoundPage } from './pages/not-found/not-found-page.tsx';
import { LobbyPage } from './pages/tictactoe/lobby-page.tsx';
import { RoomPage } from './pages/tictactoe/room-page.tsx';
import { useRoute } from './router/router.tsx';
import type { Route } from './router/routes.ts';
import { Shell } from './shell/shell.tsx';

export function App(): JSX.Element {
  const route = useRoute();
  return <Shell page={route.page}>{pageOf(route)}</Shell>;
}

function pageOf(route: Route): JSX.Element {
  switch (route.page) {
    case 'home':
      return <HomePage />;
    case 'tictactoe':
      return <LobbyPage />;
    case 'tictactoe-room':
      return <RoomPage id={route.id} />;
    case 'channels':
      return <ChannelsPage route={route} />;
    case 'not-found':
      return <NotFoundPage path={route.path} />;
  }
}
