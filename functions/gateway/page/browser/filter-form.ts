import type { StatusBody } from '../../core/serve/status-call.ts';
import type { DecisionFilter } from './decision-filter.ts';
import { byId, element } from './element.ts';

/** The filter that the reader has set. */
export interface FilterForm {
  readonly read: () => DecisionFilter;
  /** Offers the routes and deployments that there are. */
  readonly offer: (status: StatusBody) => void;
}

/** The form above the decisions. `onChange` is called at every keystroke. */
export function filterForm(onChange: () => void): FilterForm {
  const form = byId('filter') as HTMLFormElement;
  form.addEventListener('input', onChange);
  form.addEventListener('submit', (event) => event.preventDefault());
  const text = (name: string): string => String(new FormData(form).get(name) ?? '');
  return {
    read: () => ({
      text: text('text'),
      route: text('route'),
      deployment: text('deployment'),
      failovers: text('failovers') === 'on',
    }),
    offer: ({ routes, deployments }) => {
      offer(
        form,
        'route',
        routes.map(({ name }) => name),
      );
      offer(
        form,
        'deployment',
        deployments.map(({ id }) => id),
      );
    },
  };
}

function offer(form: HTMLFormElement, name: string, values: readonly string[]): void {
  const select = form.elements.namedItem(name) as HTMLSelectElement;
  const known = new Set([...select.options].map(({ value }) => value));
  select.append(...values.filter((value) => !known.has(value)).map((value) => element('option', { value }, value)));
}
