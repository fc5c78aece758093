import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import type { Vendor } from '../../functions/gateway/core/model/vendor.ts';
import type { Protocol } from '../../functions/gateway/core/protocols/protocol.ts';
import { PROTOCOLS } from '../../functions/gateway/core/protocols/protocols.ts';
import { protocolAt } from '../../functions/gateway/core/protocols/spoken-protocols.ts';
import type { TypedBody } from './typed-bodies.ts';

/** Ten models of each vendor whose SDK has types for a body, chosen so that every set of rules is among them. */
const MODELS = {
  openai: [
    ...['gpt-4o', 'gpt-4.1', 'gpt-5', 'gpt-5.1', 'gpt-5.5', 'gpt-5.6-terra', 'o1', 'o3', 'o4-mini', 'gpt-4o-mini'],
  ],
  'openai-responses': [
    ...['gpt-4o', 'gpt-4.1', 'gpt-5', 'gpt-5.1', 'gpt-5.5', 'gpt-5.6-terra', 'gpt-5-codex', 'o3', 'o4-mini', 'o3-pro'],
  ],
  anthropic: [
    ...['claude-3-haiku-20240307', 'claude-3-7-sonnet-20250219', 'claude-sonnet-4-0', 'claude-opus-4-1'],
    ...[
      'claude-sonnet-4-5',
      'claude-opus-4-6',
      'claude-opus-4-7',
      'claude-sonnet-5',
      'claude-opus-5',
      'claude-fable-5-1',
    ],
  ],
  gemini: [
    ...['gemini-2.0-flash', 'gemini-2.5-flash', 'gemini-2.5-flash-lite', 'gemini-2.5-pro', 'gemini-3-pro-preview'],
    ...['gemini-3-flash', 'gemini-3.5-flash-lite', 'gemini-3.6-flash', 'gemini-2.5-flash-image', 'gemini-flash-latest'],
  ],
  bedrock: [
    ...[
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'us.anthropic.claude-opus-4-7',
      'global.anthropic.claude-opus-5',
    ],
    ...['anthropic.claude-3-haiku-20240307-v1:0', 'us.amazon.nova-pro-v1:0', 'us.amazon.nova-2-lite-v1:0'],
    ...['us.meta.llama3-3-70b-instruct-v1:0', 'mistral.mistral-large-2407-v1:0', 'openai.gpt-oss-120b-1:0'],
    'qwen.qwen3-32b-v1:0',
  ],
} as const;

const DIALECTS = {
  openai: 'openai-chat',
  'openai-responses': 'openai-responses',
  anthropic: 'anthropic-messages',
  gemini: 'gemini',
  bedrock: 'bedrock-converse',
} as const;

/** Where Claude is spoken to in Anthropic's words in an envelope of the cloud's. */
const HOSTED = { bedrock: 'claude-on-bedrock', vertex: 'claude-on-vertex' } as const;

/** A protocol at a vendor, and the types of its bodies. */
interface Typed {
  readonly encode: Protocol['encode'];
  readonly dialect: TypedBody['dialect'];
  readonly models: readonly string[];
  readonly vendor: Vendor;
}

/** Whose servers each protocol is asked at, the one with all models first. */
const VENDORS = {
  openai: ['openai', 'azure'],
  'openai-responses': ['openai', 'azure'],
  anthropic: ['anthropic'],
  gemini: ['google-ai', 'vertex'],
  bedrock: ['bedrock'],
} as const satisfies Record<keyof typeof MODELS, readonly Vendor[]>;

/** Of so many models at each further vendor: what is theirs alone does not depend on the model. */
const OF_OTHERS = 2;

const TYPED: readonly Typed[] = [
  ...(Object.keys(MODELS) as (keyof typeof MODELS)[]).flatMap((name) =>
    VENDORS[name].map((vendor, index) => ({
      encode: PROTOCOLS[name].encode,
      dialect: DIALECTS[name],
      models: index === 0 ? MODELS[name] : MODELS[name].slice(-OF_OTHERS),
      vendor,
    })),
  ),
  ...(Object.keys(HOSTED) as (keyof typeof HOSTED)[]).map((vendor) => ({
    encode: protocolAt('anthropic', vendor).encode,
    dialect: HOSTED[vendor],
    models: MODELS.anthropic,
    vendor,
  })),
];

/** The prompt as it goes out to each of those models, streamed and not, also where its own dialect is the vendor's. */
export function typedRequests(name: string, prompt: Prompt): readonly TypedBody[] {
  return TYPED.flatMap(({ encode, dialect, models, vendor }) =>
    models.flatMap((model) =>
      [true, false].flatMap((streaming) => {
        const encoding = encode(prompt, { model, streaming, vendor });
        return encoding.kind === 'encoded'
          ? [{ name: `${name} for ${model}`, dialect, body: encoding.request.body }]
          : [];
      }),
    ),
  );
}
