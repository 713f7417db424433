import type { Roster } from '../../combat/model/roster.ts';
import type { Fleet } from '../../fleet/use-fleet.ts';

/** What every view of the page is given. */
export interface SimulationProps {
  readonly fleet: Fleet;
  readonly roster: Roster;
  /** The job that is shown below; `null`: none was started yet. */
  readonly job: string | null;
  readonly onChange: (change: (roster: Roster) => Roster) => void;
}
