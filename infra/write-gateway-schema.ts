import { writeFile } from 'node:fs/promises';
import { configJsonSchema } from '../functions/gateway/config/config-json-schema.ts';

// `npm run schema`: run it after a change of the configuration's schema.
await writeFile(new URL('gateway.schema.json', import.meta.url), configJsonSchema());
