import assert from 'node:assert/strict';
import { isJsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import type { SecurityCase } from './security-cases.ts';
import type { CaseAnswer } from './send-case.ts';

/** What must be true of the answer to an attack, whoever has sent it and wherever the gateway runs. */
export function assertCaseAnswer(answer: CaseAnswer, { status, code }: Pick<SecurityCase, 'status' | 'code'>): void {
  assert.equal(answer.status, status, answer.body);
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
  assert.ok(Buffer.byteLength(answer.body) < 20_000);
  if (status >= 400) {
    assertOpenAiError(answer, code);
  }
}

function assertOpenAiError({ body }: CaseAnswer, code: string | undefined): void {
  const error = member(parseJson(body), 'error');
  assert.ok(isJsonObject(error), body);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']);
  if (code !== undefined) {
    assert.equal(error.code, code);
  }
}
