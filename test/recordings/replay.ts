/**
 * Replays a folder of recorded vendor traffic through the running gateway and the official client:
 * `npm run test:recordings -- FOLDER [CAPTURES]`. Each recording is asked for as a stream, as one body and as a stream cut into small pieces.
 * What clients sent to Anthropic, also in a second folder of captured requests, arrives there as it was sent; captured requests are answered
 * over every protocol.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { typeErrors } from '../support/typed-bodies.ts';
import { askPlain, askStreamed, askWithHelper, type ChatAsk, type Seen } from './asked-gateway.ts';
import { replayCaptures } from './captures.ts';
import { chatRequestFor } from './chat-request-for.ts';
import { assertAgree, assertSdkAgrees, assertSeen } from './checks.ts';
import { assertDecodesAnyPieces } from './decoded-pieces.ts';
import { replayEmbeddings } from './embeddings-replay.ts';
import { assertEncodesForEveryVendor, assertPassesResponses } from './encoded-requests.ts';
import type { Expectation } from './expectation.ts';
import { expectedAnswer } from './expected-answer.ts';
import { assertArrivesAsSent, assertSaysTheSame, capturedBodies } from './own-words.ts';
import { type Recording, readRecordings } from './recording.ts';
import { type ReplayedGateway, startReplayedGateway } from './replayed-gateway.ts';
import { assertSameOutput } from './responses-output.ts';
import { typedRecording } from './typed-recording.ts';

const USAGE = 'Usage: npm run test:recordings -- FOLDER [CAPTURES]\n';
const [, , folder, captures] = process.argv;
if (folder === '--help') {
  process.stdout.write(USAGE);
  process.exit();
}
if (folder === undefined || !existsSync(join(folder, 'manifest.json'))) {
  const found = folder === undefined ? 'No folder was given.' : `There is no manifest.json in ${resolve(folder)}.`;
  process.stderr.write(`${found}\n${USAGE}`);
  process.exit(2);
}

const recordings = readRecordings(folder);
const gateway = await startReplayedGateway(recordings);
after(() => gateway.close());

for (const [index, recording] of recordings.entries()) {
  replay(gateway, recording, index);
}

it('recorded requests go to other vendors in the types of their SDKs', async () => {
  const bodies = recordings.flatMap(({ id, use, request }) =>
    use.kind === 'chat' && request !== undefined ? typedRecording(id, use.protocol, request) : [],
  );
  assert.deepEqual(await typeErrors(bodies), []);
});

if (captures === undefined || !existsSync(captures)) {
  it('captured requests arrive as they were sent', { skip: 'no folder of captures was given' }, () => undefined);
} else {
  for (const { name, body } of capturedBodies(captures)) {
    it(`${name}: its request reaches Anthropic as it was sent`, () => assertArrivesAsSent(body));
  }
  replayCaptures(captures);
}

function replay(through: ReplayedGateway, recording: Recording, index: number): void {
  const { id, use, tier, request } = recording;
  switch (use.kind) {
    case 'skipped':
      it(id, { skip: use.reason }, () => undefined);
      return;
    case 'embeddings':
      replayEmbeddings(through, recording, index);
      return;
    case 'chat':
      replayChat(through, recording, index);
      if (use.protocol === 'openai' && tier === 1 && Array.isArray(request?.messages)) {
        it(`${id}: its request can be encoded for every vendor`, () => assertEncodesForEveryVendor(request));
      }
      if (use.protocol === 'anthropic') {
        replayInOwnWords(recording);
      }
      if (use.protocol === 'openai-responses') {
        replayResponses(through, recording, index);
      }
  }
}

function replayInOwnWords(recording: Recording): void {
  const { id, request, status } = recording;
  if (request !== undefined && status < 300) {
    it(`${id}: its request reaches Anthropic as it was sent`, () => assertArrivesAsSent(request));
  }
  if (status < 300) {
    it(`${id}: its answer says the same to a caller of Anthropic's`, () => assertSaysTheSame(recording));
  }
}

/** What a caller of the Responses API sends, and gets of a vendor that speaks it too. */
function replayResponses({ client, model }: ReplayedGateway, recording: Recording, index: number): void {
  const { id, request, status } = recording;
  if (request !== undefined) {
    it(`${id}: its request reaches the same API without loss`, () => assertPassesResponses(request));
  }
  if (status < 300 && expectedAnswer(recording).kind === 'answer') {
    it(`${id}: its items reach a caller of the same API as they are`, async () => {
      await assertSameOutput(client, model(index, 'whole'), recording);
    });
  }
}

function replayChat({ client, model }: ReplayedGateway, recording: Recording, index: number): void {
  describe(recording.id, () => {
    const expected = expectedAnswer(recording);
    const request = (form: 'whole' | 'cut'): ChatAsk => chatRequestFor(recording, model(index, form));

    it('is read by the vendor as it is read here', () => assertSdkAgrees(recording.sdkOutcome, expected));

    it('reaches a caller who asks for a stream', async () => {
      assertSeen(await askStreamed(client, request('whole')), expected);
    });

    it('reaches a caller who asks for one body', async () => {
      assertSeen(await askPlain(client, request('whole')), expected);
    });

    it('is the same as a stream, as one body and as a stream in small pieces', async () => {
      const plain = await askPlain(client, request('whole'));
      assertAgree(plain, await askStreamed(client, request('whole')));
      assertAgree(plain, await askStreamed(client, request('cut')));
      assertAgree(plain, await askPlain(client, request('cut')));
    });

    if (expected.kind === 'answer') {
      it("satisfies the client's own stream helper", async () => {
        const seen = await askWithHelper(client, request('cut'));
        assertSeen(withoutReasoning(seen), withoutReasoning(expected));
      });
    }

    if (recording.status < 300) {
      it('decodes to the same wherever its bytes are cut', () => assertDecodesAnyPieces(recording));
    }
  });
}

/** The helper joins only what it knows. */
function withoutReasoning<Answer extends Seen | Expectation>(answer: Answer): Answer {
  return answer.kind === 'failure'
    ? answer
    : { ...answer, choices: answer.choices.map((choice) => ({ ...choice, reasoning: '' })) };
}

assert.ok(recordings.length > 0, 'The folder has no recordings.');
