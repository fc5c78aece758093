import { readFile, writeFile } from 'node:fs/promises';
import { checkedConfigJson } from '../functions/gateway/config/checked-config.ts';
import { problemLine } from '../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../functions/gateway/config/parse-config.ts';

// Run while a function is bundled: checks the configuration and puts it beside the code, without what only the stack needs.
const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  throw new Error('usage: node infra/bundle-config.ts FROM TO');
}
const parsed = parseConfig(JSON.parse(await readFile(from, 'utf8')));
if (parsed.kind === 'invalid') {
  throw new Error(`${from} has errors:\n${parsed.problems.map(problemLine).join('\n')}`);
}
await writeFile(to, checkedConfigJson(parsed.config));
