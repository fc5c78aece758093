/** Codex does a tool loop through the gateway: it reads a file, runs a command and answers. Skipped where it cannot be installed. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { FakeProvider } from '../support/fake-provider.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';

const installed = spawnSync(fileURLToPath(new URL('../../.ci/codex', import.meta.url)), { encoding: 'utf8' });
const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const READ = command('cat note.txt');
const COUNT = command('wc -l note.txt');
const ANSWER: Step = { kind: 'answer', text: 'The note has one line.' };

function command(cmd: string): Step {
  return { kind: 'tool-call', calls: [{ name: 'exec_command', arguments: JSON.stringify({ cmd }) }] };
}

/** What Codex prints in a folder of its own, with a provider that is this gateway. */
async function printedBy({ baseUrl, key }: RunningGateway<string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'codex-'));
  writeFileSync(join(folder, 'note.txt'), 'The password is swordfish.\n');
  const provider = `{name="nemo",base_url="${baseUrl}",env_key="NEMO_KEY",wire_api="responses"}`;
  const settings = ['-c', 'model_provider="nemo"', '-c', `model_providers.nemo=${provider}`];
  const free = ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
  const args = ['exec', ...free, '-m', 'all', ...settings, 'Read note.txt, count its lines, and tell me.'];
  const options = { cwd: folder, timeout: 60_000, env: { PATH: process.env.PATH, HOME: folder, NEMO_KEY: key } };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(installed.stdout.trim(), args, options, (error, printed, errors) =>
    error === null ? resolve(printed) : reject(new Error(`${error.message}\n${errors}`)),
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
});
