import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVERY_PROTOCOL, modelAt, type ProtocolGateway, protocolGateway } from './support/every-protocol.ts';
import { type Extras, SURFACE_FORMS, type SurfaceForm } from './support/surface-forms.ts';

/**
 * A body of twice the size costs less than three times the processor's time, whatever it is full of, on every surface and protocol. The
 * least of several runs is compared: what else the machine does only adds.
 */

const MAX_GROWTH = 3;
const RUNS = 3;
const ATTEMPTS = 4;
/** Less than so much is noise: then the larger body alone has to stay below what would be too much. */
const NOISE_MS = 4;

/** What a hostile body is full of. `size`: about its characters. */
const HOSTILE: Readonly<Record<string, (size: number) => Extras>> = {
  'one long text': (size) => ({ text: 'x '.repeat(size / 2) }),
  spaces: (size) => ({ text: ' \n\t'.repeat(size / 3) }),
  'parts of text': (size) => ({ parts: Math.min(9_999, Math.floor(size / 30)) }),
  messages: (size) => ({ messages: Math.min(9_999, Math.floor(size / 40)) }),
  'calls and results': (size) => ({ calls: Math.min(4_000, Math.floor(size / 150)) }),
  'files of one name': (size) => ({
    files: { names: Array.from({ length: Math.min(9_990, size / 90) }, () => 'a.pdf') },
  }),
  'files of many names': (size) => ({
    files: { names: Array.from({ length: Math.min(9_990, size / 90) }, (_, index) => `a (${index}).pdf`) },
  }),
  "tools' names": (size) => ({
    tools: Array.from({ length: Math.min(1_000, size / 60) }, (_, index) => `tool_${index}`),
  }),
  'a wide schema': (size) => ({
    tools: ['f'],
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: size / 30 }, (_, index) => [`p${index}`, { type: 'string' }]),
      ),
    },
  }),
  labels: (size) => ({
    members: { metadata: Object.fromEntries(Array.from({ length: size / 15 }, (_, index) => [`k${index}`, 'v'])) },
  }),
  'an unknown member': (size) => ({
    members: { unknown: Array.from({ length: size / 3 }, () => ({})).slice(0, 200_000) },
  }),
  "a call's id": (size) => ({ call: { id: ':'.repeat(Math.min(size, 65_000)), input: '{}', result: '{}' } }),
  "a call's arguments": (size) => ({
    call: { id: 'c', input: `{"a":[${'{},'.repeat(size / 3)}{}]}`, result: '{}' },
  }),
  "a tool's result": (size) => ({ call: { id: 'c', input: '{}', result: `{"a":[${'{},'.repeat(size / 3)}{}]}` } }),
  'an image': (size) => ({ image: `data:image/png;base64,${'A'.repeat(size)}` }),
  'an address of slashes': (size) => ({ image: `https://a.test/${'/;,:'.repeat(size / 4)}` }),
  'quotes and backslashes': (size) => ({ text: '\\"'.repeat(size / 2) }),
};

const SIZE = 90_000;

async function leastMs(gateway: ProtocolGateway, form: SurfaceForm, extras: Extras, runs: number): Promise<number> {
  const body = JSON.stringify(form.body(modelAt(form.path), extras));
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage();
    await gateway.ask(form.path, body);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return Math.min(...times);
}

/** How a body of twice the size did where it cost too much each time, else nothing. Chance does not repeat itself; a square does. */
async function growthOf(
  gateway: ProtocolGateway,
  form: SurfaceForm,
  extrasOf: (size: number) => Extras,
): Promise<string | undefined> {
  let said: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // Once is enough where it is well.
    const runs = attempt === 0 ? 1 : RUNS;
    const once = await leastMs(gateway, form, extrasOf(SIZE), runs);
    const twice = await leastMs(gateway, form, extrasOf(2 * SIZE), runs);
    if (twice <= MAX_GROWTH * Math.max(once, NOISE_MS)) {
      return undefined;
    }
    said = `${once.toFixed(1)} ms, then ${twice.toFixed(1)} ms`;
  }
  return said;
}

for (const form of SURFACE_FORMS) {
  describe(`the cost of a hostile body of ${form.name}`, () => {
    for (const protocol of EVERY_PROTOCOL) {
      it(`grows no faster than the body at a vendor that speaks ${protocol}`, async () => {
        const gateway = protocolGateway(protocol, { deployments: 3 });
        await leastMs(gateway, form, {}, RUNS);
        const slow: string[] = [];
        for (const [name, extrasOf] of Object.entries(HOSTILE)) {
          const said = await growthOf(gateway, form, extrasOf);
          slow.push(...(said === undefined ? [] : [`${name}: ${said}`]));
        }
        assert.deepEqual(slow, []);
      });
    }
  });
}
