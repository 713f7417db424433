/** People at windows: real pages in a real Chromium, on a whole server. */
import { waitFor } from '@belfry/testkit';
import { connect } from '@belfry/client';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { buildPortal, openBrowser } from './browser-lab.ts';
import type { Windows } from './browser-lab.ts';
import { startGameServer } from './game-lab.ts';
import type { GameServer } from './game-lab.ts';
import { TablePage } from './table-page.ts';

let portal: Awaited<ReturnType<typeof buildPortal>>;
let server: GameServer;
let windows: Windows;

/** Long enough to look at a result on a busy machine. */
const FINISH_MS = 3_000;

vi.setConfig({ testTimeout: 60_000 });

beforeAll(async () => {
  portal = await buildPortal();
  server = await startGameServer({ finishMs: FINISH_MS }, portal.dir);
  windows = await openBrowser(server.url);
}, 120_000);

afterAll(async () => {
  await windows?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

afterEach(async () => {
  await windows.closeAll();
  expect(windows.complaints).toEqual([]);
});

/** Ann and Bea at a table in two windows of one browser. */
async function table(at: Pick<GameServer, 'url'> = server, browser: Windows = windows) {
  const ann = new TablePage(await browser.open(`${at.url}/play/tictactoe`));
  const url = await ann.create('Ann');
  const bea = new TablePage(await browser.open(url));
  await bea.enter('Bea');
  await ann.press('Start the game');
  await ann.headline('Your turn');
  await bea.headline('Ann’s turn');
  return { ann, bea, url };
}

/** Both windows show the same. */
async function inStep(a: TablePage, b: TablePage): Promise<string> {
  await waitFor(async () => JSON.stringify(await a.shown()) === JSON.stringify(await b.shown()), {
    what: 'both windows showing the same',
  });
  return (await a.shown()).board;
}

async function play(first: TablePage, second: TablePage, cells: readonly number[]): Promise<void> {
  for (const [i, cell] of cells.entries()) {
    await (i % 2 === 0 ? first : second).mark(cell);
    await inStep(first, second);
  }
}

test('two windows play to a win, stay in step, and play again with the other one beginning', async () => {
  const { ann, bea } = await table();
  await play(ann, bea, [4, 0, 2, 1, 6]);
  await ann.headline('You win');
  await bea.headline('Ann wins');
  expect(await inStep(ann, bea)).toBe('oox.x.x..');
  expect(await bea.page.locator('.cell.is-winning').count()).toBe(3);
  await bea.press('Rematch');
  await bea.headline('Your turn');
  await ann.headline('Bea’s turn');
  expect(await inStep(ann, bea)).toBe('.........');
});

test('nine marks without a line are a draw in both windows', async () => {
  const { ann, bea } = await table();
  await play(ann, bea, [0, 1, 2, 4, 3, 5, 7, 6, 8]);
  await Promise.all([ann.headline('A draw'), bea.headline('A draw')]);
});

test('a host who leaves loses, and the guest is the host at once', async () => {
  const { ann, bea } = await table();
  await play(ann, bea, [4, 0]);
  await ann.press('Leave');
  await ann.says('Tic-tac-toe, refereed');
  await bea.headline('You win');
  await bea.says('Ann left the game. You are the host now.');
  await bea.says('Host · you');
  // Nobody's mark turns into another one.
  expect(await bea.shown()).toEqual({ board: 'o...x....', players: ['Bea', 'Free seat'] });
  await bea.headline('Waiting for an opponent');
  await bea.says('Host · you');
});

test('a third window watches, cannot play, and gets the seat that becomes free', async () => {
  const { ann, bea, url } = await table();
  const cid = new TablePage(await windows.open(url));
  await cid.enter('Cid');
  await cid.says('You are watching.');
  await ann.mark(8);
  expect(await inStep(ann, cid)).toBe('........x');
  expect(await cid.cell(0).getAttribute('aria-disabled')).toBe('true');
  await cid.cell(0).click({ force: true });
  expect(await inStep(bea, cid)).toBe('........x');
  await bea.press('Leave');
  await cid.says('Guest · you');
  await cid.press('Start the game');
  await ann.headline('Your turn');
});

test('a window that is reloaded in the middle of a game comes back to its seat', async () => {
  const { ann, bea } = await table();
  await play(ann, bea, [4]);
  await bea.page.reload();
  await bea.headline('Your turn');
  await bea.says('Guest · you');
  await play(bea, ann, [0]);
  expect(await inStep(ann, bea)).toBe('o...x....');
});

test('a window that loses the network says so, and goes on where the game is when it is back', async () => {
  // A browser of its own: it logs what it cannot reach.
  await using browser = await openBrowser(server.url);
  const { ann, bea } = await table(server, browser);
  const context = bea.page.context();
  await context.setOffline(true);
  await bea.says('Connection lost.');
  await bea.says('Offline, retrying');
  await context.setOffline(false);
  await bea.page.getByText('Connection lost.').waitFor({ state: 'hidden' });
  await ann.page.getByText('Connection lost.').waitFor({ state: 'hidden' });
  await ann.mark(4);
  await bea.headline('Your turn');
  expect(await inStep(ann, bea)).toBe('....x....');
});

test('the game is played with the keyboard alone', async () => {
  const { ann, bea } = await table();
  // The button that started the game is gone, and the keyboard is on the board.
  await waitFor(async () => ann.cell(4).evaluate((cell) => cell === document.activeElement));
  await ann.page.keyboard.press('ArrowUp');
  await ann.page.keyboard.press('ArrowLeft');
  await ann.page.keyboard.press('ArrowLeft');
  await ann.page.keyboard.press('Enter');
  await bea.headline('Your turn');
  await bea.cell(4).focus();
  await bea.page.keyboard.press('End');
  await bea.page.keyboard.press('ArrowDown');
  await bea.page.keyboard.press('Space');
  await ann.headline('Your turn');
  expect(await inStep(ann, bea)).toBe('x.......o');
  await waitFor(async () =>
    (await ann.page.getByRole('status').allTextContents()).includes(
      'Bea marked row 3, column 3. Your turn.',
    ),
  );
});

test('a move that the server refuses is explained', async () => {
  const { ann, bea, url } = await table();
  const guest = await bea.page.evaluate(() => sessionStorage.getItem('belfry.guest'));
  const { token } = JSON.parse(guest ?? '{}') as { token: string };
  using client = connect({ url: server.url, token });
  const room = client.actor<{ type: 'mark'; cell: number }, unknown>(
    'tictactoe',
    url.split('/').at(-1) ?? '',
  );
  await room.enter();
  await room.send({ type: 'mark', cell: 0 });
  await bea.page.getByRole('alert').getByText('It is not your turn.').waitFor();
  expect(await inStep(ann, bea)).toBe('.........');
});

test('a room that is not there says so and offers a new one', async () => {
  const ann = new TablePage(await windows.open(`${server.url}/play/tictactoe/NR42XX`));
  await ann.page.getByLabel('Your name').fill('Ann');
  await ann.press('Enter the room');
  await ann.page.getByRole('heading', { name: 'There is no such room' }).waitFor();
  await ann.page.getByRole('link', { name: 'Create a room' }).click();
  expect(await ann.create('Ann')).toMatch(/\/play\/tictactoe\/[2-9A-Z]{6}$/);
});

test('a room is joined by its code, in any writing', async () => {
  const ann = new TablePage(await windows.open(server.url));
  const url = await ann.create('Ann');
  const bea = new TablePage(await windows.open(server.url));
  const code = url.split('/').at(-1) ?? '';
  await bea.page
    .getByLabel('Room code or link')
    .fill(`${code.slice(0, 3)}-${code.slice(3)}`.toLowerCase());
  await bea.press('Join');
  await bea.enter('Bea');
  await bea.headline('Ready to play');
  expect(bea.page.url()).toBe(url);
});

test('nothing is wider than a small phone, and Back leads back', async () => {
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  const page = await windows.open(server.url, phone);
  const ann = new TablePage(page);
  const fits = async (): Promise<void> => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      360,
    );
  };
  await fits();
  await ann.create('Annabella Wilhelmina Featherstonehaugh-Smi');
  await fits();
  await page.goBack();
  await page.getByRole('heading', { name: 'Whatever happens, it rings once.' }).waitFor();
  await page.getByRole('link', { name: 'Tic-tac-toe' }).click();
  await page.getByRole('heading', { name: 'Tic-tac-toe, refereed' }).waitFor();
  await fits();
});
