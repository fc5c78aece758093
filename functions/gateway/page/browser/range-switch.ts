import type { RangeName } from '../../core/status/range-figures.ts';
import { byId, element, setAttribute } from './element.ts';

/** The ranges, as they are called. */
export const RANGE_TEXT: Readonly<Record<RangeName, string>> = { '5m': '5 minutes', '1h': '1 hour', '24h': '24 hours' };

/** How many polls lie between two questions for the past of a range: what changes slowly is asked for seldom. */
const POLLS_BETWEEN: Readonly<Record<RangeName, number>> = { '5m': 2, '1h': 10, '24h': 60 };

/** The range that the reader has chosen. */
export interface RangeSwitch {
  readonly read: () => RangeName;
  /** The range to ask for with this poll; `undefined` where what is known of it is fresh enough. */
  readonly due: () => RangeName | undefined;
}

/** The buttons of the ranges. `onChange` is called when another one is chosen. */
export function rangeSwitch(onChange: () => void): RangeSwitch {
  let chosen: RangeName = '5m';
  let pollsLeft = 0;
  const buttons = (Object.keys(RANGE_TEXT) as readonly RangeName[]).map((name) => {
    const button = element('button', { type: 'button' }, RANGE_TEXT[name]);
    button.addEventListener('click', () => {
      chosen = name;
      pollsLeft = 0;
      showChosen();
      onChange();
    });
    return { name, button };
  });
  const showChosen = (): void => {
    for (const { name, button } of buttons) {
      setAttribute(button, 'aria-pressed', String(name === chosen));
    }
  };
  byId('ranges').append(...buttons.map(({ button }) => button));
  showChosen();
  return {
    read: () => chosen,
    due: () => {
      const isDue = pollsLeft === 0;
      pollsLeft = isDue ? POLLS_BETWEEN[chosen] - 1 : pollsLeft - 1;
      return isDue ? chosen : undefined;
    },
  };
}
