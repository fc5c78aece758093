import { writeFile } from 'node:fs/promises';
import { assemblePage } from '../functions/gateway/page/assemble-page.ts';

// Run while the gateway is bundled: puts the live page beside the code, from where it is read only if the configuration turns it on.
const [to] = process.argv.slice(2);
if (to === undefined) {
  throw new Error('usage: node infra/bundle-page.ts TO');
}
await writeFile(to, assemblePage());
