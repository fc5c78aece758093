import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Script } from 'node:vm';
import { member, parseJson, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { shipped, templateOf } from './synthesised.ts';

/** The code that the template carries, as Lambda runs it. Its pauses are none here. */
function deployedHandler(): (event: object) => Promise<void> {
  const functions = Object.values(templateOf(shipped('prod', { form: 'web' })).findResources('AWS::Lambda::Function'));
  const inline = functions.flatMap(({ Properties }) => stringMember(member(Properties, 'Code'), 'ZipFile') ?? []);
  assert.equal(inline.length, 1);
  const exports: { handler?: (event: object) => Promise<void> } = {};
  const setTimeout = (then: () => void): void => void setImmediate(then);
  new Script(inline[0] ?? '').runInNewContext({ exports, fetch, AbortSignal, Date, JSON, String, Number, setTimeout });
  assert.ok(exports.handler !== undefined);
  return exports.handler;
}

describe("the release gate's function", () => {
  const handler = deployedHandler();
  let server: Server;
  let origin: string;
  let statuses: number[] = [];
  let asked: string[] = [];
  let outcomes: unknown[] = [];
  before(async () => {
    server = createServer(async (request, response) => {
      if (request.method === 'PUT') {
        outcomes.push(parseJson(await text(request)));
        response.end();
        return;
      }
      asked.push(request.url ?? '');
      response.writeHead(statuses.shift() ?? 200).end('{}');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    [statuses, asked, outcomes] = [[], [], []];
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const run = async (change: { type?: string; url?: string; patienceMs?: number } = {}) => {
    const { type = 'Update', url = `${origin}/health`, patienceMs = 5_000 } = change;
    await handler({
      RequestType: type,
      // CloudFormation makes texts of all properties.
      ResourceProperties: { Url: url, Release: '7', PatienceMs: String(patienceMs) },
      ResponseURL: `${origin}/outcome`,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Gate',
    });
    assert.equal(outcomes.length, 1);
    const [outcome] = outcomes;
    for (const [name, value] of Object.entries({ StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Gate' })) {
      assert.equal(stringMember(outcome, name), value);
    }
    return { status: stringMember(outcome, 'Status'), reason: stringMember(outcome, 'Reason') };
  };

  for (const type of ['Create', 'Update']) {
    test(`lets a release through whose address answers 200, at the event ${type}`, async () => {
      assert.deepEqual(await run({ type }), { status: 'SUCCESS', reason: undefined });
      assert.deepEqual(asked, ['/health']);
    });
  }

  test('waits for a release that answers after some failures', async () => {
    statuses = [502, 503];
    assert.equal((await run()).status, 'SUCCESS');
    assert.equal(asked.length, 3);
  });

  test('fails a release that never answers 200, with what it saw last', async () => {
    statuses = Array<number>(100_000).fill(503);
    const { status, reason } = await run({ patienceMs: 50 });
    assert.equal(status, 'FAILED');
    assert.match(reason ?? '', /\/health does not answer 200: status 503/);
  });

  test('fails a release at whose address nobody listens', async () => {
    const { status, reason } = await run({ url: 'http://127.0.0.1:9/health', patienceMs: 50 });
    assert.equal(status, 'FAILED');
    assert.match(reason ?? '', /TypeError: fetch failed/);
  });

  test('asks nobody where the stack is deleted, and answers in the name that it always has', async () => {
    statuses = Array<number>(100).fill(503);
    assert.equal((await run({ type: 'Delete' })).status, 'SUCCESS');
    assert.deepEqual(asked, []);
    assert.equal(stringMember(outcomes[0], 'PhysicalResourceId'), 'release-gate');
  });

  test('has time for its last question before Lambda ends it, and CloudFormation for its answer', () => {
    const template = templateOf(shipped('prod', { form: 'web' }));
    const [gate] = Object.values(template.findResources('AWS::CloudFormation::CustomResource'));
    const [code] = Object.values(template.findResources('AWS::Lambda::Function', { Properties: { Code: {} } })).filter(
      ({ Properties }) => stringMember(Properties.Code, 'ZipFile') !== undefined,
    );
    const patience = Number(gate?.Properties.PatienceMs) / 1000;
    const question = 15 + 3;
    assert.ok(Number(code?.Properties.Timeout) >= patience + question);
    assert.ok(Number(gate?.Properties.ServiceTimeout) >= Number(code?.Properties.Timeout));
  });
});
