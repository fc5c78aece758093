import type { Command } from './command.ts';
import { deploymentStand } from './statistics-of.ts';

/** Ends what sets a deployment aside: a drain, or an ejection for whatever reason. */
export const undrain: Command = {
  works: 'anywhere',
  summary: 'end a drain or any other ejection of a deployment; known to the fleet within seconds',
  operands: ['DEPLOYMENT'],
  options: {},
  run: async (input) => {
    const stand = deploymentStand(await input.target(), input.operands[0] ?? '');
    const was = await stand.ejection();
    if (was === undefined) {
      return {
        text: `${stand.id} was not set aside.`,
        json: { deployment: stand.id, reason: null },
      };
    }
    await stand.lift(was);
    return {
      text: `${stand.id} gets calls again. It was set aside until ${new Date(was.untilMs).toISOString()} (${was.reason}).`,
      json: { deployment: stand.id, reason: was.reason },
    };
  },
};
