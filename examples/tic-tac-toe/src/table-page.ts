/** For tests: a window at a table, as somebody who looks at it would speak of it. */
import type { Locator, Page } from 'playwright-core';

/** What a window shows. */
export interface Shown {
  /** Nine letters: `x` the host's mark, `o` the guest's, `.` a free cell. */
  readonly board: string;
  readonly players: string[];
}

/** Runs in the page. */
const SHOWN = `({
  board: Array.from(document.querySelectorAll('.cell'), (cell) => {
    if (cell.querySelector('.mark-host:not(.is-ghost)')) return 'x';
    return cell.querySelector('.mark-guest:not(.is-ghost)') ? 'o' : '.';
  }).join(''),
  players: Array.from(document.querySelectorAll('.seat-name'), (name) => name.textContent),
})`;

export class TablePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Creates a room from a page that offers it. Resolves with the room's address. */
  async create(name: string): Promise<string> {
    await this.page.getByLabel('Your name').fill(name);
    await this.press('Create a room');
    await this.headline('Waiting for an opponent');
    return this.page.url();
  }

  /** Enters the room whose page is open. */
  async enter(name: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.press('Enter the room');
    await this.page.getByRole('grid').waitFor();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  /** Waits until it says this. */
  async headline(text: string): Promise<void> {
    await this.page.locator('.verdict-headline').getByText(text, { exact: true }).waitFor();
  }

  /** Waits until it says this, one way or another. */
  async says(text: string): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  cell(cell: number): Locator {
    const place = `row ${Math.floor(cell / 3) + 1}, column ${(cell % 3) + 1}`;
    return this.page.getByRole('button', { name: new RegExp(`^${place}:`) });
  }

  /** Waits for the turn, then puts a mark. */
  async mark(cell: number): Promise<void> {
    await this.headline('Your turn');
    await this.cell(cell).click();
    await this.page
      .locator(`.cell:not(.is-pending) >> nth=${cell}`)
      .locator('.mark:not(.is-ghost)')
      .waitFor();
  }

  /** What the turn's clock shows. */
  async secondsLeft(): Promise<number> {
    const label = await this.page.getByRole('timer').getAttribute('aria-label');
    return Number.parseInt(label ?? '', 10);
  }

  async shown(): Promise<Shown> {
    return this.page.evaluate<Shown>(SHOWN);
  }
}
