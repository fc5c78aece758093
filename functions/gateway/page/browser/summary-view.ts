import type { StatusBody } from '../../core/serve/status-call.ts';
import type { RangeFigures } from '../../core/status/range-figures.ts';
import { byId, element, setText } from './element.ts';
import { count, dollars, percent, rate, roughly } from './format.ts';
import { RANGE_TEXT } from './range-switch.ts';
import { pinnedSpans } from './worth-rows.ts';

/** The few figures at the top. */
export function summaryView(): (status: StatusBody, past: RangeFigures | undefined, slow: readonly string[]) => void {
  const figures = {
    healthy: figure('Healthy', ''),
    ttft: figure("Callers' first token, p99", ''),
    pinned: figure('The same if pinned', ''),
    failed: figure('Failed', 'calls'),
    spent: figure('Spent', ''),
    rate: figure('Attempts', 'a second, whole fleet'),
  };
  byId('summary').append(...Object.values(figures).map(({ node }) => node));
  return (status, past, slow) => {
    showHealth(figures.healthy, status, slow);
    const perSecond = status.deployments.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
    figures.rate.show(rate(perSecond));
    if (past === undefined) {
      return;
    }
    const { calls, ttftMs, rescued, failed, inputTokens, cachedTokens, outputTokens, costUsd } = past.routed;
    const range = RANGE_TEXT[past.range];
    const others = `p50 ${roughly(ttftMs.p50)}, p95 ${roughly(ttftMs.p95)}`;
    figures.ttft.show(roughly(ttftMs.p99), ttftMs.p50 === null ? `no calls in ${range}` : others);
    const pinned = pinnedSpans(calls === 0 ? [] : past.pinned);
    figures.pinned.show(pinned.p99, `estimate; ${pinned.failures} fail`);
    const saved = rescued === 0 ? '' : `; ${count(rescued)} rescued`;
    figures.failed.show(count(failed), `of ${count(calls)} calls, ${range}${saved}`);
    figures.failed.value.classList.toggle('alarming', failed > 0);
    const cached = inputTokens === 0 ? '' : `, ${percent(cachedTokens / inputTokens)} of input cached`;
    figures.spent.show(dollars(costUsd), `${count(inputTokens + outputTokens)} tokens${cached}`);
  };
}

function showHealth(
  healthy: ReturnType<typeof figure>,
  { deployments, routes }: StatusBody,
  slow: readonly string[],
): void {
  const away = deployments.filter(({ state }) => state !== 'healthy').map(({ id }) => id);
  const lost = routes.filter(({ plan }) => plan.every(({ state }) => state !== 'healthy')).length;
  const isBroad = lost > 0 && away.length > MAX_NAMES;
  const about = [
    lost === 0 ? '' : `nobody for ${lost} of ${routes.length} routes`,
    isBroad ? '' : named('without', away),
    named('slow:', slow),
  ].filter((text) => text !== '');
  healthy.show(`${deployments.length - away.length} of ${deployments.length}`, about.join('; ') || 'deployments');
  healthy.value.classList.toggle('alarming', away.length > 0);
}

/** More than this many names say less than their number. */
const MAX_NAMES = 2;

function named(what: string, ids: readonly string[]): string {
  const more = ids.length > MAX_NAMES ? ` and ${ids.length - MAX_NAMES} more` : '';
  return ids.length === 0 ? '' : `${what} ${ids.slice(0, MAX_NAMES).join(', ')}${more}`;
}

function figure(title: string, first: string) {
  const value = element('span', {}, '–');
  const unit = element('span', { class: 'unit' }, first);
  return {
    node: element('div', {}, element('dt', {}, title), element('dd', {}, value, unit)),
    value,
    show: (text: string, more = first): void => {
      setText(value, text);
      setText(unit, more);
    },
  };
}
