import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isJsonObject, type JsonObject } from '../../functions/gateway/core/wire/json.ts';

/** A body as a vendor would get it. */
export interface TypedBody {
  /** What it is, for messages. */
  readonly name: string;
  readonly dialect: keyof typeof TYPES;
  readonly body: JsonObject;
}

/** What is declared before the bodies, and the type of each dialect's, by the vendors' own SDKs. */
const DECLARATIONS = [
  "import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';",
  "import type { ResponseCreateParams } from 'openai/resources/responses/responses';",
  "import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';",
  "import type { CachePointBlock, ConverseRequest, ToolChoice, ToolSpecification } from '@aws-sdk/client-bedrock-runtime';",
  "import type { Content, GenerationConfig, ServiceTier, Tool, ToolConfig } from '@google/genai';",
  "import type { DocumentType } from '@smithy/types';",
  // In JSON the values of enumerations are texts, and bytes are base64. What may be anything stays so.
  `type Wire<T> = [DocumentType] extends [T] ? unknown : T extends Uint8Array ? string : T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;`,
  'type Gemini = Wire<{ contents: Content[]; systemInstruction?: Content; tools?: Tool[]; toolConfig?: ToolConfig; generationConfig?: GenerationConfig; serviceTier?: ServiceTier }>;',
  // A schema may be any JSON; its own type is too deep for the compiler.
  "type ToolSpec = Omit<ToolSpecification, 'inputSchema'> & { inputSchema: { json: unknown } };",
  'type BedrockTools = { tools: ({ toolSpec: ToolSpec } | { cachePoint: Wire<CachePointBlock> })[]; toolChoice?: Wire<ToolChoice> };',
  "type Converse = Wire<Omit<ConverseRequest, 'modelId' | 'additionalModelRequestFields' | 'toolConfig'>> & { additionalModelRequestFields?: object; toolConfig?: BedrockTools };",
] as const;

/** What the version of Anthropic's API that is asked for takes beside the newest, of which the SDK's types are. */
const OLDER = '{ temperature?: number; top_p?: number; top_k?: number }';

const TYPES = {
  'openai-chat': 'ChatCompletionCreateParams',
  'openai-responses': 'ResponseCreateParams',
  'anthropic-messages': `MessageCreateParams & ${OLDER}`,
  // The model stands in the path; of Bedrock's the way of streaming too.
  'claude-on-bedrock': `Omit<MessageCreateParams, 'model' | 'stream'> & ${OLDER} & { anthropic_version: 'bedrock-2023-05-31'; anthropic_beta?: string[] }`,
  'claude-on-vertex': `Omit<MessageCreateParams, 'model'> & ${OLDER} & { anthropic_version: 'vertex-2023-10-16' }`,
  gemini: 'Gemini',
  'bedrock-converse': 'Converse',
} as const;

/** Longer texts say nothing of a type. */
const MAX_TEXT_CHARS = 200;

/** What TypeScript finds wrong with bodies that are written out as literals of the SDKs' types: unknown members, wrong values. One line each. */
export async function typeErrors(bodies: readonly TypedBody[]): Promise<readonly string[]> {
  const distinct = [...new Map(bodies.map((typed) => [keyOf(typed), typed])).values()];
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'bodies-'));
  try {
    const lines = [...DECLARATIONS, ...distinct.map(literal)];
    await writeFile(join(folder, 'bodies.ts'), lines.join('\n'));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG));
    const output = await run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder, '--pretty', 'false']);
    return output.split('\n').flatMap((line) => toldOf(line, distinct));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const CONFIG = {
  compilerOptions: {
    ...{ target: 'esnext', lib: ['esnext', 'dom'], module: 'nodenext', types: [], strict: true },
    ...{ noEmit: true, skipLibCheck: true },
  },
  files: ['bodies.ts'],
};

function keyOf({ dialect, body: { model: _, ...body } }: TypedBody): string {
  return dialect + JSON.stringify(short(body));
}

/** Each on a line of its own, so that a line of the compiler's leads back to it. */
function literal({ dialect, body }: TypedBody, index: number): string {
  return `export const body${index}: ${TYPES[dialect]} = ${JSON.stringify(short(withIds(body)))};`;
}

/** The API takes back what the assistant said without an id and a status, which the SDK's type wants. */
function withIds(body: JsonObject): JsonObject {
  const { input } = body;
  const said = (item: unknown): unknown =>
    isJsonObject(item) && item.type === 'message' && item.role === 'assistant'
      ? { id: 'msg_1', status: 'completed', ...item }
      : item;
  return Array.isArray(input) ? { ...body, input: input.map(said) } : body;
}

function short(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.slice(0, MAX_TEXT_CHARS);
  }
  if (Array.isArray(value)) {
    return value.map(short);
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, short(inner)]))
    : value;
}

function toldOf(line: string, bodies: readonly TypedBody[]): readonly string[] {
  const [, at = '', message = ''] = /^.*bodies\.ts\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
  if (at === '') {
    return line.includes('error') ? [line] : [];
  }
  const typed = bodies[Number(at) - 1 - DECLARATIONS.length];
  return [`${typed?.name}: ${message}`];
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    output += text;
  });
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  return output;
}
