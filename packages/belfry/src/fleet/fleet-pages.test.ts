/** A stranger at a window: simulations, jobs, nodes and tabs that donate, in a real Chromium with a real fleet. */
import { waitFor } from '@belfry/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startBelfry, type RunningBelfry } from '../run/start-belfry.ts';
import { spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import {
  fleetPageConfig,
  newVisitor,
  PATIENCE_MS,
  writeFleetPageConfig,
} from '../testing/fleet-page-lab.ts';
import { buildPortal, launchBrowser } from '../testing/portal-lab.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

let portal: Awaited<ReturnType<typeof buildPortal>>;
let browser: Browser;
let directory: ReturnType<typeof temporaryDirectory>;
let belfry: RunningBelfry;
let url: string;

beforeAll(async () => {
  [portal, browser] = await Promise.all([buildPortal(), launchBrowser()]);
  directory = temporaryDirectory();
  belfry = await startBelfry({ ...fleetPageConfig(portal.dir), data_dir: directory.path });
  url = belfry.url ?? '';
});

afterAll(async () => {
  await browser?.close();
  await belfry?.stop();
  directory?.[Symbol.dispose]();
  await portal?.[Symbol.asyncDispose]();
});

const rotation = (page: Page) => page.getByRole('textbox', { name: 'Rotation' });
const result = (page: Page) => page.getByRole('region', { name: 'Result', exact: true });
const status = (page: Page, text: string) =>
  page.locator('.job-progress .status', { hasText: text });

/** Shorter fights, so that a test need not take long. */
async function shorten(page: Page): Promise<void> {
  await page.getByLabel('Seconds').fill('20');
  await page.getByLabel('Seconds').blur();
}

/** Starts a job that takes longer than any test. */
async function startLongJob(page: Page): Promise<string> {
  await page.getByLabel('Fight until the mean is known to').selectOption('0.02');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForURL(/job=/);
  await status(page, 'Running').waitFor();
  return new URL(page.url()).searchParams.get('job') ?? '';
}

async function cancel(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Cancel the job' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click();
  await status(page, 'Cancelled').waitFor();
}

describe('a stranger', () => {
  test('finds Quick Sim from the front page, runs it at once, and sees it converge', async () => {
    await using visitor = await newVisitor(browser, url);
    const page = await visitor.open('/');
    await page.getByRole('link', { name: 'Quick Sim' }).click();
    await page.getByRole('radio', { name: /Cinderwright/ }).check({ force: true });
    await shorten(page);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await result(page).locator('.result-figure strong').waitFor();
    await status(page, 'Done').waitFor();
    const shown = result(page);
    expect(await shown.locator('.facts').first().innerText()).toMatch(/± 0\.\d+ % of ± 0\.10 %/);
    // Slag Bolt does the most, and all that is shown together is all there is.
    const shares = await shown.locator('.damage td[data-name="Share"]').allInnerTexts();
    const sum = shares.reduce((all, share) => all + Number.parseFloat(share), 0);
    expect(sum).toBeGreaterThan(99);
    expect(sum).toBeLessThan(101);
    expect(await shown.locator('.plot').count()).toBe(3);
    const distribution = shown.getByRole('img', { name: /^Distribution of damage/ });
    await distribution.focus();
    await page.keyboard.press('ArrowRight');
    await shown.locator('.plot-tip', { hasText: 'fights' }).waitFor();

    // What was set up, and the job, are there again after the page is loaded anew.
    await page.reload();
    await status(page, 'Done').waitFor();
    expect(await page.getByLabel('Seconds').inputValue()).toBe('20');
    await page.getByRole('navigation', { name: 'Sections' }).getByText('Jobs').click();
    await page.getByRole('link', { name: 'Cinderwright: Patchwork, 20 s' }).click();
    await page.getByText('your job').waitFor();
    await page.getByText('The mean of').waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  test('writes a rotation: mistakes are shown where they are, words are completed, and it is put in order', async () => {
    await using visitor = await newVisitor(browser, url);
    const page = await visitor.open('/simulate');
    const area = rotation(page);
    await area.fill('cast thorn_lash\n  cast nightfal_edge if omens >= 3');
    const wrong = page.locator('.code-look .is-wrong');
    await wrong.waitFor();
    expect(await wrong.innerText()).toBe('nightfal_edge');
    expect(await page.locator('.code-lines .is-wrong').innerText()).toBe('2');
    const problem = page.getByRole('list', { name: 'What is wrong' }).getByRole('button');
    expect(await problem.innerText()).toMatch(
      /^line 2, column 8 .*"nightfal_edge"; did you mean "nightfall_edge"\?$/,
    );
    const run = page.getByRole('button', { name: 'Run', exact: true });
    expect(await run.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('alert').getByText('a mistake in line 2, column 8').waitFor();

    // The problem leads to its place, where the word is replaced by what is offered.
    await problem.click();
    const caret = await area.evaluate((field: HTMLTextAreaElement) => field.selectionStart);
    expect(caret).toBe('cast thorn_lash\n  cast '.length);
    await page.keyboard.press('Control+Space');
    await page.getByRole('listbox').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+End');
    await page.keyboard.type('nightfall_e');
    await page.getByRole('option', { name: /nightfall_edge/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type(' if omens >= 3');
    await page.keyboard.press('Escape');
    await waitFor(async () => (await wrong.count()) === 0, { what: 'no more mistakes' });
    await page.getByRole('button', { name: 'Format' }).click();
    expect(await area.inputValue()).toBe('cast thorn_lash\ncast nightfall_edge if omens >= 3\n');
    expect(await run.getAttribute('aria-disabled')).toBe('false');
    await page.getByRole('button', { name: 'Back to the class’s own' }).click();
    expect((await area.inputValue()).length).toBeGreaterThan(200);
    expect(visitor.complaints).toEqual([]);
  });

  test('changes gear by the keyboard alone', async () => {
    await using visitor = await newVisitor(browser, url);
    const page = await visitor.open('/simulate');
    const slot = page.getByRole('button', { name: /^Chest/ });
    await slot.focus();
    await page.keyboard.press('Enter');
    const picker = page.getByRole('dialog', { name: 'Chest' });
    await picker.getByRole('searchbox').fill('orchard');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await waitFor(async () => (await picker.count()) === 0);
    expect(await slot.innerText()).toContain('Orchard Wake');
    await page.reload();
    await page.getByRole('button', { name: /^Chest\s*Orchard Wake/ }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  test('compares what is owned, and what drops', async () => {
    await using visitor = await newVisitor(browser, url);
    const bags = await visitor.open('/simulate/best-in-bags');
    await shorten(bags);
    await bags.getByRole('button', { name: 'take some things to try it' }).click();
    await bags.locator('.bag-count strong').waitFor();
    const many = Number(await bags.locator('.bag-count strong').innerText());
    expect(many).toBeGreaterThan(20);
    await bags.getByRole('button', { name: 'As text' }).click();
    const text = bags.getByLabel('One item a line, by its id or its name');
    const items = (await text.inputValue()).trim().split('\n');
    await text.fill(`${items.slice(0, 2).join('\n')}\nnot an item`);
    await bags.getByRole('button', { name: 'Fill the bag' }).click();
    await bags.getByText('line 3: there is no item').waitFor();
    await text.fill(items.slice(0, 2).join('\n'));
    await bags.getByRole('button', { name: 'Fill the bag' }).click();
    const few = Number(await bags.locator('.bag-count strong').innerText());
    expect(few).toBeLessThan(many);
    await bags.getByLabel('Fight until the best is known to').selectOption('1');
    await bags.getByRole('button', { name: 'Compare' }).click();
    await status(bags, 'Done').waitFor();
    expect(await result(bags).locator('.ranking tbody tr').count()).toBe(few);
    await result(bags).getByText(`of ${few} may still be the best`).waitFor();

    const drops = await visitor.open('/simulate/drop-optimizer');
    await drops.getByLabel('Fight until each gain is known to').selectOption('1');
    await drops.getByRole('button', { name: 'Compare' }).click();
    await status(drops, 'Done').waitFor();
    const rows = result(drops).locator('.ranking tbody tr');
    expect(await rows.count()).toBeGreaterThan(3);
    const gains = await rows.locator('td[data-name="Gain"]').allInnerTexts();
    const values = gains.map((gain) =>
      Number.parseInt(gain.replace('−', '-').replace(',', ''), 10),
    );
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    expect(visitor.complaints).toEqual([]);
  });
});

describe('a job', () => {
  test('is shared by a tab that donates, watched by who has its link, and ends when its owner says so', async () => {
    await using ann = await newVisitor(browser, url);
    await using bob = await newVisitor(browser, url);
    const page = await ann.open('/simulate');
    const job = await startLongJob(page);

    const watching = await bob.open(`/jobs/${job}`);
    await watching.getByText('somebody else’s job').waitFor();
    await status(watching, 'Running').waitFor();
    expect(await watching.getByRole('button', { name: 'Cancel the job' }).count()).toBe(0);
    await watching.getByRole('img', { name: /^Cells of the round: .*waiting/ }).waitFor();

    const donating = await bob.open('/donate');
    await donating.getByRole('button', { name: 'Donate this tab' }).click();
    await donating.getByRole('heading', { name: 'Working' }).waitFor();
    const done = donating.locator('.donate-facts dd').first();
    await waitFor(async () => Number(await done.innerText()) >= 2, {
      timeoutMs: PATIENCE_MS,
      what: 'chunks that the tab has done',
    });
    await watching.locator('.job-node-name', { hasText: 'Chrome on Linux' }).waitFor();
    // It goes on while one looks at other pages, and after the page was loaded again.
    await donating.getByRole('link', { name: 'Nodes' }).click();
    await donating.getByRole('row', { name: /Chrome on Linux yours/ }).waitFor();
    await donating.reload();
    await donating.getByRole('link', { name: 'Donating' }).click();
    await donating.getByRole('heading', { name: 'Working' }).waitFor();

    await cancel(page);
    await status(watching, 'Cancelled').waitFor();
    await donating.getByRole('heading', { name: 'Ready' }).waitFor();
    await donating.getByRole('button', { name: 'Stop' }).click();
    await donating.getByRole('button', { name: 'Donate this tab' }).waitFor();
    expect([...ann.complaints, ...bob.complaints]).toEqual([]);
  });

  test('that is not there, and a page that is none, say so', async () => {
    await using visitor = await newVisitor(browser, url, { quietly: true });
    const page = await visitor.open('/jobs/j-aaaaaaaaaaaaaaaaaaaaaaaaaa');
    await page.getByRole('heading', { name: 'There is no such job' }).waitFor();
    await page.getByRole('link', { name: 'To your jobs' }).click();
    await page.getByText('You have not started anything yet').waitFor();
    await page.getByLabel('Open a job that somebody sent you').fill('what is this');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText('That is neither a job’s link nor its id.').waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  test('goes on, on the page too, when the server was killed in the middle of it', async () => {
    using place = temporaryDirectory();
    writeFleetPageConfig(place.path, portal.dir, 0);
    const start = () => spawnBelfry(['start'], { cwd: place.path });
    await using first = start();
    const at = await first.url();
    await using visitor = await newVisitor(browser, at, { quietly: true });
    const page = await visitor.open('/simulate');
    await page.getByLabel('Fight until the mean is known to').selectOption('0.05');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await result(page).locator('.result-figure strong').waitFor();
    first.signal('SIGKILL');
    await first.ended;
    await page.getByText('The server does not answer. What you see may be old').waitFor();
    // What was found so far is still there to be read.
    expect(await result(page).locator('.result-figure strong').innerText()).toMatch(/^[\d,]+$/);

    writeFleetPageConfig(place.path, portal.dir, Number(new URL(at).port));
    await using second = start();
    await second.url();
    await page.getByText('The server does not answer').waitFor({ state: 'hidden' });
    await status(page, 'Done').waitFor({ timeout: 150_000 });
    expect(await result(page).locator('.job-percent').innerText()).toBe('100 %');
    expect(visitor.complaints).toEqual([]);
  });
});

describe('the fleet', () => {
  test('takes in a node by the code that it shows; its owner names it, drains it and removes it', async () => {
    // A code that is wrong is an answer of 404, which browsers report.
    await using visitor = await newVisitor(browser, url, { quietly: true });
    using home = temporaryDirectory();
    const page = await visitor.open('/fleet');
    await page.getByRole('button', { name: 'Make the command' }).click();
    const command = await page.getByLabel('Command that starts a node').inputValue();
    expect(command).toMatch(new RegExp(`^npx belfry node --url ${url} --claim \\S+$`));

    await using node = spawnBelfry(
      ['node', '--url', url, '--data-dir', home.path, '--slots', '1'],
      {
        cwd: home.path,
      },
    );
    const [, code = ''] = await node.written(/\b([A-Z0-9]{4}-[A-Z0-9]{4})\b/);
    await page.getByLabel('Code').fill('AAAA-AAAA');
    await page.getByRole('button', { name: 'Claim' }).click();
    await page.locator('#node-code-problem', { hasText: /\S/ }).waitFor();
    await page.getByLabel('Code').fill(code.toLowerCase());
    await page.getByRole('button', { name: 'Claim' }).click();
    await page.getByText('is yours now.').waitFor();

    const row = page.getByRole('row', { name: /yours.*Online/s }).first();
    await row.waitFor();
    await row.getByRole('button', { name: /^Manage/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('tower-7');
    await dialog.getByLabel('Only you').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    const named = page.getByRole('row', { name: /tower-7/ });
    await named.getByText('Its owner').waitFor();
    await named.getByRole('button', { name: 'Manage tower-7' }).click();
    await dialog.getByRole('button', { name: 'Drain' }).click();
    await named.getByText('Draining').waitFor();
    await named.getByRole('button', { name: 'Manage tower-7' }).click();
    await dialog.getByRole('button', { name: 'Remove…' }).click();
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('tower-7 is removed.').waitFor();
    await named.waitFor({ state: 'detached' });
  });

  test('has pages that fit a phone, by day and by night', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await using visitor = await newVisitor(browser, url, {
        viewport: { width: 360, height: 740 },
        colorScheme,
      });
      for (const path of [
        '/',
        '/simulate',
        '/simulate/best-in-bags',
        '/simulate/drop-optimizer',
        '/jobs',
        '/fleet',
        '/donate',
      ]) {
        const page = await visitor.open(path);
        await page.locator('h1').waitFor();
        await page.locator('.loading').first().waitFor({ state: 'detached' });
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect({ path, width }).toEqual({ path, width: 360 });
        await page.close();
      }
      expect(visitor.complaints).toEqual([]);
    }
  });
});
