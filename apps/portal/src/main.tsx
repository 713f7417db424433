import { render } from 'preact';
import { App } from './app.tsx';
import './theme/tokens.css';
import './theme/base.css';
import './shell/shell.css';
import './pages/home/home.css';
import './pages/tictactoe/play.css';
import './pages/tictactoe/room.css';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
