import type { StatusBody } from '../../core/serve/status-call.ts';
import type { Decision } from '../../core/status/decision.ts';
import { isWanted } from './decision-filter.ts';
import { decisionsView } from './decisions-view.ts';
import { byId, setText } from './element.ts';
import { filterForm } from './filter-form.ts';

/** The stream of decisions with its filter. `isLocal`: one process, whose decisions are all there are. */
export function decisionsSection(isLocal: boolean): (status: StatusBody, decisions: readonly Decision[]) => void {
  const show = decisionsView();
  const filter = filterForm(refilter);
  const instances = new Set<string>();
  let all: readonly Decision[] = [];
  let missed = 0;

  function refilter(): void {
    const chosen = filter.read();
    const wanted = all.filter((decision) => isWanted(decision, chosen));
    const shown = show(wanted);
    setText(byId('shown'), all.length === 0 ? '' : `${shown} of ${all.length} shown${missedText(missed)}`);
    const nothing = byId('no-decisions');
    nothing.hidden = wanted.length > 0;
    setText(nothing, all.length === 0 ? NO_CALLS : 'No decision matches the filter.');
  }

  return (status, decisions) => {
    all = decisions;
    instances.add(status.decisions.instance);
    missed += status.decisions.missed;
    filter.offer(status);
    refilter();
    setText(byId('decisions-lead'), scopeText(isLocal, instances.size));
  };
}

const NO_CALLS = 'No calls yet. The next one that asks for a model appears here.';

/** An instance keeps few: where many calls come between two polls, the oldest of them are gone. */
function missedText(missed: number): string {
  return missed === 0 ? '' : `, ${missed} more came too fast to be kept`;
}

function scopeText(isLocal: boolean, instances: number): string {
  if (isLocal) {
    return 'Who asked for what, who served it, and what was tried before. Newest first.';
  }
  const met = instances === 1 ? 'one gateway instance that has' : `${instances} gateway instances that have`;
  return `From the ${met} answered this page so far: an instance knows its own calls only. The deployments above are the whole fleet's.`;
}
