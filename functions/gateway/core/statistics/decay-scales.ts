import type { StatisticsSettings } from '../model/gateway-config.ts';
import type { DecayScale } from './forward-decay.ts';
import type { Pace } from './paced-sums.ts';

/** The half-life of each pace. */
export type DecayScales = Readonly<Record<Pace, DecayScale>>;

/** The usual memory forgets so many times as slowly as the lasting one. */
const USUAL_HALF_LIVES = 30;
/** The half-lives of the three memories. */
export function decayScales(
  settings: Pick<StatisticsSettings, 'halfLifeSeconds' | 'recentHalfLifeSeconds'>,
): DecayScales {
  return {
    lasting: { halfLifeMs: settings.halfLifeSeconds * 1000 },
    recent: { halfLifeMs: settings.recentHalfLifeSeconds * 1000 },
    usual: { halfLifeMs: USUAL_HALF_LIVES * settings.halfLifeSeconds * 1000 },
  };
}
