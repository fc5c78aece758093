import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestLine } from '../../../infra/local/request-line.ts';
import { attemptRecord, requestRecord } from '../../support/request-records.ts';

describe('the line of a request in the terminal', () => {
  it('says what was asked, who served it and how fast', () => {
    assert.match(requestLine(requestRecord()), /^200 best => openai\/small {2}ttft 303 ms {2}total 905 ms {2}direct /);
  });

  it('says method and path where no model was read, as of an unknown path', () => {
    const { askedModel: _, servedBy: __, ...unread } = requestRecord({ status: 404, errorCode: 'unknown_url' });
    const line = requestLine({ ...unread, endpoint: 'POST /v1/audio/speech', attempts: [], ending: 'refused' });
    assert.match(line, /^404 POST \/v1\/audio\/speech => refused unknown_url /);
  });

  it('says below what the operator has to mend, in the provider’s own words, and nothing of other failures', () => {
    const vendor = {
      status: 404,
      message: 'The API deployment for this resource does not exist.\u001b[2J\nAll is well',
    };
    const failed = { outcome: 'failed', failure: { kind: 'misconfigured', status: 404, vendor } } as const;
    const refused = { outcome: 'failed', failure: { kind: 'rejected', status: 400, vendor } } as const;
    const [, ...below] = requestLine(
      requestRecord({ attempts: [attemptRecord(failed), attemptRecord(refused), attemptRecord()] }),
    ).split('\n');
    assert.equal(below.length, 1);
    assert.match(
      below[0] ?? '',
      /^ {4}openai\/small: the provider says: The API deployment .* exist\. \[2J All is well -> set "model" to the name of the deployment/,
    );
  });

  it('lets nobody move the cursor', () => {
    const { askedModel: _, ...unread } = requestRecord({ endpoint: 'GET /\x1b[2J\n' });
    assert.match(requestLine(unread), /^200 GET \/\?\[2J\? => /);
  });
});
