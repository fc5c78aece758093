import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';

/** One recorded exchange with a vendor: an entry of a folder's `manifest.json` and its files. */
export interface Recording {
  readonly id: string;
  readonly status: number;
  readonly isStream: boolean;
  /** `json`, `sse`, `aws-eventstream`, `json-array-stream` or `jsonl-events`. */
  readonly framing: string;
  /** 1: really recorded, with its request. */
  readonly tier: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly response: Buffer;
  /** The body that was sent, where it is there. */
  readonly request: JsonObject | undefined;
  /** What the vendor's own SDK made of it, as `OK stop:0`. */
  readonly sdkOutcome: string | undefined;
  /** How it is replayed, or why it is not. */
  readonly use: RecordingUse;
}

export type RecordingUse =
  | { readonly kind: 'chat' | 'embeddings'; readonly protocol: ProtocolName; readonly model: string }
  | { readonly kind: 'skipped'; readonly reason: string };

/** Reads a folder of recordings. */
export function readRecordings(folder: string): readonly Recording[] {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  return arrayMember(manifest, 'entries').map((entry) => readRecording(folder, entry));
}

function readRecording(folder: string, entry: unknown): Recording {
  const text = (name: string): string => stringMember(entry, name) ?? '';
  const requestFile = text('request_file');
  const request = requestFile === '' ? undefined : parseJson(readFileSync(join(folder, requestFile), 'utf8'));
  const status = numberMember(entry, 'status') ?? 200;
  const responseFile = text('response_file');
  const hasResponse = responseFile !== '' && existsSync(join(folder, responseFile));
  const body = isJsonObject(request) ? request : undefined;
  return {
    id: text('id'),
    status,
    isStream: member(entry, 'streaming') === true,
    framing: text('framing'),
    tier: numberMember(entry, 'tier') ?? 2,
    headers: headersOf(objectMember(entry, 'response_headers') ?? {}),
    response: hasResponse ? readFileSync(join(folder, responseFile)) : Buffer.alloc(0),
    request: body,
    sdkOutcome: stringMember(entry, 'official_sdk_outcome'),
    use: hasResponse
      ? useOf({ api: text('api'), model: stringMember(body, 'model') ?? modelInUrl(text('url')) })
      : { kind: 'skipped', reason: 'its response is not in the folder' },
  };
}

function headersOf(recorded: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(recorded).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** As `/models/gemini-2.5-pro:generateContent` and `/model/us.amazon.nova-micro-v1%3A0/converse`. */
function modelInUrl(url: string): string {
  const [, gemini, bedrock] = /\/models\/([^/:?]+)|\/model\/([^/?]+)/.exec(url) ?? [];
  return decodeURIComponent(gemini ?? bedrock ?? 'recorded-model');
}

function useOf({ api, model }: { readonly api: string; readonly model: string }): RecordingUse {
  const found = USES.find(({ match }) => match.test(api));
  return found === undefined ? { kind: 'skipped', reason: `no replay of the api ${api}` } : { ...found.use, model };
}

const USES = [
  { match: /chat\.completions/, use: { kind: 'chat', protocol: 'openai' } },
  { match: /^responses$/, use: { kind: 'chat', protocol: 'openai-responses' } },
  { match: /messages/, use: { kind: 'chat', protocol: 'anthropic' } },
  { match: /generateContent/i, use: { kind: 'chat', protocol: 'gemini' } },
  { match: /^converse/, use: { kind: 'chat', protocol: 'bedrock' } },
  { match: /^embeddings/, use: { kind: 'embeddings', protocol: 'openai' } },
  { match: /^batchEmbedContents/, use: { kind: 'embeddings', protocol: 'gemini' } },
  { match: /^invoke.*embed/, use: { kind: 'embeddings', protocol: 'bedrock' } },
] as const;
