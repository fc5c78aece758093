import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';

/** A call as a vendor wants it, without a credential. */
export interface VendorCall {
  /** Appended to the base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** The smallest valid chat call in each vendor's own shape. */
export function chatCall(
  protocol: ProtocolName,
  options: { readonly streaming: boolean; readonly model: string },
): VendorCall {
  return CALLS[protocol](options.model, options.streaming);
}

const CALLS: Readonly<Record<ProtocolName, (model: string, stream: boolean) => VendorCall>> = {
  openai: (model, stream) => ({
    path: '/chat/completions',
    headers: {},
    body: { model, stream, stream_options: { include_usage: stream }, messages: [{ role: 'user', content: 'Hello' }] },
  }),
  'openai-responses': (model, stream) => ({
    path: '/responses',
    headers: {},
    body: { model, stream, store: false, input: 'Hello' },
  }),
  anthropic: (model, stream) => ({
    path: '/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { model, max_tokens: 999, stream, messages: [{ role: 'user', content: 'Hello' }] },
  }),
  gemini: (model, stream) => ({
    path: `/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    headers: {},
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  }),
  bedrock: (model, stream) => ({
    path: `/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`,
    headers: {},
    body: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] },
  }),
};
