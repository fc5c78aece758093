/** Claude Code does a tool loop through the gateway: it reads a file, runs a command and answers. Skipped where it cannot be installed. */
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
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';

const installed = spawnSync(fileURLToPath(new URL('../../.ci/claude-code', import.meta.url)), { encoding: 'utf8' });
const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];
const SECRET = 'The password is swordfish.';

/** What Claude Code prints, and the folder it works in. */
interface Loop {
  readonly printed: string;
}

async function run(gateway: RunningGateway<string>, folder: string, model = 'claude-fastest'): Promise<Loop> {
  const args = ['-p', 'Read note.txt, count its lines, and tell me.', '--model', model];
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    ANTHROPIC_BASE_URL: gateway.origin,
    ANTHROPIC_AUTH_TOKEN: gateway.key,
    ANTHROPIC_SMALL_FAST_MODEL: 'claude-small',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  };
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env, timeout: 90_000 };
    const allowed = ['--allowedTools', 'Read', 'Bash'];
    const child = execFile(installed.stdout.trim(), [...args, ...allowed], options, (error, printed, errors) =>
      error === null ? resolve({ printed }) : reject(new Error(`${error.message}\n${printed}\n${errors}`)),
    );
    child.stdin?.end();
  });
}

function loopSteps(folder: string): readonly Step[] {
  const file = join(folder, 'note.txt');
  return [
    { kind: 'tool-call', calls: [{ name: 'Read', arguments: JSON.stringify({ file_path: file }) }] },
    { kind: 'tool-call', calls: [{ name: 'Bash', arguments: JSON.stringify({ command: 'wc -l note.txt' }) }] },
    { kind: 'answer', text: 'The note has one line.' },
  ];
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'claude-code-'));
  writeFileSync(join(folder, 'note.txt'), `${SECRET}\n`);
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Claude Code sees both as its own models by their names. */
function routesTo(...names: readonly string[]): object {
  const route = { strategy: 'ordered', deployments: names.map(deploymentId) };
  return {
    routes: { 'claude-fastest': route, 'claude-small': { strategy: 'ordered', deployments: [deploymentId('small')] } },
  };
}

/** What the tools answered reached the model. */
function assertSawTheFile({ requests }: FakeProvider): void {
  assert.match(JSON.stringify(requests.at(-1)?.body), /swordfish/);
}

describe('Claude Code', { skip: installed.status !== 0 && installed.stderr.trim() }, () => {
  for (const protocol of PROTOCOLS) {
    it(`reads a file, runs a command and answers with a model of the ${protocol} protocol`, async () => {
      await withFolder(async (folder) => {
        await using gateway = await runningGateway({
          fakes: { main: protocol, small: 'openai' },
          config: routesTo('main'),
        });
        gateway.fakes.main.script(...loopSteps(folder));
        const { printed } = await run(gateway, folder);
        assert.match(printed, /The note has one line\./);
        assertSawTheFile(gateway.fakes.main);
      });
    });
  }

  for (const [index, dying] of PROTOCOLS.entries()) {
    const living = PROTOCOLS.at(index - 1) ?? dying;
    it(`sees no failure where a provider of the ${dying} protocol dies in the middle of the loop and one of ${living} goes on`, async () => {
      await withFolder(async (folder) => {
        await using gateway = await runningGateway({
          fakes: { main: dying, other: living, small: 'openai' },
          config: routesTo('main', 'other'),
        });
        const [read, command, answer] = loopSteps(folder);
        assert.ok(read !== undefined && command !== undefined && answer !== undefined);
        gateway.fakes.main.script(read, { kind: 'reset', when: 'after-headers' }, answer);
        gateway.fakes.other.script(command);
        const { printed } = await run(gateway, folder);
        assert.match(printed, /The note has one line\./);
        assertSawTheFile(gateway.fakes.main);
        assert.equal(gateway.fakes.other.requests.length, 1);
      });
    });
  }

  it('asks for a route of any name', async () => {
    await withFolder(async (folder) => {
      const route = { strategy: 'ordered', deployments: [deploymentId('main')] };
      await using gateway = await runningGateway({
        fakes: { main: 'openai' },
        config: { routes: { 'nemo/latency-optimized': route, 'claude-small': route } },
      });
      gateway.fakes.main.byDefault({ kind: 'answer', text: 'I am here.' });
      const { printed } = await run(gateway, folder, 'nemo/latency-optimized');
      assert.match(printed, /I am here\./);
    });
  });

  it('says why where every provider is down, and asks once', async () => {
    await withFolder(async (folder) => {
      await using gateway = await runningGateway({
        fakes: { main: 'openai', small: 'openai' },
        config: routesTo('main'),
      });
      gateway.fakes.main.byDefault({ kind: 'status', status: 503 });
      await assert.rejects(run(gateway, folder), /main\/fake-model: overloaded/);
      assert.equal(gateway.fakes.main.requests.length, 1);
    });
  });
});
