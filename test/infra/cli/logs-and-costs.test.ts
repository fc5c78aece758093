import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { isJsonObject, type JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { type LoopbackServer, startLoopbackServer } from '../../../infra/local/simulated/loopback-server.ts';

let server: LoopbackServer;
let asked: (readonly [operation: string, body: JsonObject])[] = [];
let answers: unknown[] = [];
before(async () => {
  server = await startLoopbackServer({
    onExchange: async ({ request, response }) => {
      const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
      assert.match(request.headers.authorization ?? '', /\/(logs|dynamodb)\/aws4_request/);
      asked.push([operation, isJsonObject(request.body) ? request.body : {}]);
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(JSON.stringify(answers.shift() ?? {}));
    },
  });
});
beforeEach(() => {
  asked = [];
});
after(() => server.close());

const run = (...words: readonly string[]) => runCommand([...words, '--env', 'dev', '--endpoint', server.origin], {});
const event = (fields: object) => ({ message: JSON.stringify(fields) });

describe('nemo logs', () => {
  it('finds the lines of a request over all pages of the log', async () => {
    const line = { _aws: {}, line: 'request', requestId: 'req-1', status: 502, attempts: [{ reason: 'overloaded' }] };
    answers = [
      { events: [], nextToken: 't' },
      { events: [event(line), event({ line: 'attempt', requestId: 'req-1' })] },
    ];
    const { text, exitCode } = await run('logs', 'req-1', '--since', '2h');
    assert.equal(exitCode, 0);
    assert.match(text, /^request\n[\s\S]*status +502\n[\s\S]*overloaded[\s\S]*\nattempt\n/);
    assert.doesNotMatch(text, /_aws/);
    assert.deepEqual(
      asked.map(([operation, body]) => [operation, body.logGroupName, body.filterPattern, body.nextToken]),
      [undefined, 't'].map((token) => [
        'FilterLogEvents',
        '/nemorouter/dev/gateway',
        '{ $.requestId = "req-1" }',
        token,
      ]),
    );
  });

  it('ends with 1 where there is none, and refuses what is no id or no time', async () => {
    answers = [{ events: [] }];
    assert.equal((await run('logs', 'req-2')).exitCode, 1);
    await assert.rejects(run('logs', '" || true'), /request id/);
    await assert.rejects(run('logs', 'req-2', '--since', 'long'), /--since takes/);
  });
});

describe('nemo costs', () => {
  const row = (name: string, dollars: string, calls: string) => [
    { field: 'key', value: name },
    { field: 'dollars', value: dollars },
    { field: 'calls', value: calls },
  ];

  it('adds up a month of the log by key, and waits until the query is done', async () => {
    answers = [
      { queryId: 'q' },
      { status: 'Running' },
      { status: 'Complete', results: [row('ci', '12.345', '100'), row('web', '1', '7')] },
    ];
    const { text, exitCode } = await run('costs', '--by', 'key', '--month', '2026-02');
    assert.equal(exitCode, 0);
    assert.match(text, /ci +12\.3[45] +100\n.*web +1\.00 +7\n.*together +13\.3[45]/);
    const [, started] = asked[0] ?? [];
    assert.equal(started?.startTime, Date.UTC(2026, 1, 1) / 1000);
    assert.equal(started?.endTime, Date.UTC(2026, 2, 1) / 1000 - 1);
    assert.match(String(started?.queryString), /sum\(costUsd\).* by key/);
  });

  it('says so where the log does not reach back to the beginning of the month', async () => {
    const complete = () => [{ queryId: 'q' }, { status: 'Complete', results: [] }];
    answers = complete();
    assert.match((await run('costs', '--month', '2026-02')).text, /Not the whole month: the log is kept for 7 days/);
    answers = complete();
    assert.doesNotMatch((await run('costs', '--month', '2999-01')).text, /Not the whole month/);
  });

  it('adds up by the teams that keys have now', async () => {
    const key = (name: string, createdAt: string, team?: string) => ({
      sha256: { S: `${name}${createdAt}` },
      name: { S: name },
      createdAt: { S: createdAt },
      ...(team === undefined ? {} : { team: { S: team } }),
    });
    answers = [
      { Items: [key('ci', '2026-03', 'platform'), key('ci', '2026-01', 'old'), key('web', '2026-01', 'platform')] },
      { queryId: 'q' },
      { status: 'Complete', results: [row('ci', '2', '100'), row('web', '1', '7'), row('gone', '5', '1')] },
    ];
    const { text } = await run('costs', '--by', 'team', '--month', '2026-02');
    assert.match(text, /TEAM +DOLLARS +CALLS\n- +5\.00 +1\nplatform +3\.00 +107\ntogether +8\.00/);
  });

  it('refuses another group and what is no month', async () => {
    await assert.rejects(run('costs', '--by', 'colour'), /--by takes key, team, route/);
    await assert.rejects(run('costs', '--month', '2026-13'), /--month takes/);
  });

  it('says so where the query fails', async () => {
    answers = [{ queryId: 'q' }, { status: 'Failed' }];
    await assert.rejects(run('costs'), /did not finish: Failed/);
  });
});
