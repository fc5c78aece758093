/** Codex does a tool loop through the gateway: it reads a file, runs a command and answers. Skipped where it cannot be installed. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { FakeProvider } from '../support/fake-provider.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';

const installed = spawnSync(fileURLToPath(new URL('../../.ci/codex', import.meta.url)), { encoding: 'utf8' });
const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const READ = command('cat note.txt');
const COUNT = command('wc -l note.txt');
/** By a custom tool, which has a grammar: vendors without such tools are asked for a function of one text. */
const PATCH = `*** Begin Patch
*** Update File: note.txt
@@
-The password is swordfish.
+The password is mackerel.
*** End Patch`;
const EDIT: Step = { kind: 'tool-call', calls: [{ name: 'apply_patch', arguments: JSON.stringify({ input: PATCH }) }] };
const ANSWER: Step = { kind: 'answer', text: 'The note has one line.' };

function command(cmd: string): Step {
  return { kind: 'tool-call', calls: [{ name: 'exec_command', arguments: JSON.stringify({ cmd }) }] };
}

/** What Codex printed, and what its folder's note says then. */
interface Done {
  readonly printed: string;
  readonly note: string;
}

/** What Codex prints in a folder of its own, with a provider that is this gateway. */
async function printedBy(gateway: RunningGateway<string>): Promise<string> {
  const provider = `{name="nemo",base_url="${gateway.baseUrl}",env_key="NEMO_KEY",wire_api="responses"}`;
  const settings = ['-c', 'model_provider="nemo"', '-c', `model_providers.nemo=${provider}`];
  const { printed } = await doneBy(gateway, ['-m', 'all', ...settings]);
  return printed;
}

async function doneBy({ key }: RunningGateway<string>, settings: readonly string[]): Promise<Done> {
  const folder = mkdtempSync(join(tmpdir(), 'codex-'));
  const note = join(folder, 'note.txt');
  writeFileSync(note, 'The password is swordfish.\n');
  const free = ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
  const args = ['exec', ...free, ...settings, 'Read note.txt, count its lines, and tell me.'];
  const env = { PATH: process.env.PATH, HOME: folder, NEMO_KEY: key, CODEX_API_KEY: key };
  const options = { cwd: folder, timeout: 60_000, env };
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  const child = execFile(installed.stdout.trim(), args, options, (error, printed, errors) =>
    error === null
      ? resolve({ printed, note: readFileSync(note, 'utf8') })
      : reject(new Error(`${error.message}\n${errors}`)),
  );
  child.stdin?.end();
  return promise.finally(() => rmSync(folder, { recursive: true, force: true }));
}

/** What the commands printed reached the model. */
function assertSawTheFile({ requests }: FakeProvider): void {
  assert.match(JSON.stringify(requests.at(-1)?.body), /swordfish/);
}

describe('Codex', { skip: installed.status !== 0 && installed.stderr.trim() }, () => {
  for (const protocol of PROTOCOLS) {
    it(`reads a file, runs a command and answers with a model of the ${protocol} protocol`, async () => {
      await using gateway = await runningGateway({ fakes: { only: protocol } });
      gateway.fakes.only.script(READ, COUNT, ANSWER);
      assert.match(await printedBy(gateway), /The note has one line\./);
      assertSawTheFile(gateway.fakes.only);
    });
  }

  for (const protocol of PROTOCOLS.filter((name) => name !== 'openai-responses')) {
    it(`edits a file by a custom tool, from its own provider at another address, with a model of the ${protocol} protocol`, async () => {
      const route = { strategy: 'ordered', deployments: [deploymentId('only')] };
      await using gateway = await runningGateway({
        fakes: { only: protocol },
        config: { routes: { 'gpt-5.5': route } },
      });
      gateway.fakes.only.script(EDIT, ANSWER);
      const { note } = await doneBy(gateway, ['-m', 'gpt-5.5', '-c', `openai_base_url="${gateway.baseUrl}"`]);
      assert.equal(note, 'The password is mackerel.\n');
      assert.deepEqual(
        gateway.records.map(({ status }) => status),
        [426, 200, 200],
        'one try of a WebSocket, then HTTP',
      );
    });
  }

  for (const [index, dying] of PROTOCOLS.entries()) {
    const living = PROTOCOLS.at(index - 1) ?? dying;
    it(`asks once a turn where a provider of the ${dying} protocol dies in the middle of the loop and one of ${living} goes on`, async () => {
      await using gateway = await runningGateway({ fakes: { main: dying, other: living } });
      gateway.fakes.main.script(READ, { kind: 'reset', when: 'after-headers' }, ANSWER);
      gateway.fakes.other.script(COUNT);
      assert.match(await printedBy(gateway), /The note has one line\./);
      assertSawTheFile(gateway.fakes.main);
      assert.equal(gateway.fakes.other.requests.length, 1);
      await gateway.record(2);
      assert.equal(gateway.records.length, 3);
    });
  }

  it('asks again for a turn whose answer broke off after its first words, and ends', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'anthropic' } });
    gateway.fakes.only.script(READ, { kind: 'cut', chunks: ['The note', ' has'], afterChunks: 1 }, COUNT, ANSWER);
    assert.match(await printedBy(gateway), /The note has one line\./);
    assertSawTheFile(gateway.fakes.only);
    assert.equal(gateway.fakes.only.requests.length, 4);
  });

  it('asks once where every provider is down, and says why', async () => {
    await using gateway = await runningGateway({ fakes: { one: 'openai-responses', two: 'anthropic' } });
    gateway.fakes.one.byDefault({ kind: 'status', status: 503 });
    gateway.fakes.two.byDefault({ kind: 'status', status: 529 });
    await assert.rejects(printedBy(gateway), /overloaded/);
    assert.equal(gateway.records.length, 1);
  });
});
