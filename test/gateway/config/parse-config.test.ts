import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { problemLine } from '../../../functions/gateway/config/config-problem.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../../functions/gateway/core/model/gateway-config.ts';
import { EJECTION_DEFAULTS } from '../../../functions/gateway/core/statistics/ejection.ts';
import fc from '../../support/property.ts';

const HASH = 'ab'.repeat(32);

/** A valid file; `change` replaces top-level members. */
function file(change: object = {}): Record<string, unknown> {
  return {
    providers: {
      openai: { protocol: 'openai', apiKey: 'OPENAI_API_KEY' },
      local: { protocol: 'openai', baseUrl: 'http://10.0.0.5:8000/v1/' },
    },
    deployments: {
      'openai/gpt-4.1': { provider: 'openai', model: 'gpt-4.1' },
      'local/gpt-4.1': { provider: 'local', model: 'gpt-4.1', tags: ['vision'] },
    },
    routes: { chat: { strategy: 'latency-based', deployments: ['openai/gpt-4.1', 'local/gpt-4.1'] } },
    ...change,
  };
}

function parsed(json: unknown): GatewayConfig {
  const result = parseConfig(json);
  assert.equal(result.kind, 'parsed', result.kind === 'invalid' ? result.problems.map(problemLine).join('\n') : '');
  return result.config;
}

function lines(json: unknown): string[] {
  const result = parseConfig(json);
  return result.kind === 'invalid' ? result.problems.map(problemLine) : [];
}

describe('parseConfig on a valid file', () => {
  test('fills in every default', () => {
    const { providers: _p, deployments, routes: _r, ...rest } = parsed(file());
    assert.deepEqual(rest, {
      timeouts: { connectMs: 1_000, firstTokenMs: 10_000, stallMs: 15_000, deadlineMs: 120_000 },
      maxAttempts: 3,
      sameTargetRetries: 0,
      onStreamCut: 'error',
      explorationShare: 0,
      secondOpinions: 0.05,
      probes: { everyMs: 5000, rareEveryMs: 60_000 },
      responses: { megabytesPerKeyAndDay: 1_000 },
      band: 0.15,
      statistics: {
        halfLifeSeconds: 60,
        recentHalfLifeSeconds: 2,
        promptDoublingTokens: 8_000,
        refreshMs: 1_000,
        staleMs: 3_000,
        readTimeoutMs: 50,
        flushMs: 250,
        writesPerSecond: 200,
        readsPerSecond: 3_000,
      },
      ejection: EJECTION_DEFAULTS,
      limits: {
        storeTimeoutMs: 100,
        whenUnavailable: 'allow',
        localShare: 0.1,
        callsAtOnce: 5_000,
        assumedOutputTokens: 1_000,
      },
      statusPage: false,
      keys: [],
    });
    const { tags, prefill, streaming, kind } = deployments['openai/gpt-4.1']!;
    assert.deepEqual({ tags, prefill, streaming, kind }, { tags: [], prefill: false, streaming: true, kind: 'chat' });
  });

  test('fills in the rest of a group of which one member is set', () => {
    const config = parsed(file({ timeouts: { stallMs: 5 }, hedge: { percentile: 90 } }));
    assert.deepEqual(config.timeouts, { connectMs: 1_000, firstTokenMs: 10_000, stallMs: 5, deadlineMs: 120_000 });
    assert.deepEqual(config.hedge, { percentile: 90, budget: 0.05 });
  });

  test('takes the trailing slash off a base URL and writes hashes in lower case', () => {
    const config = parsed(file({ keys: [{ name: 'ci', sha256: HASH.toUpperCase() }] }));
    assert.equal(config.providers.local?.baseUrl, 'http://10.0.0.5:8000/v1');
    assert.equal(config.keys[0]?.sha256, HASH);
  });

  test('takes every limit of a key, for routes, deployments and vendor models', () => {
    const limits = { models: ['chat', 'openai/gpt-4.1', 'gpt-4.1'], requestsPerMinute: 5, usdPerMonth: 0.5 };
    const key = { name: 'ci', sha256: HASH, ...limits, tokensPerMinute: 9, expiresAt: '2027-01-31T00:00:00+01:00' };
    const prices = { inputPrice: 1, outputPrice: 0 };
    const deployments = {
      'openai/gpt-4.1': { provider: 'openai', model: 'gpt-4.1', ...prices },
      'local/gpt-4.1': { provider: 'local', model: 'gpt-4.1', ...prices },
    };
    assert.deepEqual(parsed(file({ keys: [key], deployments })).keys, [key]);
  });

  test('keeps $schema and the settings of the stack out of the gateway', () => {
    const result = parseConfig(file({ $schema: './gateway.schema.json', aws: { memoryMb: 1_024 } }));
    assert.ok(result.kind === 'parsed');
    assert.equal(result.aws.memoryMb, 1_024);
    assert.equal(Object.hasOwn(result.config, 'aws') || Object.hasOwn(result.config, '$schema'), false);
  });

  test('gives records in which inherited names find nothing', () => {
    const config = parsed(file());
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      assert.equal(config.providers[name], undefined);
      assert.equal(config.deployments[name], undefined);
      assert.equal(config.routes[name], undefined);
    }
  });
});

describe('parseConfig names the path, the value and an example', () => {
  const cases: readonly [string, object, string][] = [
    ['a number as text', { maxAttempts: '3' }, 'maxAttempts must be a number; got "3". Example: "maxAttempts": 3'],
    [
      'a fraction',
      { timeouts: { stallMs: 1.5 } },
      'timeouts.stallMs must be a whole number; got 1.5. Example: "stallMs": 15000',
    ],
    ['a value out of range', { band: -1 }, 'band must be at least 0; got -1. Example: "band": 0.15'],
    [
      'a setting with a typo',
      { provders: {} },
      'provders is not a setting: did you mean providers. Example: "providers": {"openai":{"protocol":"openai","apiKey":"OPENAI_API_KEY"}}',
    ],
    [
      'a nested setting with a typo',
      { timeouts: { conectMs: 1 } },
      'timeouts.conectMs is not a setting: did you mean connectMs. Example: "connectMs": 1000',
    ],
    [
      'a choice with a typo',
      { routes: { chat: { strategy: 'latency', deployments: ['openai/gpt-4.1'] } } },
      'routes.chat.strategy must be one of latency-based, cost-based, least-busy, usage-based, simple-shuffle, ordered; got "latency". Example: "strategy": "latency-based"',
    ],
    [
      'an unknown deployment',
      { routes: { chat: { strategy: 'ordered', deployments: ['openai/gpt-41'] } } },
      'routes.chat.deployments[0] names "openai/gpt-41", which is not in `deployments`: did you mean openai/gpt-4.1. Example: "deployments": ["openai/gpt-4.1","local/gpt-4.1"]',
    ],
    [
      'an unknown provider',
      { deployments: { a: { provider: 'opnai', model: 'm' } }, routes: {} },
      'deployments.a.provider names "opnai", which is not in `providers`: did you mean openai. Example: "provider": "openai"',
    ],
    [
      'Bedrock without a region',
      { providers: { ...(file().providers as object), aws: { protocol: 'bedrock' } } },
      'providers.aws.region is required: Bedrock is called in one region. Example: "region": "us-east-1"',
    ],
    [
      "a vendor's own address without a credential",
      { providers: { ...(file().providers as object), claude: { protocol: 'anthropic' } } },
      'providers.claude.apiKey is required: the vendor\'s own address answers no call without a credential. Example: "apiKey": "ANTHROPIC_API_KEY"',
    ],
    [
      'a hash that is none',
      { keys: [{ name: 'ci', sha256: 'abc' }] },
      'keys[0].sha256 must be the key\'s SHA-256: 64 hexadecimal digits; got another value (not shown, it may be a secret). Example: "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
    ],
    [
      'a limit of nothing',
      { keys: [{ name: 'ci', sha256: HASH, requestsPerMinute: 0 }] },
      'keys[0].requestsPerMinute must be at least 1; got 0. Example: "requestsPerMinute": 60',
    ],
    [
      'an end that is no instant',
      { keys: [{ name: 'ci', sha256: HASH, expiresAt: 'soon' }] },
      'keys[0].expiresAt must be an instant as 2027-01-31T00:00:00Z; got "soon". Example: "expiresAt": "2027-01-31T00:00:00Z"',
    ],
    [
      'a key for a model that nobody serves',
      { keys: [{ name: 'ci', sha256: HASH, models: ['chta'] }] },
      'keys[0].models names "chta", which is not in `routes`: did you mean chat. Example: "models": ["chat"]',
    ],
    [
      'a route that is a deployment too',
      { routes: { 'openai/gpt-4.1': { strategy: 'ordered', deployments: ['local/gpt-4.1'] } } },
      'routes["openai/gpt-4.1"] has the name of a deployment, so that a caller\'s model would mean both. Example: "nemo/latency-optimized": { ... }',
    ],
    [
      'a route that names a deployment twice',
      { routes: { chat: { strategy: 'ordered', deployments: ['local/gpt-4.1', 'local/gpt-4.1'] } } },
      'routes.chat.deployments[1] names local/gpt-4.1 a second time. Example: "deployments": ["local/gpt-4.1"]',
    ],
    [
      'tags that no deployment carries',
      { routes: { chat: { strategy: 'ordered', deployments: ['local/gpt-4.1'], tags: ['code'] } } },
      'routes.chat.tags leaves no deployment: none of the route\'s carries code. Example: "tags": ["vision"]',
    ],
    [
      'a setting of the stack',
      { aws: { reservedConcurrency: 'all' } },
      'aws.reservedConcurrency must be a whole number from 1 or "none"; got "all". Example: "reservedConcurrency": 100',
    ],
  ];
  for (const [what, change, line] of cases) {
    test(what, () => assert.deepEqual(lines(file(change)), [line]));
  }

  test('all problems are told at once', () => {
    assert.equal(lines(file({ maxAttempts: 0, band: 'x', retries: 1 })).length, 3);
  });

  test('an empty file', () => {
    assert.deepEqual(
      lines({}).map((line) => line.split('.')[0]),
      ['providers is required', 'deployments is required'],
    );
  });
});

describe('parseConfig refuses what would go wrong later', () => {
  const embeddings = (provider: string, model: string) => ({ provider, model, kind: 'embeddings' });
  const deployments = {
    chat: { provider: 'openai', model: 'gpt-4.1' },
    small: embeddings('openai', 'text-embedding-3-small'),
    'small-elsewhere': embeddings('local', 'text-embedding-3-small'),
    large: embeddings('openai', 'text-embedding-3-large'),
  };
  const route = (...ids: string[]) => file({ deployments, routes: { r: { strategy: 'ordered', deployments: ids } } });

  test('a route that mixes chat and embeddings', () => {
    assert.match(lines(route('chat', 'small')).join(), /routes\.r\.deployments mixes chat and embeddings/);
  });

  test('an embeddings route over two models, but not one model at two providers', () => {
    assert.match(lines(route('small', 'large')).join(), /whose vectors cannot be compared/);
    assert.deepEqual(lines(route('small', 'small-elsewhere')), []);
  });

  test('embeddings at a vendor that has none', () => {
    const providers = { claude: { protocol: 'anthropic', apiKey: 'ANTHROPIC_API_KEY' } };
    const json = file({ providers, deployments: { e: embeddings('claude', 'm') }, routes: {} });
    assert.match(lines(json).join(), /deployments\.e\.kind is "embeddings"/);
  });

  for (const name of ['__proto__', 'constructor', 'toString', 'prototype']) {
    test(`the name ${name}`, () => {
      for (const section of ['providers', 'deployments', 'routes']) {
        const inner = JSON.parse(`{"${name}": {}}`);
        assert.match(lines(file({ [section]: inner })).join(), /reserved|has a name that/);
      }
    });
  }

  test('base URLs that are no plain address', () => {
    for (const baseUrl of ['ftp://host/v1', 'host/v1', 'https://user:pass@host/v1', 'https://host/v1?key=secret', '']) {
      const line = lines(
        file({
          providers: { openai: { protocol: 'openai', baseUrl }, local: { protocol: 'openai', baseUrl: 'http://h' } },
        }),
      ).join();
      assert.match(line, /^providers\.openai\.baseUrl must be an http or https address/);
      assert.doesNotMatch(line, /pass|secret(?!\))/);
    }
  });

  test('a credential in place of its name, without repeating it', () => {
    for (const apiKey of ['sk-ant-api03-abc', 'AIzaSyA1234567890', 'nemo key']) {
      const json = file({
        providers: { openai: { protocol: 'openai', apiKey }, local: { protocol: 'openai', baseUrl: 'http://h' } },
      });
      const text = lines(json).join();
      assert.match(text, /must be the name of a credential/);
      assert.ok(!text.includes(apiKey));
    }
  });

  test('a credential in a header', () => {
    const headers = { Authorization: 'Bearer sk-abc' };
    const text = lines(
      file({
        providers: {
          openai: { protocol: 'openai', apiKey: 'K', headers },
          local: { protocol: 'openai', baseUrl: 'http://h' },
        },
      }),
    ).join();
    assert.match(text, /carries a secret: use `apiKey` instead/);
    assert.doesNotMatch(text, /sk-abc/);
  });

  test('a Bedrock model with a wildcard, which would widen the rights of the function', () => {
    const providers = { bedrock: { protocol: 'bedrock', region: 'us-east-1' } };
    const json = file({ providers, deployments: { b: { provider: 'bedrock', model: 'anthropic.*' } }, routes: {} });
    assert.match(lines(json).join(), /^deployments\.b\.model must be the id of one Bedrock model/);
  });

  test('two keys of one name or of one hash', () => {
    const keys = [
      { name: 'a', sha256: HASH },
      { name: 'a', sha256: HASH.toUpperCase() },
    ];
    assert.deepEqual(
      lines(file({ keys })).map((line) => line.split(' ')[0]),
      ['keys[1].name', 'keys[1].sha256'],
    );
  });
});

describe('a limit of money in parseConfig', () => {
  const deployments = {
    priced: { provider: 'local', model: 'm1', inputPrice: 1, outputPrice: 2 },
    free: { provider: 'local', model: 'm2', inputPrice: 0, outputPrice: 0 },
    unpriced: { provider: 'local', model: 'm3' },
    'without-output': { provider: 'local', model: 'm4', inputPrice: 1 },
    'without-input': { provider: 'local', model: 'm5', outputPrice: 1, cachedInputPrice: 1 },
    vectors: { provider: 'local', model: 'm6', kind: 'embeddings', inputPrice: 1 },
  };
  const routes = {
    good: { strategy: 'ordered', deployments: ['priced', 'free'] },
    mixed: { strategy: 'ordered', deployments: ['priced', 'unpriced'] },
  };
  const problems = (models: readonly string[] | undefined): readonly string[] =>
    lines(
      file({ deployments, routes, keys: [{ name: 'a', sha256: HASH, usdPerMonth: 1, ...(models && { models }) }] }),
    );

  const cases: readonly (readonly [models: readonly string[] | undefined, missing: readonly string[]])[] = [
    [undefined, ['unpriced', 'without-output', 'without-input']],
    [['good', 'priced', 'm2', 'vectors'], []],
    [['mixed'], ['unpriced']],
    [['m3'], ['unpriced']],
    [['priced', 'without-output'], ['without-output']],
    [['m5'], ['without-input']],
  ];
  for (const [models, missing] of cases) {
    test(`needs prices of what the key may use: ${models?.join(', ') ?? 'everything'}`, () => {
      const found = problems(models);
      assert.equal(found.length, missing.length, found.join('\n'));
      for (const [index, id] of missing.entries()) {
        assert.match(
          found[index] ?? '',
          new RegExp(`^keys\\[0\\]\\.usdPerMonth limits money, .* calls of ${id} do not`),
        );
      }
    });
  }

  test('says which price is missing, and where it goes', () => {
    assert.equal(
      problems(['m4'])[0],
      'keys[0].usdPerMonth limits money, which calls of without-output do not count against: that deployment, which the key may use, has no outputPrice; 0 is a price too. Example: "without-output": { "outputPrice": 2.5, ... }',
    );
  });
});

describe('a file that is nested too deep', () => {
  const kinds: Readonly<Record<string, (inner: unknown) => unknown>> = {
    arrays: (inner) => [inner],
    objects: (inner) => ({ a: inner }),
    rules: (inner) => ({ rules: inner }),
  };
  for (const [what, around] of Object.entries(kinds)) {
    test(`is refused with what is wrong: ${what}`, () => {
      let deep: unknown = 1;
      for (let level = 0; level < 20_000; level += 1) {
        deep = around(deep);
      }
      for (const json of [deep, file({ deployments: { one: { provider: 'openai', model: 'm', rules: deep } } })]) {
        assert.match(lines(json).join('\n'), /nests objects and arrays deeper than 32 levels/);
        assert.equal(lines(json).length, 1);
      }
    });
  }
});

test('parseConfig gives a verdict on any JSON', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('providers', 'deployments', 'routes', 'timeouts', 'keys', 'aws'),
      (json, key) => {
        for (const value of [json, file({ [key]: json })]) {
          const result = parseConfig(value);
          assert.ok(
            result.kind === 'parsed' ||
              result.problems.every(({ message, example }) => message !== '' && example !== ''),
          );
        }
      },
    ),
  );
});
