import type { StatusBody } from '../../core/serve/status-call.ts';
import { byId, element, setText } from './element.ts';
import { duration, rate } from './format.ts';
import type { RouteFigures } from './route-figures.ts';

/** The few figures at the top. */
export function summaryView(): (status: StatusBody, figures: RouteFigures) => void {
  const figures = {
    healthy: figure('Healthy', ''),
    ttft: figure("Callers' p99 to first token", ''),
    failed: figure('Failed', 'calls'),
    rescued: figure('Rescued', 'calls'),
    rate: figure('Attempts', 'a second, whole fleet'),
  };
  byId('summary').append(...Object.values(figures).map(({ node }) => node));
  return ({ deployments }, { calls, ttftMs, rescued, failed }) => {
    const away = deployments.filter(({ state }) => state !== 'healthy').map(({ id }) => id);
    const perSecond = deployments.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
    figures.rate.show(rate(perSecond));
    figures.ttft.show(
      duration(ttftMs.p99),
      ttftMs.p50 === null ? 'no calls in 5 minutes' : `p50 ${duration(ttftMs.p50)}, 5 minutes`,
    );
    figures.rescued.show(String(rescued), `of ${calls} calls seen`);
    figures.failed.show(String(failed), `of ${calls} calls seen`);
    figures.failed.value.classList.toggle('alarming', failed > 0);
    figures.healthy.show(String(deployments.length - away.length), `of ${deployments.length}${awayText(away)}`);
    figures.healthy.value.classList.toggle('alarming', away.length > 0);
  };
}

/** More than this many names say less than their number. */
const MAX_NAMES = 2;

function awayText(ids: readonly string[]): string {
  if (ids.length === 0) {
    return ' deployments';
  }
  const more = ids.length > MAX_NAMES ? ` and ${ids.length - MAX_NAMES} more` : '';
  return `, without ${ids.slice(0, MAX_NAMES).join(', ')}${more}`;
}

function figure(title: string, first: string) {
  const value = element('span');
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
