import { byId, element, setAttribute } from './element.ts';
import { keyedRows, type Row } from './keyed-rows.ts';

/** What can be done to a simulated provider, as the last part of the path. */
const CONDITIONS = [
  { kind: 'healthy', label: 'Healthy' },
  { kind: 'slow', label: 'Slow ×10' },
  { kind: 'failing', label: 'Failing' },
  { kind: 'rate-limited', label: 'Rate-limited' },
  { kind: 'silent', label: 'Silent' },
  { kind: 'cutting', label: 'Breaks off' },
  { kind: 'down', label: 'Down' },
] as const;

/** How the simulated providers are doing, by name. */
type Conditions = Readonly<Record<string, { readonly kind: string }>>;

/** The choices that break the simulated providers and mend them. `path` is where the local server takes orders. `refresh` reads how they are. */
export function providerControls(path: string): { readonly refresh: () => Promise<void> } {
  const show = keyedRows<ProviderState>(
    byId('providers'),
    ({ name }) => name,
    (state) => providerRow(state, order),
  );
  const take = (conditions: Conditions): void =>
    show(Object.entries(conditions).map(([name, { kind }]) => ({ name, kind })));
  const order = (name: string, kind: string): void => {
    void exchange(`${path}/${name}/${kind}`, 'POST').then(take, () => undefined);
  };
  return { refresh: () => exchange(path, 'GET').then(take, () => undefined) };
}

interface ProviderState {
  readonly name: string;
  readonly kind: string;
}

async function exchange(path: string, method: 'GET' | 'POST'): Promise<Conditions> {
  const response = await fetch(path, { method, credentials: 'omit', cache: 'no-store' });
  if (!response.ok) {
    throw new Error(String(response.status));
  }
  return (await response.json()) as Conditions;
}

function providerRow({ name }: ProviderState, order: (name: string, kind: string) => void): Row<ProviderState> {
  const select = element(
    'select',
    {},
    ...CONDITIONS.map(({ kind, label }) => element('option', { value: kind }, label)),
  );
  select.addEventListener('change', () => order(name, select.value));
  const node = element('label', { class: 'provider' }, `${name} `, select);
  const update = ({ kind }: ProviderState): void => {
    // Written anew it would close under the reader's hand.
    if (select.value !== kind) {
      select.value = kind;
    }
    setAttribute(node, 'data-kind', kind);
  };
  return { node, update };
}
