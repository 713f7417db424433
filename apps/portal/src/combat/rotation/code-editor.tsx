import type { JSX } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { CompletionList } from './completion-list.tsx';
import { type Edit, linesOf, newLineAt, placeOf, toggleComment, visible } from './editor-text.ts';
import type { Completions, EditorProblem, Language } from './language.ts';
import './code-editor.css';

interface CodeEditorProps {
  readonly value: string;
  readonly language: Language;
  readonly problems: readonly EditorProblem[];
  readonly label: string;
  readonly onChange: (value: string) => void;
  /** Where the caret is put, again whenever it is another object. */
  readonly goTo: { readonly at: number } | null;
}

/** A text with colours, what is wrong with it at its place, and what could be written next. */
export function CodeEditor(props: CodeEditorProps): JSX.Element {
  const { value, language, problems, label, onChange, goTo } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [caret, setCaret] = useState(0);
  const [offer, setOffer] = useState<Completions | null>(null);
  const [chosen, setChosen] = useState(0);
  const lines = useMemo(() => {
    const wrongs = problems.map((problem) => visible(value, problem));
    return linesOf(value, language.looks(value), wrongs);
  }, [value, language, problems]);
  const byLine = useMemo(() => Map.groupBy(problems, ({ line }) => line - 1), [problems]);

  useEffect(() => {
    if (goTo === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(goTo.at, goTo.at);
    setCaret(goTo.at);
  }, [goTo]);

  /** As if it had been typed, so that it can be undone. */
  const put = ({ from, to, text }: Edit, selection?: readonly [number, number]): void => {
    const field = area.current;
    if (field === null) return;
    field.focus();
    field.setSelectionRange(from, to);
    // oxlint-disable-next-line typescript/no-deprecated -- nothing else keeps what can be undone
    const done = document.execCommand('insertText', false, text);
    if (!done) {
      field.setRangeText(text, from, to, 'end');
      onChange(field.value);
    }
    if (selection !== undefined) field.setSelectionRange(...selection);
    setCaret(field.selectionEnd);
  };
  const propose = (text: string, at: number, asked: boolean): void => {
    const found = language.completions(text, at);
    const typed = text.slice(found.from, at);
    const useful = found.options.some((option) => option.text !== typed);
    const wanted = asked || (typed !== '' && /[\w.]$/.test(typed));
    setOffer(useful && wanted ? found : null);
    setChosen(0);
  };
  const accept = (index: number): void => {
    const option = offer?.options[index];
    if (offer === null || option === undefined) return;
    setOffer(null);
    put({ from: offer.from, to: offer.to, text: option.text });
  };

  const keyInOffer = (event: KeyboardEvent): boolean => {
    if (offer === null) return false;
    const last = offer.options.length - 1;
    switch (event.key) {
      case 'ArrowDown':
        setChosen(chosen === last ? 0 : chosen + 1);
        return true;
      case 'ArrowUp':
        setChosen(chosen === 0 ? last : chosen - 1);
        return true;
      case 'Enter':
      case 'Tab':
        // What is already there is not chosen: the key does what it does without a list.
        if (offer.options[chosen]?.text === value.slice(offer.from, offer.to)) {
          setOffer(null);
          return false;
        }
        accept(chosen);
        return true;
      case 'Escape':
        setOffer(null);
        return true;
      default:
        return false;
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const field = area.current;
    if (field === null || event.isComposing) return;
    const selection = { from: field.selectionStart, to: field.selectionEnd };
    const control = event.ctrlKey || event.metaKey;
    let taken = true;
    if (event.key === ' ' && control) propose(field.value, selection.to, true);
    else if (!control && keyInOffer(event)) taken = true;
    else if (event.key === 'Enter' && !control) put(newLineAt(field.value, selection));
    else if (event.key === '/' && control) {
      const edit = toggleComment(field.value, selection);
      put(edit, [edit.from, edit.from + edit.text.length]);
    } else taken = false;
    if (taken) event.preventDefault();
  };

  const place = placeOf(value, offer?.from ?? caret);
  const here = byLine.get(placeOf(value, caret).line) ?? [];
  return (
    <div class="code-editor">
      <div class="code-scroll">
        <div class="code-lines" aria-hidden="true">
          {lines.map((_, i) => (
            <span key={i} class={byLine.has(i) ? 'is-wrong' : ''}>
              {i + 1}
            </span>
          ))}
        </div>
        <div class="code-text">
          <pre class="code-look" aria-hidden="true">
            {lines.map((line, i) => (
              <span key={i} class="code-line">
                {line.map((piece, k) => (
                  <span
                    key={k}
                    class={`${piece.look === '' ? '' : `look-${piece.look}`} ${piece.wrong ? 'is-wrong' : ''}`}
                  >
                    {piece.text}
                  </span>
                ))}
                {byLine.has(i) && <span class="code-said">{byLine.get(i)?.[0]?.message}</span>}
                {'\n'}
              </span>
            ))}
          </pre>
          <textarea
            ref={area}
            class="code-area"
            value={value}
            aria-label={label}
            aria-invalid={problems.length > 0}
            aria-describedby={`${id}-here`}
            aria-autocomplete="list"
            aria-controls={offer === null ? undefined : `${id}-offer`}
            aria-activedescendant={offer === null ? undefined : `${id}-offer-${chosen}`}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            autocorrect="off"
            wrap="off"
            rows={lines.length}
            onInput={(event) => {
              const field = event.currentTarget;
              onChange(field.value);
              setCaret(field.selectionEnd);
              propose(field.value, field.selectionEnd, false);
            }}
            onKeyDown={onKeyDown}
            onSelect={(event) => setCaret(event.currentTarget.selectionEnd)}
            onBlur={() => setOffer(null)}
          />
          {offer !== null && (
            <CompletionList
              id={`${id}-offer`}
              options={offer.options}
              chosen={chosen}
              line={place.line}
              column={place.column}
              onChoose={accept}
            />
          )}
        </div>
      </div>
      <p id={`${id}-here`} class="visually-hidden" role="status">
        {here.map(({ column, message, fix }) => `column ${column}: ${message}; ${fix}`).join('. ')}
      </p>
    </div>
  );
}
