import { type Command, optionText, UsageError } from './command.ts';
import { lengthOfTimeMs } from './length-of-time.ts';
import { deploymentStand } from './statistics-of.ts';

const DEFAULT_FOR = '1h';
/** The item of an ejection is kept for an hour after its end; longer ones belong in the configuration. */
const MOST_MS = 7 * 86_400_000;

/** Sets a deployment aside by hand. Calls under way end as they are; a probe looks when the time is over. */
export const drain: Command = {
  works: 'anywhere',
  summary: 'send a deployment no calls for a while, as if it were ejected; known to the fleet within seconds',
  operands: ['DEPLOYMENT'],
  options: { for: { value: 'TIME', help: `how long, as 2h or 30m; ${DEFAULT_FOR} where it is not given` } },
  run: async (input) => {
    const text = optionText(input.options, 'for') ?? DEFAULT_FOR;
    const lengthMs = lengthOfTimeMs(text);
    if (lengthMs === undefined || lengthMs <= 0 || lengthMs > MOST_MS) {
      throw new UsageError(`--for must be a time up to 7d, as 2h or 30m; it is ${JSON.stringify(text)}.`);
    }
    const stand = deploymentStand(await input.target(), input.operands[0] ?? '');
    await stand.eject({ untilMs: Date.now() + lengthMs, level: 1, reason: 'drained' });
    // An ejection that ends later stays as it is.
    const ejection = await stand.ejection();
    const until = new Date(ejection?.untilMs ?? 0).toISOString();
    return {
      text: `${stand.id} gets no calls until ${until}, but where a route has nobody else. nemo undrain ends it sooner.`,
      json: { deployment: stand.id, until, reason: ejection?.reason ?? null },
    };
  },
};
