import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import { type FakeProvider, startFakeProvider } from '../../support/fake-provider.ts';
import { pythonWithSdks } from '../../support/python-sdks.ts';

const START = new URL('../../../infra/local/start.ts', import.meta.url).pathname;
const READY = /JavaScript:[\s\S]*content\);\n/;
const HELLO = { model: 'nemo/latency-optimized', messages: [{ role: 'user' as const, content: 'Hello' }] };

const PYTHON = pythonWithSdks();

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'nemo-start-'));
});
after(() => rmSync(folder, { recursive: true }));

describe('npm start without any credential', { timeout: 60_000 }, () => {
  let program: Program;
  let openai: OpenAI;
  const metricsFile = (): string => join(folder, 'metrics.log');

  before(async () => {
    program = run([], { NEMO_METRICS_FILE: metricsFile() });
    await program.says(READY);
    openai = new OpenAI({
      baseURL: said(program, /base URL +(\S+)/),
      apiKey: said(program, /API key +(\S+)/),
      maxRetries: 0,
    });
  });
  after(() => program.stop());

  it('prints the base URL, a key, a curl line and snippets, and says plainly that the providers are simulated', () => {
    const output = program.output();
    assert.match(output, /base URL +http:\/\/127\.0\.0\.1:\d+\/v1\n/);
    assert.match(output, /API key +nemo_[\w-]{49}\n/);
    assert.match(output, /live page +http:\/\/127\.0\.0\.1:\d+\/#key=nemo_[\w-]{49}\n/);
    assert.match(output, /curl -N http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions -H "Authorization: Bearer nemo_/);
    assert.match(output, /OpenAI\(base_url="http:\/\/127\.0\.0\.1:\d+\/v1", api_key="nemo_/);
    assert.match(output, /SIMULATED/);
    assert.ok(output.includes(metricsFile()));
  });

  it('warns of nothing: there is nothing that its reader could mend', () => {
    assert.equal(program.errors(), '');
  });

  it('serves the live page at the printed address, and its data to the printed key alone', async () => {
    const [address = '', key = ''] = /live page +(\S+)#key=(\S+)/.exec(program.output())?.slice(1) ?? [];
    assert.match(await (await fetch(address)).text(), /^<!doctype html>/);
    assert.equal((await fetch(`${address}status`)).status, 401);
    assert.equal((await fetch(`${address}status`, { headers: { authorization: `Bearer ${key}` } })).status, 200);
  });

  it('serves a stream with the printed key, and prints a line about it', async () => {
    let text = '';
    for await (const chunk of await openai.chat.completions.create({ ...HELLO, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
    assert.match(text, /simulated/i);
    await program.says(/^200 nemo\/latency-optimized => \w+\/simulated-\S+ {2}ttft \d+ ms {2}total \d+ ms {2}direct/m);
  });

  it('serves what the printed curl line asks for', async () => {
    const [, url = '', key = '', body = ''] =
      /curl -N (\S+) -H "Authorization: (Bearer \S+)"[\s\S]*?-d '(.*)'/.exec(program.output()) ?? [];
    const response = await fetch(url, { method: 'POST', headers: { authorization: key }, body });
    assert.equal(response.status, 200);
    assert.match(await response.text(), /data: \[DONE\]\n\n$/);
  });

  it('prints JavaScript that prints an answer', async () => {
    const [, snippet = ''] = /JavaScript:\n([\s\S]*content\);)/.exec(program.output()) ?? [];
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', snippet]);
    assert.match(stdout, /simulated-\S+ This is a simulated answer/);
  });

  it('prints Python that prints an answer', { skip: PYTHON.missing }, async () => {
    const [, snippet = ''] = /Python:\n([\s\S]*?\))\n\n/.exec(program.output()) ?? [];
    const { stdout } = await promisify(execFile)(PYTHON.path, ['-c', snippet.replaceAll(/^ {2}/gm, '')]);
    assert.match(stdout, /simulated-\S+ This is a simulated answer/);
  });

  it('serves embeddings, Responses and Messages too, with tools and structured answers', async () => {
    const { data } = await openai.embeddings.create({ model: 'nemo/embeddings', input: ['Hello', 'Good bye'] });
    assert.equal(data.length, 2);

    const weather = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const response = await openai.responses.create({
      model: 'nemo/latency-optimized',
      input: 'Use the tool weather',
      tools: [{ type: 'function', name: 'weather', parameters: weather, strict: false }],
    });
    const call = response.output.find((item) => item.type === 'function_call');
    assert.equal(call?.name, 'weather');
    const structured = await openai.responses.create({
      model: 'nemo/latency-optimized',
      input: 'Where?',
      text: { format: { type: 'json_schema', name: 'weather', schema: weather, strict: false } },
    });
    assert.equal(typeof JSON.parse(structured.output_text).city, 'string');

    const anthropic = new Anthropic({ baseURL: new URL(openai.baseURL).origin, apiKey: openai.apiKey, maxRetries: 0 });
    const message = await anthropic.messages.create({
      model: 'nemo/latency-optimized',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Use the tool weather' }],
      tools: [{ name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }],
    });
    assert.equal(message.stop_reason, 'tool_use');
  });

  it('serves no other key', async () => {
    const response = await fetch(`${openai.baseURL}/models`, { headers: { authorization: 'Bearer nemo_other' } });
    assert.equal(response.status, 401);
  });

  it('fails over within the call when a provider is taken down by its URL, and shows the others what is up', async () => {
    const controls = `${new URL(openai.baseURL).origin}/local/providers`;
    await take(controls, 'google', 'down');
    await take(controls, 'anthropic', 'down');
    const routings: (string | null)[] = [];
    for (let call = 0; call < 4; call++) {
      const { data, response } = await openai.chat.completions
        .create({ ...HELLO, model: 'nemo/ordered' })
        .withResponse();
      assert.match(data.model, /^openai\//);
      routings.push(response.headers.get('x-nemo-routing'));
    }
    assert.deepEqual([...new Set(routings)], ['direct']);
    await take(controls, 'openai', 'down');
    await take(controls, 'anthropic', 'healthy');
    const { data, response } = await openai.chat.completions.create({ ...HELLO, model: 'nemo/ordered' }).withResponse();
    assert.match(data.model, /^anthropic\//);
    assert.equal(response.headers.get('x-nemo-routing'), 'fallback');
    await program.says(/openai\/simulated-gpt unreachable \(\w+\) \d+ ms -> anthropic\/simulated-claude served/);
    for (const vendor of ['openai', 'anthropic', 'google']) {
      await take(controls, vendor, 'healthy');
    }
  });

  it('says at the controls what they take, and heeds no web page', async () => {
    const controls = `${new URL(openai.baseURL).origin}/local/providers`;
    const wrong = await fetch(`${controls}/openai/broken`, { method: 'POST' });
    assert.equal(wrong.status, 404);
    assert.match(await wrong.text(), /healthy, slow, down/);
    const page = await fetch(`${controls}/openai/down`, { method: 'POST', headers: { origin: 'http://evil.example' } });
    assert.equal(page.status, 405);
    const state = await fetch(controls);
    assert.deepEqual(await state.json(), {
      openai: { kind: 'healthy' },
      anthropic: { kind: 'healthy' },
      google: { kind: 'healthy' },
    });
  });

  it('makes traffic of its own when asked to, until told to stop', async () => {
    const load = `${new URL(openai.baseURL).origin}/local/load`;
    const started = await fetch(`${load}/start`, { method: 'POST' });
    assert.match(await started.text(), /"running":true/);
    const served = program.output().split('\n200 nemo/latency-optimized => ').length - 1;
    await program.says(new RegExp(`(?:^200 nemo/latency-optimized => [\\s\\S]*?){${served + 2}}`, 'm'));
    const stopped = await fetch(`${load}/stop`, { method: 'POST' });
    assert.match(await stopped.text(), /"running":false/);
  });

  it('ends cleanly at Ctrl-C: a stream that ends in time is whole, and all metrics are in the file', async () => {
    const stream = await openai.chat.completions.create({ ...HELLO, stream: true });
    const reasons: (string | null | undefined)[] = [];
    for await (const chunk of stream) {
      if (reasons.length === 0) {
        program.interrupt();
      }
      reasons.push(chunk.choices[0]?.finish_reason);
    }
    assert.ok(reasons.includes('stop'));
    assert.deepEqual(await program.ended, { code: 0, signal: null });
    const lines = readFileSync(metricsFile(), 'utf8').trimEnd().split('\n');
    const metrics = lines.map((line) => JSON.parse(line));
    for (const line of metrics) {
      assertEmbeddedMetrics(line);
    }
    const names = new Set(metrics.flatMap((line) => Object.keys(line)));
    for (const name of ['InvocationLatency', 'TimeToFirstToken', 'GatewayOverhead', 'OutputTokenCount', 'Failovers']) {
      assert.ok(names.has(name), `${name} is in the file`);
    }
    assert.equal(program.errors(), '');
  });
});

describe('npm start with a configuration file', { timeout: 60_000 }, () => {
  let fake: FakeProvider;
  before(async () => {
    fake = await startFakeProvider('anthropic');
  });
  after(() => fake.close());

  it('calls its providers with the credentials of the environment, and simulates nothing', async () => {
    const file = write('good.json', {
      providers: { mine: { protocol: 'anthropic', baseUrl: fake.baseUrl, apiKey: 'MY_KEY' } },
      deployments: { 'mine/some-model': { provider: 'mine', model: 'some-model' } },
      routes: { chat: { strategy: 'ordered', deployments: ['mine/some-model'] } },
    });
    for (const [args, environment] of [
      [['--config', file], {}],
      [[], { NEMO_CONFIG: file }],
    ] as const) {
      const program = run(args, { ...environment, MY_KEY: 'key-of-mine', NEMO_KEY: 'a-key-of-my-choice' });
      await program.says(READY);
      assert.ok(!program.output().includes('SIMULATED'));
      const openai = new OpenAI({ baseURL: said(program, /base URL +(\S+)/), apiKey: 'a-key-of-my-choice' });
      const answer = await openai.chat.completions.create({ ...HELLO, model: 'chat' });
      assert.equal(answer.choices[0]?.message.content, 'Hello from the fake.');
      assert.equal(fake.requests.at(-1)?.headers['x-api-key'], 'key-of-mine');
      assert.ok(!program.output().includes('key-of-mine'));
      program.interrupt();
      assert.deepEqual(await program.ended, { code: 0, signal: null });
    }
  });

  it('says once that a provider cannot be reached from here', async () => {
    const file = write('unreachable.json', {
      providers: { mine: { protocol: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'MY_KEY' } },
      deployments: { 'mine/some-model': { provider: 'mine', model: 'some-model' } },
      routes: { chat: { strategy: 'ordered', deployments: ['mine/some-model'] } },
    });
    const program = run(['--config', file], { MY_KEY: 'key-of-mine', NEMO_KEY: 'mine' });
    await program.says(READY);
    const openai = new OpenAI({ baseURL: said(program, /base URL +(\S+)/), apiKey: 'mine', maxRetries: 0 });
    for (let call = 0; call < 2; call++) {
      await assert.rejects(openai.chat.completions.create({ ...HELLO, model: 'chat' }), { status: 502 });
    }
    program.interrupt();
    await program.ended;
    const told = program.errors().match(/The provider "mine" cannot be reached from this machine \(ECONNREFUSED\)/g);
    assert.equal(told?.length, 1, program.errors());
  });

  const WRONG: Readonly<Record<string, readonly [content: unknown, says: RegExp]>> = {
    'a typo in a key': [{ providers: {}, deployments: {}, rutes: {} }, /wrong\.json cannot be used:\n.*\brutes\b.*/],
    'a typo deep inside': [
      {
        providers: { mine: { protocol: 'openai' } },
        deployments: { 'mine/a': { provider: 'mine', model: 'a', inputPrize: 1 } },
      },
      /deployments\["mine\/a"\].*inputPrize.*inputPrice/,
    ],
    'a protocol that is none': [
      { providers: { mine: { protocol: 'opnai' } }, deployments: {} },
      /providers\.mine\.protocol.*"openai"/,
    ],
    'a deployment of no provider': [
      {
        providers: { mine: { protocol: 'openai' } },
        deployments: { 'mine/a': { provider: 'mein', model: 'a' } },
      },
      /deployments\["mine\/a"\]\.provider.*mein.*mine/,
    ],
    'broken JSON': ['{ "providers": { ', /wrong\.json is not JSON: .*position \d+/],
    'nothing in it': ['', /wrong\.json is not JSON/],
  };

  for (const [name, [content, says]] of Object.entries(WRONG)) {
    it(`with ${name} ends with code 1 and names the place, before anything listens`, async () => {
      const program = run(['--config', write('wrong.json', content)], {});
      assert.deepEqual(await program.ended, { code: 1, signal: null });
      assert.match(program.errors(), says);
      assertNoTrace(program);
      assert.equal(program.output(), '');
    });
  }

  it('that is not there, or a folder, ends with code 1 and names the file', async () => {
    for (const file of [join(folder, 'absent.json'), folder]) {
      const program = run([], { NEMO_CONFIG: file });
      assert.deepEqual(await program.ended, { code: 1, signal: null });
      assert.ok(program.errors().startsWith(`${file} cannot be read: `), program.errors());
      assertNoTrace(program);
    }
  });
});

describe('npm start that cannot', { timeout: 60_000 }, () => {
  it('listen at a port that is taken ends with code 1 and says how to choose another', async (test) => {
    const other = createServer().listen(0, '127.0.0.1');
    test.after(() => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const program = run([], { PORT: port });
    assert.deepEqual(await program.ended, { code: 1, signal: null });
    assert.match(program.errors(), new RegExp(`Port ${port} is taken.*PORT=`));
    assertNoTrace(program);
  });

  it('make sense of PORT ends with code 1 and says what it may be', async () => {
    for (const port of ['http', '65536']) {
      const program = run([], { PORT: port });
      assert.deepEqual(await program.ended, { code: 1, signal: null });
      assert.match(program.errors(), /PORT must be a whole number from 0 to 65535/);
      assertNoTrace(program);
    }
  });

  it('send NEMO_KEY as it is ends with code 1 and says what it may have, without the key', async () => {
    for (const key of ['a key', 'schlüssel', 'a#b']) {
      const program = run([], { NEMO_KEY: key });
      assert.deepEqual(await program.ended, { code: 1, signal: null });
      assert.match(program.errors(), /^NEMO_KEY may have letters, digits and \. _ ~ - only/);
      assert.ok(!program.errors().includes(key));
      assertNoTrace(program);
    }
  });

  it('find anything in NEMO_KEY makes a key', async (test) => {
    const program = run([], { NEMO_KEY: '' });
    test.after(() => program.stop());
    await program.says(READY);
    assert.match(program.output(), /API key +nemo_[\w-]{49}\n/);
  });

  it('make sense of an option ends with code 1 and names the one that there is', async () => {
    const program = run(['--port', '1'], {});
    assert.deepEqual(await program.ended, { code: 1, signal: null });
    assert.match(program.errors(), /--config FILE/);
    assertNoTrace(program);
  });

  it('write the metrics says so and serves on', async () => {
    const program = run([], { NEMO_METRICS_FILE: join(folder, 'no', 'such', 'folder') });
    await program.says(READY);
    const openai = new OpenAI({ baseURL: said(program, /base URL +(\S+)/), apiKey: said(program, /API key +(\S+)/) });
    const answer = await openai.chat.completions.create(HELLO);
    assert.equal(answer.choices[0]?.finish_reason, 'stop');
    assert.match(program.errors(), /NEMO_METRICS_FILE/);
    program.interrupt();
    assert.deepEqual(await program.ended, { code: 0, signal: null });
  });
});

/** `npm start` as a child process. */
interface Program {
  readonly output: () => string;
  readonly errors: () => string;
  /** Resolves when the output so far matches; rejects when the program ends without it. */
  readonly says: (pattern: RegExp) => Promise<void>;
  /** Ctrl-C. */
  readonly interrupt: () => void;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Ends it where it still runs. */
  readonly stop: () => Promise<void>;
}

function run(args: readonly string[], environment: Readonly<Record<string, string>>): Program {
  const env = {
    ...COMPILE_CACHE,
    PORT: '0',
    NEMO_METRICS_FILE: join(folder, 'other-metrics.log'),
    ...environment,
  };
  const child = spawn(process.execPath, [START, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collected(child.stdout);
  const errors = collected(child.stderr);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    output,
    errors,
    says: (pattern) => untilMatch(child, { pattern, output, errors }),
    interrupt: () => void child.kill('SIGINT'),
    ended,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function collected(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  return () => text;
}

function untilMatch(
  child: ChildProcess,
  { pattern, output, errors }: { readonly pattern: RegExp } & Pick<Program, 'output' | 'errors'>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (pattern.test(output())) {
        resolve();
      }
    };
    child.stdout?.on('data', look);
    child.once('close', () => reject(new Error(`It never said ${pattern}:\n${output()}\n${errors()}`)));
    look();
  });
}

function said(program: Program, pattern: RegExp): string {
  const [, found] = pattern.exec(program.output()) ?? [];
  assert.ok(found, `${pattern} in ${program.output()}`);
  return found;
}

async function take(controls: string, vendor: string, condition: string): Promise<void> {
  const response = await fetch(`${controls}/${vendor}/${condition}`, { method: 'POST' });
  assert.equal(response.status, 200);
  const state = await response.text();
  assert.match(state, new RegExp(`"${vendor}":\\{"kind":"${condition}"`));
}

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** People are told what to change, not where in our code it was noticed. */
function assertNoTrace(program: Program): void {
  assert.ok(!/\n\s+at /.test(program.errors()), program.errors());
}

/** Source: AWS, "Specification: embedded metric format". */
function assertEmbeddedMetrics(line: Record<string, unknown>): void {
  const about = line._aws as { Timestamp: number; CloudWatchMetrics: MetricDirective[] };
  assert.ok(Number.isInteger(about.Timestamp));
  for (const { Namespace, Dimensions, Metrics } of about.CloudWatchMetrics) {
    assert.equal(Namespace, 'NemoRouter');
    for (const name of Dimensions.flat()) {
      assert.equal(typeof line[name], 'string', `dimension ${name}`);
    }
    for (const { Name } of Metrics) {
      assert.ok(Number.isFinite(line[Name]), `metric ${Name}`);
    }
  }
}

interface MetricDirective {
  readonly Namespace: string;
  readonly Dimensions: string[][];
  readonly Metrics: { readonly Name: string }[];
}
