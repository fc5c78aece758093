/** The pages' programs for clients that `npm test` does not have. Those whose clients cannot be installed are skipped. */
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { answered, type RunningGateway, startGatewayForSnippets } from '../documents/running-gateway.ts';
import { clientsIn, placeOf, programUpTo, snippetsIn } from '../documents/snippets.ts';

const python = installed('python-clients');
const node = installed('node-clients');

describe('against a running gateway,', () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await startGatewayForSnippets();
  });
  after(() => gateway.close());

  for (const snippet of snippetsIn('python', 'js').filter((one) => clientsIn(one).length > 0)) {
    const isPython = snippet.language === 'python';
    const name = `the program of ${placeOf(snippet)} for ${clientsIn(snippet).join(' and ')} prints an answer`;
    it(name, { skip: isPython ? python.missing : node.missing }, async () => {
      const [program, args, folder] = isPython
        ? [python.path, ['-c'], undefined]
        : [process.execPath, ['--input-type=module', '-e'], node.path];
      answered(await gateway.run(program, args, programUpTo(snippet), folder), snippet);
    });
  }
});

/** Where the clients are, or why they are not. The first call on a machine installs them. */
function installed(name: string): { readonly path: string; readonly missing: string | false } {
  const script = fileURLToPath(new URL(`../../.ci/${name}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(script, { encoding: 'utf8' });
  return { path: stdout.trim(), missing: status !== 0 && stderr.trim() };
}
