/** What holds for every client: it gets answers and runs loops of tool calls over each protocol, and sees no provider die. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { FakeProvider } from '../support/fake-provider.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import type { Asked, Client, RunningClient, Told } from './client.ts';

const PROTOCOLS = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'] as const satisfies ProtocolName[];

const READ: Step = { kind: 'tool-call', calls: [{ name: 'read_note', arguments: '{"path":"note.txt"}' }] };
const COUNT: Step = { kind: 'tool-call', calls: [{ name: 'count_lines', arguments: '{"path":"note.txt"}' }] };
const ANSWER: Step = { kind: 'answer', text: 'The note has one line.' };
const LOOPED: Told = { text: 'The note has one line.', ran: ['read_note', 'count_lines'] };

/** Holds one client against every protocol. */
export function clientSuite(client: Client): void {
  describe(`${client.name} (${client.versions})`, { skip: client.missing }, () => {
    let running: RunningClient;
    before(() => {
      running = client.start();
    });
    after(() => running[Symbol.dispose]());

    for (const protocol of PROTOCOLS) {
      describe(`over a provider of the ${protocol} protocol`, () => overProtocol(protocol, () => running));
    }
    for (const kind of ['loop', 'streamed loop'] as const) {
      it(`sees no failure where its provider dies in the middle of a ${kind} and others go on`, async () => {
        await survivesDeaths(running, kind);
      });
    }
  });
}

function overProtocol(protocol: ProtocolName, running: () => RunningClient): void {
  let gateway: RunningGateway<'only'>;
  before(async () => {
    gateway = await runningGateway({ fakes: { only: protocol } });
  });
  after(() => gateway.close());

  for (const kind of ['answer', 'streamed answer'] as const) {
    it(`gets a ${kind}`, async () => {
      gateway.fakes.only.script({ kind: 'answer', chunks: ['One', ' – two', ' 三'] });
      assert.deepEqual(await running().ask(asked(gateway, kind)), { text: 'One – two 三', ran: [] });
    });
  }

  for (const kind of ['loop', 'streamed loop'] as const) {
    it(`runs two tools in a ${kind} and tells their results`, async () => {
      gateway.fakes.only.script(READ, COUNT, ANSWER);
      assert.deepEqual(await running().ask(asked(gateway, kind)), LOOPED);
      assertSawTheFile(gateway.fakes.only);
    });
  }
}

/** The first provider dies before its answer, the second after it began to speak. The client asks once a turn, and so sees neither. */
async function survivesDeaths(running: RunningClient, kind: Asked['do']): Promise<void> {
  await using gateway = await runningGateway({
    fakes: { first: 'openai-responses', second: 'anthropic', third: 'gemini' },
  });
  const { first, second, third } = gateway.fakes;
  first.script(READ, { kind: 'reset', when: 'after-headers' });
  first.byDefault({ kind: 'reset', when: 'before-headers' });
  second.script(COUNT, { kind: 'reset', when: 'after-headers' });
  third.script(ANSWER);
  assert.deepEqual(await running.ask(asked(gateway, kind)), LOOPED);
  assertSawTheFile(third);
  // A thread that a client goes on with is refused before anybody is asked.
  const answered = gateway.records.filter(({ attempts }) => attempts.length > 0);
  const isStreamed = kind.startsWith('streamed');
  assert.deepEqual(
    answered.map(({ stream }) => stream),
    [isStreamed, isStreamed, isStreamed],
    'the client asked once a turn',
  );
}

function asked({ origin, key }: RunningGateway<string>, kind: Asked['do']): Asked {
  return { do: kind, origin, key, model: 'all' };
}

/** What the tools answered reached the model. */
function assertSawTheFile({ requests }: FakeProvider): void {
  assert.match(JSON.stringify(requests.at(-1)?.body), /swordfish/);
}
