import type { Command } from './command.ts';
import { costs } from './costs.ts';
import { drain } from './drain.ts';
import { health } from './health.ts';
import { importLiteLlmFile } from './import-litellm.ts';
import { keysCreate } from './keys-create.ts';
import { keysLimit } from './keys-limit.ts';
import { keysList } from './keys-list.ts';
import { keysRevoke } from './keys-revoke.ts';
import { latency } from './latency.ts';
import { logs } from './logs.ts';
import { models } from './models.ts';
import { preflight } from './preflight.ts';
import { secretsCheck } from './secrets-check.ts';
import { secretsSet } from './secrets-set.ts';
import { smoke } from './smoke.ts';
import { undrain } from './undrain.ts';

/** The commands by what the operator types. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['keys create', keysCreate],
  ['keys list', keysList],
  ['keys limit', keysLimit],
  ['keys revoke', keysRevoke],
  ['secrets check', secretsCheck],
  ['secrets set', secretsSet],
  ['models', models],
  ['preflight', preflight],
  ['logs', logs],
  ['costs', costs],
  ['health', health],
  ['latency', latency],
  ['smoke', smoke],
  ['drain', drain],
  ['undrain', undrain],
  ['import litellm', importLiteLlmFile],
]);
