/** Whether this window donates, known to all pages without the code that does it. */

const KEY = 'belfry.donating';

/** What the header says; `null`: nothing. */
export type DonationSign = 'working' | 'waiting' | null;

let sign: DonationSign = null;
const watchers = new Set<() => void>();

export function donationSign(): DonationSign {
  return sign;
}

export function onDonationSign(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export function setDonationSign(now: DonationSign): void {
  if (now === sign) return;
  sign = now;
  for (const watcher of watchers) watcher();
}

/** Whether this window donated before it was loaded again. */
export function wasDonating(): boolean {
  try {
    return sessionStorage.getItem(KEY) === 'yes';
  } catch {
    return false;
  }
}

export function rememberDonating(donates: boolean): void {
  try {
    if (donates) sessionStorage.setItem(KEY, 'yes');
    else sessionStorage.removeItem(KEY);
  } catch {
    // Then it does not go on after the page was loaded again.
  }
}
