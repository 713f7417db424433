import type { JSX } from 'preact';
import { HomePage } from './pages/home/home-page.tsx';
import { NotFoundPage } from './pages/not-found/not-found-page.tsx';
import { LobbyPage } from './pages/tictactoe/lobby-page.tsx';
import { useRoute } from './router/router.tsx';
import type { Route } from './router/routes.ts';
import { lazyPage } from './shell/lazy-page.tsx';
import { Shell } from './shell/shell.tsx';

const ChannelsPage = lazyPage(
  'Channels',
  async () => (await import('./pages/channels/channels-app.tsx')).ChannelsApp,
);
const RoomPage = lazyPage(
  'Tic-tac-toe',
  async () => (await import('./pages/tictactoe/room-page.tsx')).RoomPage,
);
const JobsPage = lazyPage(
  'Jobs',
  async () => (await import('./pages/jobs/jobs-page.tsx')).JobsPage,
);
const FleetPage = lazyPage(
  'Fleet',
  async () => (await import('./pages/fleet/fleet-page.tsx')).FleetPage,
);
const DonatePage = lazyPage(
  'Donate this tab',
  async () => (await import('./pages/donate/donate-page.tsx')).DonatePage,
);
const SimulatePage = lazyPage(
  'Simulate',
  async () => (await import('./pages/simulate/simulate-page.tsx')).SimulatePage,
);
const JobPage = lazyPage('Job', async () => (await import('./pages/jobs/job-page.tsx')).JobPage);

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
    case 'jobs':
      return <JobsPage />;
    case 'job':
      return <JobPage id={route.id} />;
    case 'fleet':
      return <FleetPage route={route} />;
    case 'simulate':
      return <SimulatePage route={route} />;
    case 'donate':
      return <DonatePage />;
    case 'not-found':
      return <NotFoundPage path={route.path} />;
  }
}
