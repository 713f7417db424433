import './no-eval.ts';
import { render } from 'preact';
import { App } from './app.tsx';
import { wasDonating } from './donation/donating.ts';
import './theme/tokens.css';
import './theme/base.css';
import './shell/shell.css';
import './pages/home/home.css';
import './pages/tictactoe/play.css';
import './pages/tictactoe/room.css';

// The window donated before it was loaded again.
if (wasDonating()) {
  void import('./donation/tab-donation.ts').then(({ tabDonation }) => tabDonation().start());
}

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
