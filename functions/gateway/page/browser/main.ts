import { board } from './board.ts';
import { byId, setAttribute, setText } from './element.ts';
import { span } from './format.ts';
import { poller } from './poller.ts';
import { rangeSwitch } from './range-switch.ts';
import { readStatus } from './read-status.ts';
import { sessionKey } from './session-key.ts';
import { simulation } from './simulation.ts';

const { pollMs = '5000', controls = '' } = document.documentElement.dataset;

let key = sessionKey.read();
let updatedAtMs: number | undefined;
let isPaused = false;
let trouble = '';

const range = rangeSwitch(() => polls.start());
const view = board(controls !== '', range);
const simulated = simulation(controls);
const polls = poller(ask, Number(pollMs));

byId('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = byId('key') as HTMLInputElement;
  setText(byId('key-problem'), '');
  key = field.value.trim();
  polls.start();
});
byId('pause').addEventListener('click', () => {
  isPaused = !isPaused;
  setAttribute(byId('pause'), 'aria-pressed', String(isPaused));
  showConnection();
  if (isPaused) {
    polls.stop();
  } else {
    polls.start();
  }
});
byId('forget').addEventListener('click', () => {
  sessionKey.forget();
  // An answer that is still under way keeps it no more.
  key = undefined;
  // What has been shown goes with it.
  location.reload();
});
setInterval(showConnection, 1000);

if (key === undefined) {
  askForKey('');
} else {
  polls.start();
}
showConnection();

/** One poll. Whether to go on. */
async function ask(): Promise<boolean> {
  const asked = key;
  if (asked === undefined) {
    return false;
  }
  const answer = await readStatus(asked, view.cursors(), range.due());
  if (asked !== key) {
    return true;
  }
  if (answer.kind === 'refused') {
    askForKey(answer.why);
    return false;
  }
  trouble = answer.kind === 'trouble' ? answer.why : '';
  if (answer.kind === 'status') {
    sessionKey.keep(asked);
    updatedAtMs = Date.now();
    byId('sign-in').hidden = true;
    byId('board').hidden = false;
    view.show(answer.status);
    await simulated.refresh();
  }
  showConnection();
  return true;
}

function askForKey(why: string): void {
  sessionKey.forget();
  key = undefined;
  byId('board').hidden = true;
  byId('sign-in').hidden = false;
  setText(byId('key-problem'), why);
  byId('key').focus();
  showConnection();
}

function showConnection(): void {
  const node = byId('connection');
  const age = updatedAtMs === undefined ? '' : `, last figures ${span(Date.now() - updatedAtMs)} ago`;
  const { state, text } = connection(age);
  setAttribute(node, 'data-state', state);
  setText(node, text);
  for (const id of ['ranges', 'pause', 'forget']) {
    byId(id).hidden = key === undefined;
  }
  const notice = byId('trouble');
  notice.hidden = trouble === '';
  setText(notice, trouble === '' ? '' : `${trouble} The page goes on asking.`);
  byId('board').toggleAttribute('data-stale', trouble !== '');
}

function connection(age: string): { readonly state: string; readonly text: string } {
  if (key === undefined) {
    return { state: 'idle', text: `${location.host}, not signed in` };
  }
  if (trouble !== '') {
    return { state: 'offline', text: `${location.host}, no answer${age}` };
  }
  if (isPaused) {
    return { state: 'paused', text: `${location.host}, paused${age}` };
  }
  return updatedAtMs === undefined
    ? { state: 'idle', text: `${location.host}, loading…` }
    : { state: 'live', text: `${location.host}, live` };
}
