import type { Native } from '../../model/dialect.ts';
import { type JsonObject, objectMember } from '../../wire/json.ts';
import { THREADS_BETA } from './message-threads.ts';
import { ownNative } from './own-native.ts';
import { serviceTierOf } from './read-settings.ts';

/** The header that opens members of the body and types of tools. */
const BETA_HEADER = 'anthropic-beta';

/** Members of the request that only Anthropic has, and the betas that the caller asks for. */
export function nativeMembers(
  body: JsonObject,
  headers: Readonly<Record<string, string>>,
): ReadonlyMap<string, Native> {
  const betas = betaNames(headers[BETA_HEADER] ?? '');
  return new Map<string, Native>([
    ...Object.entries(body)
      .filter(([name, value]) => isUnread(name, body) && (value ?? null) !== null)
      .map(([name, value]) => [name, ownNative({ [name]: value }, ifForeign(name, value))] as const),
    ...otherConfig(body),
    ...(betas === '' ? [] : [[BETA_HEADER, ownNative({ [BETA_HEADER]: betas }, 'ignore')] as const]),
  ]);
}

/** More than anybody asks for: the whole of a caller's header is no vendor's to read. */
const MAX_BETAS = 32;

/** Names of betas, one comma between two. What is no name is left out, and that of threads, which are not held. */
function betaNames(header: string): string {
  const names = header.split(',').map((name) => name.trim());
  const known = names.filter((name) => /^[\w.-]{1,128}$/.test(name) && !THREADS_BETA.test(name));
  return [...new Set(known)].slice(0, MAX_BETAS).join(',');
}

/** Members that the prompt has a place for. */
const READ_MEMBERS: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'system', 'tools', 'tool_choice', 'max_tokens', 'stream', 'temperature', 'top_p', 'top_k'],
  ...['stop_sequences', 'thinking', 'output_config', 'output_format', 'metadata'],
]);

function isUnread(name: string, body: JsonObject): boolean {
  return name === 'service_tier' ? serviceTierOf(body) === undefined : !READ_MEMBERS.has(name);
}

/** Members of `output_config` that no other vendor has. */
function otherConfig(body: JsonObject): readonly (readonly [string, Native])[] {
  const { effort: _, format: __, ...others } = objectMember(body, 'output_config') ?? {};
  return Object.entries(others).map(([name, value]) => [`output_config.${name}`, ownNative({ [name]: value }, 'drop')]);
}

/** Where the answer is made is the caller's to say, and servers of tools that were named are to be asked. */
function ifForeign(name: string, value: unknown): Native['ifForeign'] {
  switch (name) {
    case 'inference_geo':
      return 'refuse';
    case 'mcp_servers':
      return Array.isArray(value) && value.length === 0 ? 'ignore' : 'refuse';
    case 'anthropic_version':
      return 'ignore';
    default:
      return 'drop';
  }
}
