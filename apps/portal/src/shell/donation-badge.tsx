import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { donationSign, onDonationSign } from '../donation/donating.ts';
import { Link } from '../router/router.tsx';

/** Says on every page that this tab computes for others. */
export function DonationBadge(): JSX.Element | null {
  const [sign, setSign] = useState(donationSign());
  useEffect(() => onDonationSign(() => setSign(donationSign())), []);
  if (sign === null) return null;
  return (
    <Link to="/donate" class={`donation is-${sign}`}>
      <span class="dot" aria-hidden="true" />
      Donating
    </Link>
  );
}
