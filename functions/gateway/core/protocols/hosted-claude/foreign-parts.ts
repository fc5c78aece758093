import type { MediaPart, Part } from '../../model/part.ts';
import type { Prompt, Tool } from '../../model/prompt.ts';
import { stringMember } from '../../wire/json.ts';
import type { Encoding } from '../protocol.ts';
import type { ClaudeHost } from './hosted-betas.ts';

type Unsupported = Extract<Encoding, { kind: 'unsupported' }>;

/** Tools that Claude has on every host; servers of Anthropic's own are behind the others. Source: platform.claude.com "Tool use", 2026-11. */
const CLIENT_TOOLS = /^(?:bash|computer|text_editor|memory|tool_search_tool_(?:regex|bm25))_\d/;

/** Those that a host has beside them. Source: Vertex AI, "Claude: web search", 2026-11. */
const SERVER_TOOLS: Readonly<Record<ClaudeHost, RegExp | undefined>> = { bedrock: undefined, vertex: /^web_search_\d/ };

const NAMES: Readonly<Record<ClaudeHost, string>> = { bedrock: 'Claude on Bedrock', vertex: 'Claude on Vertex AI' };

/** What of a prompt in Anthropic's words the host would refuse: a server's tool that it has not, a file that it does not fetch. */
export function foreignPart(prompt: Prompt, host: ClaudeHost): Unsupported | undefined {
  const tool = prompt.tools.find((one) => isForeignTool(one, host));
  if (tool?.kind === 'native') {
    return unsupported(tool.path, `${NAMES[host]} has no tool ${tool.what}: leave it out.`);
  }
  const file = prompt.turns.flatMap(({ parts }) => mediaOf(parts)).find((part) => isForeignFile(part, host));
  return file && unsupported(file.path, `${NAMES[host]} fetches no files: send the content itself.`);
}

function isForeignTool(tool: Tool, host: ClaudeHost): boolean {
  if (tool.kind === 'function') {
    return false;
  }
  const type = stringMember(tool.native.value, 'type') ?? 'custom';
  return type !== 'custom' && !CLIENT_TOOLS.test(type) && SERVER_TOOLS[host]?.test(type) !== true;
}

/** Results of tools may have files too. */
function mediaOf(parts: readonly Part[]): readonly MediaPart[] {
  return parts.flatMap((part) => {
    if (part.kind === 'tool-result') {
      return mediaOf(part.parts);
    }
    return part.kind === 'media' ? [part] : [];
  });
}

/** Bedrock fetches nothing; Vertex AI fetches pictures. Files that were uploaded to Anthropic are on neither. */
function isForeignFile({ media, source }: MediaPart, host: ClaudeHost): boolean {
  const isFetched = source.kind === 'url' && (host === 'bedrock' || media === 'document');
  return isFetched || source.kind === 'uploaded';
}

function unsupported(param: string, message: string): Unsupported {
  return { kind: 'unsupported', param, message };
}
