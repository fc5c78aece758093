import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject, type JsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { BODY_ATTACKS, type BodyAttack, CANARY } from './support/body-attacks.ts';
import {
  EVERY_PROTOCOL,
  modelAt,
  type ProtocolGateway,
  protocolGateway,
  type SeenAnswer,
} from './support/every-protocol.ts';
import { SURFACE_FORMS, type SurfaceForm, waysOfAsking } from './support/surface-forms.ts';

/** Every hostile body on every surface, before vendors of every protocol: none finds another encoder than the ones that were thought of. */

/** Far above what any case takes, far below what runs away. */
const MAX_CPU_MS = 3000;

function assertError({ text, status }: SeenAnswer, { path }: SurfaceForm): void {
  const body = parseJson(text);
  const error = member(body, 'error');
  assert.ok(isJsonObject(error) && typeof error.message === 'string', `${status}: ${text.slice(0, 300)}`);
  const isAnthropic = path.startsWith('/v1/messages');
  assert.equal(member(body, 'type'), isAnthropic ? 'error' : undefined);
  const members = isAnthropic ? ['message', 'type'] : ['code', 'message', 'param', 'type'];
  assert.deepEqual(Object.keys(error).sort(), members);
  assert.ok(text.length < 20_000, `an error of ${text.length} characters`);
}

/** Members of the operator's in what a vendor was sent. */
function hasAddress(sent: readonly JsonObject[]): boolean {
  return sent.some((body) => Object.values(body).includes(CANARY));
}

async function attempt(gateway: ProtocolGateway, form: SurfaceForm, { body, outcome }: BodyAttack): Promise<void> {
  const text = body(form, modelAt(form.path));
  if (text === undefined) {
    return;
  }
  const before = gateway.sent.length;
  const began = process.cpuUsage();
  const answer = await gateway.ask(form.path, text);
  const { user, system } = process.cpuUsage(began);
  assert.ok((user + system) / 1000 < MAX_CPU_MS, `${(user + system) / 1000} ms of the processor`);
  assert.ok(answer.status < 500, `${answer.status}: ${answer.text.slice(0, 300)}`);
  const sent = gateway.sent.slice(before);
  if (answer.status !== 200) {
    assertError(answer, form);
  }
  if (outcome === 'refused') {
    assert.notEqual(answer.status, 200);
    assert.equal(sent.length, 0);
  }
  assert.ok(sent.length <= 1);
  assert.ok(!hasAddress(sent), 'the address of the caller was passed on');
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.ok(JSON.stringify(answer.headers).length < 6000, 'headers are no longer than clients take');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
}

for (const [attackClass, attacks] of Object.entries(BODY_ATTACKS)) {
  describe(`${attackClass} has no place on any surface`, () => {
    for (const form of SURFACE_FORMS) {
      for (const protocol of EVERY_PROTOCOL) {
        for (const [way, asked] of waysOfAsking(form)) {
          it(`of ${form.name} before a vendor that speaks ${protocol}, ${way}`, async () => {
            const gateway = protocolGateway(protocol);
            for (const attack of attacks) {
              await attempt(gateway, asked, attack).catch((cause: unknown) => {
                throw new Error(`${attack.name}: ${String(cause)}`, { cause });
              });
            }
          });
        }
      }
    }
  });
}
