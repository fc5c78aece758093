import { byId, element, setAttribute, setText } from './element.ts';
import { span } from './format.ts';

/** How the local server's steady load stands. */
interface LoadState {
  readonly running: boolean;
  readonly leftMs: number;
  readonly callsPerSecond: number;
}

/** The button that lets the local server send calls to itself for some minutes. `path` is where it takes that order. `refresh` reads how it stands. */
export function loadButton(path: string): { readonly refresh: () => Promise<void> } {
  const button = element('button', { type: 'button', 'aria-pressed': 'false' });
  const note = element('span', { class: 'muted' });
  byId('load').append(button, note);
  let isRunning = false;
  const show = ({ running, leftMs, callsPerSecond }: LoadState): void => {
    isRunning = running;
    setAttribute(button, 'aria-pressed', String(running));
    setText(button, running ? 'Stop the calls' : 'Send calls');
    setText(
      note,
      running ? `${callsPerSecond} a second, for ${span(leftMs)} more` : `${callsPerSecond} a second, for five minutes`,
    );
  };
  const exchange = async (what: string, method: 'GET' | 'POST'): Promise<void> => {
    const response = await fetch(`${path}${what}`, { method, credentials: 'omit', cache: 'no-store' });
    if (response.ok) {
      show((await response.json()) as LoadState);
    }
  };
  button.addEventListener('click', () => void exchange(isRunning ? '/stop' : '/start', 'POST').catch(() => undefined));
  return { refresh: () => exchange('', 'GET').catch(() => undefined) };
}
