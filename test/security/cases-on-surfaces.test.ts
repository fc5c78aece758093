import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject, type JsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { type CaseRequest, SECURITY_CASES, type SecurityCase } from './security-cases.ts';
import { EVERY_PROTOCOL, modelAt, type ProtocolGateway, protocolGateway } from './support/every-protocol.ts';
import { SURFACE_FORMS, type SurfaceForm, waysOfAsking } from './support/surface-forms.ts';

/**
 * The cases of the security suite that call with a good key, as each surface takes them, before vendors of every protocol. Bodies that no
 * surface can read are refused before a vendor is chosen: those are sent before one protocol alone.
 */

const CANARY = 'http://canary.test';
/** Far above what any case takes, far below what runs away. */
const MAX_CPU_MS = 3000;

interface KeyedCase {
  readonly attack: SecurityCase;
  readonly request: CaseRequest;
  /** `undefined` where it is none. */
  readonly body: JsonObject | undefined;
}

const KEYED: readonly KeyedCase[] = Object.values(SECURITY_CASES)
  .flat()
  .map((attack) => ({ attack, request: attack.request({ key: 'key', canary: CANARY }) }))
  .filter(({ request }) => request.method === 'POST' && request.headers.authorization === 'Bearer key')
  .map(({ attack, request }) => ({ attack, request, body: objectOf(request.body) }))
  // A case of messages or tools is of one surface's form; every-surface.test.ts has them in each.
  .filter(({ body }) => body === undefined || (isHello(body) && body.tools === undefined));

function objectOf(body: CaseRequest['body']): JsonObject | undefined {
  try {
    const parsed = typeof body === 'string' ? parseJson(body) : undefined;
    return isJsonObject(parsed) && Object.hasOwn(parsed, 'model') && parsed.messages !== undefined ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isHello({ messages }: JsonObject): boolean {
  return (
    Array.isArray(messages) &&
    messages.length === 1 &&
    /^\[\{"role":"user","content":"(?:Hello|a)"\}\]$/.test(JSON.stringify(messages))
  );
}

function bodyOn(form: SurfaceForm, { request, body }: KeyedCase): string {
  if (body === undefined) {
    return Buffer.from(request.body ?? '').toString('latin1');
  }
  const { model, messages, ...members } = body;
  return JSON.stringify(form.body(model === 'all' ? modelAt(form.path) : String(model), { members }));
}

/** What is refused whatever the surface: a model that is not there, a body that nobody can read, and a tag that is none where tags are read. */
function isRefused({ name }: SurfaceForm, { attack, body }: KeyedCase): boolean {
  const isTag = attack.name.startsWith('the tag') && name !== 'count_tokens';
  return attack.status >= 400 && (body === undefined || body.model !== 'all' || isTag);
}

async function attempt(gateway: ProtocolGateway, form: SurfaceForm, keyed: KeyedCase): Promise<void> {
  const before = gateway.sent.length;
  const began = process.cpuUsage();
  const answer = await gateway.ask(form.path, bodyOn(form, keyed), keyed.request.headers);
  const { user, system } = process.cpuUsage(began);
  const sent = gateway.sent.slice(before);
  assert.ok((user + system) / 1000 < MAX_CPU_MS, `${(user + system) / 1000} ms of the processor`);
  assert.ok(answer.status < 500, `${answer.status}: ${answer.text.slice(0, 300)}`);
  assert.ok(!sent.some((body) => Object.values(body).includes(CANARY)), 'the address of the caller was passed on');
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
  if (answer.status !== 200) {
    assert.ok(isJsonObject(member(parseJson(answer.text), 'error')), answer.text.slice(0, 300));
  }
  if (isRefused(form, keyed)) {
    assert.notEqual(answer.status, 200);
    assert.deepEqual(sent, []);
  }
  assert.ok(sent.length <= 1);
}

describe('the cases of the security suite that call with a good key', () => {
  it('are there', () => {
    assert.ok(KEYED.length > 40, `${KEYED.length}`);
  });

  for (const form of SURFACE_FORMS) {
    for (const protocol of EVERY_PROTOCOL) {
      for (const [way, asked] of waysOfAsking(form)) {
        it(`do no harm by ${form.name} before a vendor that speaks ${protocol}, ${way}`, async () => {
          const gateway = protocolGateway(protocol);
          const isFirst = protocol === EVERY_PROTOCOL[0];
          for (const keyed of KEYED.filter(({ body }) => body !== undefined || isFirst)) {
            await attempt(gateway, asked, keyed).catch((cause: unknown) => {
              throw new Error(`${keyed.attack.name}: ${String(cause)}`, { cause });
            });
          }
        });
      }
    }
  }
});
