import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { EVERY_PROTOCOL, modelAt, protocolGateway, type SeenAnswer } from './support/every-protocol.ts';
import { SURFACE_FORMS, waysOfAsking } from './support/surface-forms.ts';

/**
 * What a caller writes into a request must not be read otherwise behind the gateway: as another member by a parser that minds no case, or
 * as the operator's word by a server that trusts his credential.
 */

/** Members in another writing, as Go's parser would read them all the same. */
const OTHER_WRITINGS = [
  ...['Model', 'MODEL', 'mOdel', 'N', 'Stream', 'Max_tokens', 'MAX_COMPLETION_TOKENS', 'Messages', 'Tools', 'System'],
  ...['Models', 'API_BASE', 'Base_url', 'Api_Key', 'Provider', 'Fallbacks', 'Metadata', 'Best_of', 'Service_Tier'],
  // The letters that fold into s, k and i.
  ...['ap\u0130_base', 'pr\u0130or\u0131ty', '\u0131nput', 'serv\u0130ce_tier'],
  ...['me\u017f\u017fages', '\u017fy\u017ftem', 'max_to\u212aens', 'model\u017f', '\u017fTREAM'],
];

/** Members that mean another model, address, credential or price somewhere. */
const UNTRUSTED = [
  ...['models', 'provider', 'route', 'plugins', 'transforms', 'fallbacks', 'api_base', 'base_url', 'api_key', 'apiKey'],
  ...['api-base', 'baseURL', 'user_config', 'mock_response', 'extra_body', 'extra_headers', 'headers', 'proxy'],
  ...['custom_llm_provider', 'chat_template', 'chat_template_kwargs', 'logits_processors', 'custom_logit_processor'],
  ...[
    'best_of',
    'prompt_logprobs',
    'kv_transfer_params',
    'guided_regex',
    'structured_outputs',
    'priority',
    'request_id',
  ],
  ...[
    'aws_sts_endpoint',
    'awsWebIdentityToken',
    'AWS-Session-Name',
    'azure_scope',
    'vertex_ai_project',
    's3_endpoint_url',
  ],
  ...['client_secret', 'preset', 'tags', 'model_info', 'input_cost_per_token'],
  ...['callback_url', 'success_callback', 'lora_path', 'aws_secret_access_key', 'vertex_credentials', 'options'],
];

const OPERATORS = 'operator-only';

function errorOf({ text }: SeenAnswer): unknown {
  return member(parseJson(text), 'error');
}

for (const [way, form] of SURFACE_FORMS.flatMap(waysOfAsking)) {
  for (const protocol of EVERY_PROTOCOL) {
    describe(`${form.name} at a vendor that speaks ${protocol}, ${way}`, () => {
      it('refuses members that differ from known ones in case alone', async () => {
        const gateway = protocolGateway(protocol);
        for (const name of OTHER_WRITINGS) {
          const body = JSON.stringify(form.body(modelAt(form.path), { members: { [name]: 'other' } }));
          const answer = await gateway.ask(form.path, body);
          assert.equal(answer.status, 400, `${name}: ${answer.text}`);
          assert.match(String(member(errorOf(answer), 'message')), /must be written as "/);
        }
        assert.equal(gateway.sent.length, 0);
      });

      it('passes no member that means another model, address or credential to a server that trusts the operator', async () => {
        const gateway = protocolGateway(protocol);
        // Completions refuse more than one answer to choose from by themselves.
        for (const name of UNTRUSTED.filter((one) => one !== 'best_of' || form.name !== 'completions')) {
          const body = JSON.stringify(form.body(modelAt(form.path), { members: { [name]: 'operator-only' } }));
          const { status, headers, text } = await gateway.ask(form.path, body);
          assert.ok(status === 200 || gateway.sent.length === 0, `${name}: ${text}`);
          const isCount = form.name === 'count_tokens';
          assert.ok(isCount || status !== 200 || headers['x-nemo-dropped-params']?.includes(name), `${name} is named`);
        }
        assert.ok(!JSON.stringify(gateway.sent).includes('operator-only'));
      });

      it('passes none of these within labels and members that nobody knows', async () => {
        const gateway = protocolGateway(protocol);
        const members = {
          metadata: {
            label: 'mine',
            tags: [OPERATORS],
            api_base: { url: OPERATORS },
            deep: { guardrails: [OPERATORS] },
          },
          unknown: {
            deep: [{ api_key: OPERATORS, apiBase: OPERATORS, model: OPERATORS, 'extra-headers': { a: OPERATORS } }],
          },
          others: [{ base_url: OPERATORS }, { litellm_params: { model: OPERATORS } }, { aws_sts_endpoint: OPERATORS }],
        };
        const answer = await gateway.ask(form.path, JSON.stringify(form.body(modelAt(form.path), { members })));
        assert.ok(answer.status === 200 || gateway.sent.length === 0, answer.text);
        assert.ok(!JSON.stringify(gateway.sent).includes(OPERATORS), JSON.stringify(gateway.sent));
      });

      it('sends a member that is written twice once, as it was read here', async () => {
        const gateway = protocolGateway(protocol);
        const body = JSON.stringify(form.body(modelAt(form.path), {}));
        const answer = await gateway.ask(
          form.path,
          body.replace('{', '{"model":"first","user":"first","user":"last",'),
        );
        assert.ok(answer.status === 200 || gateway.sent.length === 0, answer.text);
        assert.ok(!JSON.stringify(gateway.sent).includes('first'));
      });

      it('has at most 256 members, with names of at most 128 characters', async () => {
        const gateway = protocolGateway(protocol);
        const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x${index}`, 1]));
        for (const members of [many, { ['x'.repeat(200)]: 1 }]) {
          const answer = await gateway.ask(form.path, JSON.stringify(form.body(modelAt(form.path), { members })));
          assert.equal(answer.status, 400);
        }
        assert.equal(gateway.sent.length, 0);
      });
    });
  }
}

describe('what the operator lists for a provider', () => {
  it('is passed on, and nothing else of its kind', async () => {
    const gateway = protocolGateway('openai', { provider: { passMembers: ['models', 'chat_template_kwargs'] } });
    const [form] = SURFACE_FORMS;
    const members = { models: ['a'], chat_template_kwargs: { enable_thinking: false }, provider: {}, unknown: 1 };
    await gateway.ask(form!.path, JSON.stringify(form!.body('all', { members })));
    const [body = {}] = gateway.sent;
    assert.deepEqual(body.models, ['a']);
    assert.deepEqual(body.chat_template_kwargs, { enable_thinking: false });
    assert.equal(body.unknown, 1);
    assert.ok(!('provider' in body));
  });
});

describe('the names of what was left out', () => {
  it('are told up to twenty, and no longer than headers may be', async () => {
    const gateway = protocolGateway('anthropic');
    const [form] = SURFACE_FORMS;
    const members = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${'x'.repeat(100)}${index}`, 1]));
    const { headers, status } = await gateway.ask(form!.path, JSON.stringify(form!.body('all', { members })));
    assert.equal(status, 200);
    assert.ok((headers['x-nemo-dropped-params']?.length ?? 0) < 2000);
    assert.match(headers['x-nemo-dropped-params'] ?? '', /and 180 more$/);
  });
});
