import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { Vendor } from '../../functions/gateway/core/model/vendor.ts';

type Spoken = readonly [name: ProtocolName, vendor: Vendor];

/** Each way of speaking that waits for a cloud's protocols, and one that does not. */
const WAYS: readonly Spoken[] = [
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['bedrock', 'bedrock'],
  ['anthropic', 'bedrock'],
  ['openai', 'bedrock'],
  ['gemini', 'google-ai'],
  ['gemini', 'compatible'],
  ['anthropic', 'vertex'],
];

/** What can be spoken when the protocols of `config` are loaded, in a process that has loaded nothing else: here every test has all. */
function spokenAfter(config: object, ways: readonly Spoken[] = WAYS): readonly Spoken[] {
  const source = (file: string): string => new URL(`../../functions/gateway/${file}`, import.meta.url).href;
  const script = `
    const { loadSpoken } = await import(${JSON.stringify(source('load-spoken.ts'))});
    const { protocolAt } = await import(${JSON.stringify(source('core/protocols/spoken-protocols.ts'))});
    await loadSpoken(${JSON.stringify(config)});
    const spoken = ${JSON.stringify(ways)}.filter(([name, vendor]) => {
      try {
        return protocolAt(name, vendor) !== undefined;
      } catch (error) {
        if (!error.message.includes('has not been loaded')) throw error;
        return false;
      }
    });
    process.stdout.write(JSON.stringify(spoken));
  `;
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const words = ['--input-type=module', '--eval', script];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', cwd }));
}

describe('the protocols that a start loads', () => {
  const deployments = { 'a/m': { provider: 'a', model: 'm' } };

  it("are OpenAI's and Anthropic's where no cloud is called: another is refused and never said in the wrong words", () => {
    const config = { providers: { a: { protocol: 'openai' } }, deployments };
    assert.deepEqual(spokenAfter(config), [
      ['openai', 'openai'],
      ['anthropic', 'anthropic'],
    ]);
  });

  it('are those of Bedrock too, with what it speaks of others, where a deployment is there', () => {
    const config = { providers: { a: { protocol: 'bedrock', region: 'us-east-1' } }, deployments };
    const more = WAYS.filter(([, vendor]) => vendor === 'bedrock');
    assert.deepEqual(spokenAfter(config), [...WAYS.slice(0, 2), ...more]);
  });

  it("are Google's too where one deployment alone speaks them at a provider of another protocol", () => {
    const config = {
      providers: { a: { protocol: 'openai', baseUrl: 'http://127.0.0.1:1' } },
      deployments: { 'a/m': { provider: 'a', model: 'm', protocol: 'gemini' } },
    };
    const more = WAYS.filter(([name, vendor]) => name === 'gemini' || vendor === 'vertex');
    assert.deepEqual(spokenAfter(config), [...WAYS.slice(0, 2), ...more]);
  });

  it("are both clouds' where one is asked in the words of the other: that it refuses them is told by its servers, and no bug", () => {
    const crossed: readonly Spoken[] = [
      ['gemini', 'bedrock'],
      ['bedrock', 'google-ai'],
      ['bedrock', 'vertex'],
    ];
    for (const [protocol, host] of crossed) {
      const config = { providers: { a: { protocol, host } }, deployments };
      assert.deepEqual(spokenAfter(config, crossed), crossed, `${protocol} at ${host}`);
    }
  });
});
