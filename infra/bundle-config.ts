import { readFile, writeFile } from 'node:fs/promises';
import { isJsonObject } from '../functions/gateway/core/json.ts';

// Run while the gateway is bundled: puts the configuration beside the code, without what only the stack needs.
const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  throw new Error('usage: node infra/bundle-config.ts FROM TO');
}
const file: unknown = JSON.parse(await readFile(from, 'utf8'));
const { aws: _aws, $schema: _schema, ...config } = isJsonObject(file) ? file : {};
await writeFile(to, JSON.stringify(config));
