import * as z from 'zod';
import { configSchema } from './config-schema.ts';

/** The JSON Schema of the configuration file, for editors: the text of `infra/gateway.schema.json`. */
export function configJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`;
}
