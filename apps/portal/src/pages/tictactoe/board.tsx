import { CELLS, winningLine } from '@belfry/example-tic-tac-toe/shared';
import type { Room } from '@belfry/example-tic-tac-toe/shared';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Mark } from './mark.tsx';
import { markOf, placeOf, possessive } from './room-view.ts';
import type { RoomMemory, RoomView } from './room-view.ts';

interface BoardProps {
  readonly room: Room;
  readonly view: RoomView;
  readonly memory: RoomMemory;
  readonly pending: number | null;
  readonly onMark: (cell: number) => void;
}

const CENTRE = 4;
const ROWS = [0, 1, 2];

/** Where an arrow key leads from a cell; the edges stop it. */
function neighbour(cell: number, key: string): number | null {
  const column = cell % 3;
  switch (key) {
    case 'ArrowLeft':
      return column > 0 ? cell - 1 : cell;
    case 'ArrowRight':
      return column < 2 ? cell + 1 : cell;
    case 'ArrowUp':
      return cell >= 3 ? cell - 3 : cell;
    case 'ArrowDown':
      return cell < CELLS - 3 ? cell + 3 : cell;
    case 'Home':
      return cell - column;
    case 'End':
      return cell - column + 2;
    default:
      return null;
  }
}

/** Nine cells: one stop for the Tab key, arrows to move, Enter or Space to put a mark. */
export function Board({ room, view, memory, pending, onMark }: BoardProps): JSX.Element {
  const [current, setCurrent] = useState(CENTRE);
  const cells = useRef<(HTMLButtonElement | null)[]>([]);
  const line = winningLine(room.board);

  const plays = room.state === 'playing' && view.role !== 'watcher';
  useEffect(() => {
    // The button that started the game is gone: keep the keyboard where the game is. Never take it from anything else.
    if (plays && document.activeElement === document.body) {
      cells.current[CENTRE]?.focus({ preventScroll: true });
    }
  }, [plays]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = neighbour(current, event.key);
    if (next === null) return;
    event.preventDefault();
    setCurrent(next);
    cells.current[next]?.focus();
  };

  const renderCell = (cell: number): JSX.Element => {
    const mark = room.board[cell] ?? null;
    const shown = mark ?? (pending === cell && view.role !== 'watcher' ? view.role : null);
    const free = view.canMark && mark === null && pending === null;
    const content = mark === null ? 'empty' : `${possessive(memory.names[mark])} mark`;
    const classes = [
      'cell',
      free ? 'is-free' : '',
      mark === null && shown !== null ? 'is-pending' : '',
      line?.includes(cell) === true ? 'is-winning' : '',
    ];
    return (
      <div role="gridcell" key={cell}>
        <button
          type="button"
          class={classes.filter(Boolean).join(' ')}
          ref={(button) => {
            cells.current[cell] = button;
          }}
          tabIndex={cell === current ? 0 : -1}
          aria-label={`${placeOf(cell)}: ${content}`}
          aria-disabled={!free}
          onFocus={() => setCurrent(cell)}
          onClick={() => {
            if (free) onMark(cell);
          }}
        >
          {shown !== null && <Mark side={markOf(shown, memory)} />}
          {shown === null && free && view.role !== 'watcher' && (
            <Mark side={view.role} class="is-ghost" />
          )}
        </button>
      </div>
    );
  };

  return (
    <div
      class={`board board-${room.state}`}
      role="grid"
      aria-label="The board"
      onKeyDown={onKeyDown}
    >
      {ROWS.map((row) => (
        <div role="row" class="board-row" key={row}>
          {ROWS.map((column) => renderCell(row * 3 + column))}
        </div>
      ))}
    </div>
  );
}
