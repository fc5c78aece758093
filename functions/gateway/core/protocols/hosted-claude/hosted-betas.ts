import type { ClaudeRules } from '../claude/claude-rules.ts';

/** A cloud that hosts Claude and is spoken to in Anthropic's words. */
export type ClaudeHost = 'bedrock' | 'vertex';

interface BetaLine {
  /** As a caller asks Anthropic for it. */
  readonly beta: string;
  /** Where it is taken; elsewhere a request that asks for it is refused. */
  readonly hosts: readonly ClaudeHost[];
  /** What it is called there, where not the same. */
  readonly name?: string;
}

const BOTH: readonly ClaudeHost[] = ['bedrock', 'vertex'];

/**
 * The betas that the clouds take. Sources: Amazon Bedrock user guide, "Anthropic Claude Messages API"; Vertex AI, "Claude: beta headers";
 * Anthropic's feature pages on cloud platforms; what gateways of others have found. Read 2026-11.
 */
const LINES: readonly BetaLine[] = [
  { beta: 'advanced-tool-use-2025-11-20', hosts: BOTH, name: 'tool-search-tool-2025-10-19' },
  { beta: 'tool-search-tool-2025-10-19', hosts: BOTH },
  { beta: 'tool-examples-2025-10-29', hosts: ['bedrock'] },
  { beta: 'compact-2026-01-12', hosts: BOTH },
  { beta: 'computer-use-2025-01-24', hosts: BOTH },
  { beta: 'computer-use-2025-11-24', hosts: BOTH },
  { beta: 'context-1m-2025-08-07', hosts: BOTH },
  { beta: 'context-management-2025-06-27', hosts: BOTH },
  { beta: 'dangerous-tool-use-2026-09-03', hosts: BOTH },
  { beta: 'effort-2025-11-24', hosts: ['bedrock'] },
  { beta: 'fine-grained-tool-streaming-2025-05-14', hosts: ['bedrock'] },
  { beta: 'interleaved-thinking-2025-05-14', hosts: BOTH },
  { beta: 'mid-conversation-output-config-2026-07-01', hosts: ['bedrock'] },
  { beta: 'mid-conversation-tool-changes-2026-07-01', hosts: ['bedrock'] },
  { beta: 'per-turn-control-2026-07-01', hosts: ['vertex'] },
  { beta: 'thinking-binding-controls-2026-08-01', hosts: BOTH },
  { beta: 'thinking-display-updates-2026-08-18', hosts: BOTH },
  { beta: 'web-search-2025-03-05', hosts: ['vertex'] },
];

/** On the clouds, models that decide themselves how much to think refuse to be told to do it between tools. Source: Anthropic, "Extended thinking". */
const OF_BUDGETS = 'interleaved-thinking-2025-05-14';

/** The betas out of a caller's list, one comma between two, that a model takes on a host, by their names there. */
export function takenBetas(list: string, host: ClaudeHost, { thinking }: ClaudeRules): readonly string[] {
  const taken = list.split(',').flatMap((asked) => {
    const line = LINES.find(({ beta, hosts }) => beta === asked.trim() && hosts.includes(host));
    return line === undefined || (line.beta === OF_BUDGETS && thinking !== 'budget') ? [] : [line.name ?? line.beta];
  });
  return [...new Set(taken)];
}
