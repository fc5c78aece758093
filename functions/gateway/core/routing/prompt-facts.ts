import { promptFeesUsd } from '../model/cost.ts';
import type { MediaPart, OpaquePart, Part, Source } from '../model/part.ts';
import { isPlainTalk } from '../model/plain-talk.ts';
import type { Prompt, Turn } from '../model/prompt.ts';
import { keyNumber } from '../model/rendezvous.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { objectMember, stringMember } from '../wire/json.ts';
import { jsonWeight, textWeight } from '../wire/text-weight.ts';

/**
 * Bytes of UTF-8 a token, in the mean over texts and languages; a digit counts as two. A vendor's own count of prose, code and JSON differs
 * by a third either way, and of signs without words it is up to four times as much: some tokenizers take each alone.
 */
const BYTES_PER_TOKEN = 4;
/** What an image costs at a middle size, whatever its bytes; the least for anything else that is no text. */
const TOKENS_PER_MEDIUM = 1000;
/**
 * What an image comes to at the most. OpenAI's smallest models of 2024 bill 2,833 tokens for one and 5,667 for each of up to eight tiles of
 * it; all others, less. Source: OpenAI's guide to images, 2026-11.
 */
const MOST_IMAGE_TOKENS = 48_169;
/** Characters of base64 a token, of a file or a recording: about two tokens of text a page of a scanned PDF's kilobyte. */
const BASE64_CHARS_PER_TOKEN = 32;
/** As much of each of the conversation's first turns as tells two conversations apart, and so many of them. */
const AFFINITY_CHARS = 2000;
const AFFINITY_TURNS = 8;
/** No longer keys are kept as they are: each look at what is remembered of a conversation hashes its key. */
const MAX_KEY_CHARS = 64;

/**
 * Reads what routing and limits need off a prompt. The caller's whole body counts, members that nobody here knows included, since they are
 * sent too; images and files count by their length alone. Linear in the size of the body.
 */
export function promptFacts(prompt: Prompt, tags: readonly string[]): RequestFacts {
  const { limits, stream, turns, original } = prompt;
  const isPlain = isPlainTalk(prompt);
  const media: (MediaPart | OpaquePart)[] = [];
  if (!isPlain) {
    addMedia(
      media,
      turns.flatMap(({ parts }) => parts),
    );
  }
  const textBytes = jsonWeight(original.body) - media.reduce((sum, part) => sum + bytesOf(part), 0);
  const mediaTokens = media.reduce((sum, part) => sum + tokensOf(part), 0);
  const key = prompt.cacheKey ?? stablePrefix(turns);
  // OpenAI's `prompt: { id }`: a text that the vendor has.
  const isKeptAtVendor = original.dialect === 'openai-responses' && objectMember(original.body, 'prompt') !== undefined;
  const isPriced = prompt.serviceTier !== undefined || original.body.inference_geo !== undefined;
  return {
    stream,
    promptTokens: Math.ceil(Math.max(0, textBytes) / BYTES_PER_TOKEN + mediaTokens),
    choices: limits.choices,
    affinityKey: key.length <= MAX_KEY_CHARS ? key : keyNumber(key).toString(36),
    tags,
    maxOutputTokens: limits.outputTokens,
    isUnsized: isKeptAtVendor || media.some(isUnsized) ? true : undefined,
    imageTokens: media.length === 0 ? undefined : imageTokens(media),
    priceFactor: isPriced ? priceFactor(prompt) : undefined,
    feesUsd: isPlain ? undefined : promptFeesUsd(prompt),
  };
}

/** Tiers that cost what is usual, or less. */
const USUAL_TIERS: ReadonlySet<string> = new Set([
  ...['auto', 'default', 'standard', 'standard_only', 'on_demand', 'flex', 'batch'],
]);
/** What any other tier costs at the most, of the usual price: `priority` is 1.7 to 2 times at OpenAI, Azure and Bedrock. */
const DEAR_TIER_FACTOR = 2;
/** Anthropic's price of an answer that is made in one country, of the usual one. */
const GEO_FACTOR = 1.1;

/** What the request costs of the usual price, by its members that mean another one; `undefined`: as much. */
function priceFactor({ serviceTier, original }: Prompt): number | undefined {
  const isDear = serviceTier !== undefined && !USUAL_TIERS.has(serviceTier);
  const geo = stringMember(original.body, 'inference_geo') ?? 'global';
  const factor = (isDear ? DEAR_TIER_FACTOR : 1) * (geo === 'global' ? 1 : GEO_FACTOR);
  return factor === 1 ? undefined : factor;
}

/**
 * A document and a recording may be compressed, and what stands elsewhere may be of any length. Vendors read an image at a size of their own.
 */
function isUnsized(part: MediaPart | OpaquePart): boolean {
  if (part.kind === 'opaque' || part.media === 'image' || part.source.kind === 'text') {
    return false;
  }
  return part.media !== 'audio' || !isPlainAudio(part.source);
}

/** The beginning of a WAV file in base64, and the types of samples without a head: as long as they last. */
const WAV_BEGINNING = 'UklGR';
const SAMPLES = /^audio\/(?:x-)?(?:pcm|pcm16|l16)\b/;

function isPlainAudio(source: Source): boolean {
  return source.kind === 'base64' && (source.data.startsWith(WAV_BEGINNING) || SAMPLES.test(source.mediaType));
}

/** `undefined`: there is no image. */
function imageTokens(media: readonly (MediaPart | OpaquePart)[]): number | undefined {
  const images = media.filter((part) => part.kind === 'media' && part.media === 'image' && part.source.kind !== 'none');
  return images.length === 0 ? undefined : images.length * MOST_IMAGE_TOKENS;
}

/** What is no text, wherever it stands. */
function addMedia(media: (MediaPart | OpaquePart)[], parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.kind === 'media' || part.kind === 'opaque') {
      media.push(part);
    } else if (part.kind === 'tool-result') {
      addMedia(media, part.parts);
    }
  }
}

/** As much of the body's size as is the part's content. */
function bytesOf(part: MediaPart | OpaquePart): number {
  return part.kind === 'opaque' ? jsonWeight(part.native.value) : textWeight(contentOf(part));
}

function tokensOf(part: MediaPart | OpaquePart): number {
  if (part.kind === 'opaque') {
    return Math.max(TOKENS_PER_MEDIUM, bytesOf(part) / BYTES_PER_TOKEN);
  }
  if (part.source.kind === 'text') {
    return bytesOf(part) / BYTES_PER_TOKEN;
  }
  const chars = part.media === 'image' ? 0 : contentOf(part).length;
  return Math.max(TOKENS_PER_MEDIUM, chars / BASE64_CHARS_PER_TOKEN);
}

/** Some clients send base64 in the place of an address. */
function contentOf({ source }: MediaPart): string {
  switch (source.kind) {
    case 'base64':
      return source.data;
    case 'text':
      return source.text;
    case 'url':
      return source.url;
    case 'uploaded':
    case 'none':
      return '';
  }
}

/** The turns up to the first of the user, or the first where there is none: they stay the same while a conversation grows. */
function stablePrefix(turns: readonly Turn[]): string {
  const firstUser = turns.findIndex(
    ({ role, parts }) => role === 'user' && !parts.every(({ kind }) => kind === 'tool-result'),
  );
  const first = turns.slice(0, Math.max(0, firstUser) + 1);
  return [...first.slice(0, -1).slice(0, AFFINITY_TURNS), ...first.slice(-1)]
    .map(({ role, parts }) => {
      const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
      return `${role}\n${text.slice(0, AFFINITY_CHARS)}`;
    })
    .join('\n');
}
