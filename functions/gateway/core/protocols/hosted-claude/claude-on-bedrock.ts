import type { AnswerEvent } from '../../model/answer-event.ts';
import type { UpstreamRequest } from '../../model/dial.ts';
import type { Prompt } from '../../model/prompt.ts';
import { parseJson, stringMember } from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import { anthropicDecoder } from '../anthropic-messages/anthropic-decoder.ts';
import { readBedrockFailure, readStreamException } from '../bedrock-converse/bedrock-failure.ts';
import { bedrockRules } from '../bedrock-converse/bedrock-rules.ts';
import type { Alternative, AnswerDecoder, Encoding, Protocol, Target } from '../protocol.ts';
import { foreignPart } from './foreign-parts.ts';
import { encodeHostedClaude, type HostedRequest } from './hosted-claude-request.ts';

const VERSION = 'bedrock-2023-05-31';

/**
 * Claude on Bedrock in Anthropic's own words, by InvokeModel: the Messages API with the model in the path, the version and the betas in the
 * body, and events in frames of Amazon's. Source: Amazon Bedrock user guide, "Anthropic Claude Messages API", and API reference,
 * "InvokeModelWithResponseStream", 2026-11.
 */
export const claudeOnBedrock: Protocol = {
  dialect: 'anthropic-messages',
  framing: 'amazon-event-stream',
  encode: encodeInvocation,
  decoder: invocationDecoder,
  readFailure: readBedrockFailure,
};

/**
 * InvokeModel in place of Converse: for callers who speak Anthropic's Messages to a Claude, so that nothing is lost. Not for what Bedrock's
 * Claude does not take in Anthropic's words, which Converse may leave out.
 */
export function invokeModelInstead(target: Target): Alternative | undefined {
  if (!bedrockRules(target).invokeModel) {
    return undefined;
  }
  return (prompt) => {
    const isOwn = prompt.original.dialect === 'anthropic-messages';
    return isOwn && foreignPart(prompt, 'bedrock') === undefined ? claudeOnBedrock : undefined;
  };
}

function encodeInvocation(prompt: Prompt, target: Target): Encoding {
  const tier = SERVICE_TIERS.has(prompt.serviceTier ?? '') ? prompt.serviceTier : undefined;
  const encoding = encodeHostedClaude(prompt, target, 'bedrock', (hosted) => enveloped(hosted, tier));
  const isTold = encoding.kind === 'encoded' && tier !== undefined;
  return isTold
    ? { ...encoding, dropped: encoding.dropped.filter((name) => name !== prompt.names.serviceTier) }
    : encoding;
}

/** Amazon's tiers beside the usual one. Source: Amazon Bedrock API reference, "InvokeModel", 2026-11. */
const SERVICE_TIERS: ReadonlySet<string> = new Set(['flex', 'priority', 'reserved']);

function enveloped({ body, betas, request }: HostedRequest, tier: string | undefined): UpstreamRequest {
  const { model: _, stream: isStream, ...rest } = body;
  const headers = {
    accept: isStream === true ? 'application/vnd.amazon.eventstream' : 'application/json',
    ...(tier !== undefined && { 'x-amzn-bedrock-service-tier': tier }),
  };
  return {
    ...request,
    headers: { ...request.headers, ...headers },
    body: { anthropic_version: VERSION, ...(betas.length > 0 && { anthropic_beta: betas }), ...rest },
    dialect: 'anthropic-messages',
  };
}

/** Each frame has one event of the Messages API, in base64. */
function invocationDecoder(): AnswerDecoder {
  const inner = anthropicDecoder();
  let isBroken = false;
  const read = (event: WireEvent): readonly AnswerEvent[] => {
    if (event.kind === 'event') {
      return event.name === 'chunk' ? inner.event({ ...event, name: 'message', data: chunkText(event.data) }) : [];
    }
    isBroken = true;
    return [{ type: 'failed', failure: readStreamException(event) }];
  };
  return {
    event: (event) => (isBroken || inner.isComplete() ? [] : read(event)),
    body: inner.body,
    end: () => (isBroken ? [] : inner.end()),
    isComplete: () => isBroken || inner.isComplete(),
  };
}

/** What cannot be read is passed on as it is: the decoder of the Messages API knows what to make of it. */
function chunkText(payload: string): string {
  const bytes = stringMember(parseJson(payload), 'bytes');
  try {
    return bytes === undefined
      ? ''
      : new TextDecoder().decode(Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)));
  } catch {
    return '';
  }
}
