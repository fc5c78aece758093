import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestLine } from '../../../infra/local/request-line.ts';
import { requestRecord } from '../../support/request-records.ts';

describe('the line of a request in the terminal', () => {
  it('says what was asked, who served it and how fast', () => {
    assert.match(requestLine(requestRecord()), /^200 best => openai\/small {2}ttft 303 ms {2}total 905 ms {2}direct /);
  });

  it('says method and path where no model was read, as of an unknown path', () => {
    const { askedModel: _, servedBy: __, ...unread } = requestRecord({ status: 404, errorCode: 'unknown_url' });
    const line = requestLine({ ...unread, endpoint: 'POST /v1/audio/speech', attempts: [], ending: 'refused' });
    assert.match(line, /^404 POST \/v1\/audio\/speech => refused unknown_url /);
  });

  it('lets nobody move the cursor', () => {
    const { askedModel: _, ...unread } = requestRecord({ endpoint: 'GET /\x1b[2J\n' });
    assert.match(requestLine(unread), /^200 GET \/\?\[2J\? => /);
  });
});
