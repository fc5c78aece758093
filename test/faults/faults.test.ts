import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { arrayMember, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../infra/local/local-dynamodb.ts';
import { FAULTS, type Fault, type Outcome, WHOLE } from './fault-table.ts';
import { send } from './support/ask.ts';
import { type CellGateway, cellGateway, FROM_BACKUP } from './support/cell-gateway.ts';
import { type SeenAnswer, seenAnswer } from './support/seen-answer.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'anthropic', 'gemini', 'bedrock'];
const STRATEGIES = ['latency-based', 'ordered'] as const;
const FORMS = ['streamed', 'plain'] as const;

let dynamoDb: LocalDynamoDb;

before(async () => {
  dynamoDb = await startLocalDynamoDb();
});
after(() => dynamoDb.close());

for (const fault of FAULTS) {
  describe(`a provider that ${fault.name}`, { concurrency: 8 }, () => {
    for (const protocol of fault.protocols ?? PROTOCOLS) {
      for (const form of FORMS) {
        for (const strategy of STRATEGIES) {
          it(`${protocol}, ${form}, ${strategy}: the caller sees ${fault[form].sees}`, async () => {
            await using cell = await cellGateway({ fault, protocol, strategy }, dynamoDb);
            const seen = await seenBy(cell, form === 'streamed');
            await assertSeen(seen, fault[form], cell);
            await assertCalls(fault, fault[form], cell);
          });
        }
      }
    }
  });
}

async function seenBy({ gateway, cacheKey, committed, primary }: CellGateway, isStream: boolean): Promise<SeenAnswer> {
  if (!isStream) {
    // A plain answer begins when it is whole.
    void primary.arrival(0).then(committed.open);
  }
  const response = await send(gateway, {
    prompt_cache_key: cacheKey,
    ...(isStream ? {} : { stream: false, stream_options: undefined }),
  });
  committed.open();
  return seenAnswer(response);
}

async function assertSeen(seen: SeenAnswer, outcome: Outcome, cell: CellGateway): Promise<void> {
  const record = await cell.gateway.record(0);
  switch (outcome.sees) {
    case 'the other':
      assertWhole(seen, { text: FROM_BACKUP, finish: 'stop', by: cell.backupId, routing: 'fallback' });
      assert.equal(record.ending, 'complete');
      return;
    case 'it whole': {
      const { text = WHOLE, finish = 'stop' } = outcome;
      assertWhole(seen, { text, finish, by: cell.primaryId, routing: 'direct' });
      assert.equal(record.ending, 'complete');
      return;
    }
    case 'a cut':
      assert.equal(seen.status, 200);
      assert.ok(seen.text !== '' && outcome.text.startsWith(seen.text));
      assert.ok(outcome.mayLose || seen.text === outcome.text);
      assert.equal(seen.isDone, false);
      assert.equal(seen.finish, undefined);
      assert.equal(seen.error?.code, outcome.code);
      assert.equal(record.ending, 'cut');
      return;
    case 'an error':
      assert.equal(seen.status, outcome.status);
      assert.ok(outcome.code === null || seen.error?.code === outcome.code);
      assert.equal(seen.error?.type, 'invalid_request_error');
      assert.equal(seen.headers.get('x-should-retry'), 'false');
      assert.equal(record.ending, 'refused');
  }
}

function assertWhole(
  seen: SeenAnswer,
  expected: { readonly text: string; readonly finish: string; readonly by: string; readonly routing: string },
): void {
  assert.equal(seen.error, undefined);
  assert.equal(seen.status, 200);
  assert.equal(seen.text, expected.text);
  assert.equal(seen.finish, expected.finish);
  assert.equal(seen.isDone, true);
  assert.deepEqual([...seen.models], [expected.by]);
  assert.equal(seen.headers.get('x-nemo-routed-model'), expected.by);
  assert.equal(seen.headers.get('x-nemo-routing'), expected.routing);
  if (seen.trail !== undefined) {
    assert.equal(stringMember(seen.trail, 'served_by'), expected.by);
    const outcomes = arrayMember(seen.trail, 'attempts').map((attempt) => stringMember(attempt, 'outcome'));
    assert.deepEqual(outcomes, expected.routing === 'fallback' ? ['failed', 'served'] : ['served']);
  }
}

const ENDS = { answered: 'answered', aborted: 'aborted-by-client', 'broken off': 'broken-by-fake' } as const;

/** How often each provider was called, and how the call ended for the one with the fault. */
async function assertCalls(fault: Fault, outcome: Outcome, { primary, backup, gateway }: CellGateway): Promise<void> {
  assert.equal(primary.requests.length, fault.call === 'none' ? 0 : 1);
  assert.equal(backup.requests.length, outcome.sees === 'the other' ? 1 : 0);
  const [request] = primary.requests;
  if (fault.call !== 'none') {
    assert.equal(await request?.ended, ENDS[fault.call]);
  }
  const { attempts } = await gateway.record(0);
  assert.equal(attempts.length, outcome.sees === 'the other' ? 2 : 1);
  if (fault.failure !== undefined) {
    assert.equal(attempts[0]?.failure?.kind, fault.failure);
  }
}
