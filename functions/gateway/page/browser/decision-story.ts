import type { Decision, DecisionAttempt, DecisionCandidate } from '../../core/status/decision.ts';
import { element } from './element.ts';
import { duration } from './format.ts';

/** One call in full, folded away: when each attempt began and ended, and who was ranked how. */
export function decisionStory(decision: Decision): HTMLElement {
  const { attempts, candidates = [], totalMs, strategy } = decision;
  return element(
    'details',
    { class: 'story', 'aria-label': `Call ${decision.requestId.slice(0, 8)} in full` },
    element('summary', {}, 'in full'),
    element('div', { class: 'waterfall' }, ...attempts.map((attempt) => attemptBar(attempt, Math.max(totalMs, 1)))),
    ...(candidates.length === 0
      ? []
      : [
          element('p', { class: 'muted' }, `Ranked by ${strategy ?? 'the caller'}; the lowest score is asked first:`),
          element('ol', { class: 'ranks' }, ...candidates.map(candidateItem)),
        ]),
    element('p', { class: 'muted' }, `Request ${decision.requestId}`),
  );
}

function attemptBar(attempt: DecisionAttempt, wholeMs: number): HTMLElement {
  const { deployment, outcome, startedAfterMs, totalMs, ttftMs } = attempt;
  const bar = element('i', { 'data-outcome': outcome });
  bar.style.left = share(startedAfterMs, wholeMs);
  bar.style.width = share(totalMs, wholeMs);
  const first = ttftMs === undefined ? '' : `, first token at ${duration(startedAfterMs + ttftMs)}`;
  const text = `${deployment}: ${duration(startedAfterMs)} to ${duration(startedAfterMs + totalMs)}${first}`;
  return element(
    'div',
    {},
    element('span', { class: 'track', 'aria-hidden': 'true' }, bar),
    element('span', { class: 'small' }, text),
  );
}

function share(ms: number, wholeMs: number): string {
  return `${Math.min(100, (100 * ms) / wholeMs).toFixed(1)}%`;
}

function candidateItem({ deployment, state, score }: DecisionCandidate): HTMLElement {
  const away = state === 'healthy' ? '' : `, ${state}`;
  return element('li', {}, element('span', { class: 'id' }, deployment), ` ${score.toPrecision(3)}${away}`);
}
