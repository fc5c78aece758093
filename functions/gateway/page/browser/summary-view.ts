import type { StatusBody } from '../../core/gateway/status-call.ts';
import { byId, element, setText } from './element.ts';
import { duration, rate } from './format.ts';
import type { RouteFigures } from './route-figures.ts';

/** The few figures at the top. */
export function summaryView(): (status: StatusBody, figures: RouteFigures) => void {
  const figures = {
    rate: figure('Attempts', 'a second, whole fleet'),
    ttft: figure("Callers' first token", 'p99'),
    rescued: figure('Rescued', 'calls'),
    failed: figure('Failed', 'calls'),
    healthy: figure('Healthy', ''),
  };
  byId('summary').append(...Object.values(figures).map(({ node }) => node));
  return ({ deployments }, { calls, ttftMs, rescued, failed }) => {
    const healthy = deployments.filter(({ state }) => state === 'healthy').length;
    const perSecond = deployments.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
    figures.rate.show(rate(perSecond));
    figures.ttft.show(duration(ttftMs.p99), ttftMs.p50 === null ? 'no calls yet' : `p99, p50 ${duration(ttftMs.p50)}`);
    figures.rescued.show(String(rescued), `of ${calls} calls seen`);
    figures.failed.show(String(failed), `of ${calls} calls seen`);
    figures.failed.value.classList.toggle('alarming', failed > 0);
    figures.healthy.show(String(healthy), `of ${deployments.length} deployments`);
    figures.healthy.value.classList.toggle('alarming', healthy < deployments.length);
  };
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
