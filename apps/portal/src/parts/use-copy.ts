import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export type Copied = 'idle' | 'copied' | 'by-hand';

const SHOWN_MS = 2_500;

export const COPY_LABELS: Readonly<Record<Exclude<Copied, 'idle'>, string>> = {
  copied: 'Copied',
  'by-hand': 'Press Ctrl+C',
};

/** Copies a text to the clipboard, and says for a moment how that went. @param field where the same text can be selected */
export function useCopy(field: RefObject<HTMLInputElement | HTMLTextAreaElement | null>): {
  readonly state: Copied;
  copy(text: string): Promise<void>;
} {
  const [state, setState] = useState<Copied>('idle');
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const copy = async (text: string): Promise<void> => {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Browsers have no clipboard for pages that came over plain http from another machine.
      field.current?.select();
      // oxlint-disable-next-line typescript/no-deprecated -- the only way there
      done = document.execCommand('copy');
    }
    setState(done ? 'copied' : 'by-hand');
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState('idle'), SHOWN_MS);
  };
  return { state, copy };
}
