import type { Command } from './command.ts';
import { drain } from './drain.ts';
import { health } from './health.ts';
import { keysCreate } from './keys-create.ts';
import { keysLimit } from './keys-limit.ts';
import { keysList } from './keys-list.ts';
import { keysRevoke } from './keys-revoke.ts';
import { latency } from './latency.ts';
import { secretsCheck } from './secrets-check.ts';
import { smoke } from './smoke.ts';
import { undrain } from './undrain.ts';

/** The commands by what the operator types. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['keys create', keysCreate],
  ['keys list', keysList],
  ['keys limit', keysLimit],
  ['keys revoke', keysRevoke],
  ['secrets check', secretsCheck],
  ['health', health],
  ['latency', latency],
  ['smoke', smoke],
  ['drain', drain],
  ['undrain', undrain],
]);
