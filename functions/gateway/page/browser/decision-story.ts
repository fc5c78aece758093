import type { Decision, DecisionAttempt, DecisionCandidate } from '../../core/status/decision.ts';
import { element } from './element.ts';
import { count, dollars, duration } from './format.ts';
import { rankedBy, scoreText } from './rank-text.ts';

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
          element('p', { class: 'muted' }, rankedBy(decision)),
          element('ol', { class: 'ranks' }, ...candidates.map((one) => candidateItem(strategy, one))),
        ]),
    element('p', { class: 'muted' }, aboutText(decision)),
  );
}

/** What it took beside the attempts, and what it is found by. */
function aboutText({ requestId, overheadMs, tokens, costUsd }: Decision): string {
  const cached = tokens === undefined || tokens.cached === 0 ? '' : ` (${count(tokens.cached)} cached)`;
  const said = tokens === undefined ? [] : [`${count(tokens.input)} tokens in${cached}, ${count(tokens.output)} out`];
  const spent = costUsd === undefined ? [] : [dollars(costUsd)];
  return [...said, ...spent, `${overheadMs} ms in the gateway`, `request ${requestId}`].join(', ');
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

function candidateItem(strategy: Decision['strategy'], candidate: DecisionCandidate): HTMLElement {
  const name = element('span', { class: 'id' }, candidate.deployment);
  return element('li', {}, name, ` ${scoreText(strategy, candidate)}`);
}
