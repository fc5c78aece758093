import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answered, TriedCalls } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-over-http.ts';

const GOOD: Answered = { status: 200, date: undefined, body: '{}' };

function refusal(status: number, code: string, date?: string): Answered {
  return { status, date, body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'No.' }) };
}

/** How often a call is made whose answers are these, the last of them for ever. */
async function triesOf(...answers: readonly Answered[]): Promise<number> {
  let made = 0;
  const once = async (): Promise<Answered> => {
    made += 1;
    return answers[made - 1] ?? answers.at(-1) ?? GOOD;
  };
  await new TriedCalls(() => 0).call(once, undefined).catch(() => undefined);
  return made;
}

describe('a call of DynamoDB', () => {
  const tables: readonly [what: string, answer: Answered, tries: number][] = [
    ['is throttled', refusal(400, 'ProvisionedThroughputExceededException'), 3],
    ['is throttled by status', refusal(429, 'Other'), 3],
    ['fails inside of AWS', refusal(503, 'ServiceUnavailable'), 3],
    ['is refused', refusal(400, 'ValidationException'), 1],
    ['has the wrong secret', refusal(400, 'InvalidSignatureException', new Date().toUTCString()), 1],
    ['is answered', GOOD, 1],
  ];
  for (const [what, answer, tries] of tables) {
    it(`that ${what} is made ${tries === 1 ? 'once' : `${tries} times`}`, async () => {
      assert.equal(await triesOf(answer), tries);
    });
  }

  it('whose signature is of another time is made again at the time that AWS has told', async () => {
    const calls = new TriedCalls(() => 0);
    const hourMs = 3_600_000;
    const answers = [refusal(400, 'InvalidSignatureException', new Date(Date.now() + hourMs).toUTCString()), GOOD];
    assert.equal(await calls.call(async () => answers.shift() ?? GOOD, undefined), '{}');
    assert.ok(Math.abs(calls.clockOffsetMs - hourMs) < 60_000);
  });

  it('is made once where nothing has succeeded for long, and again when calls succeed', async () => {
    const calls = new TriedCalls(() => 0);
    let made = 0;
    const fails = async (): Promise<Answered> => {
      made += 1;
      return refusal(500, 'InternalServerError');
    };
    const failing = async (): Promise<number> => {
      made = 0;
      await assert.rejects(calls.call(fails, undefined), { name: 'InternalServerError' });
      return made;
    };
    for (let call = 0; call < 18; call += 1) {
      await failing();
    }
    assert.equal(await failing(), 1);
    for (let call = 0; call < 30; call += 1) {
      await calls.call(async () => GOOD, undefined);
    }
    assert.equal(await failing(), 3);
  });
});
