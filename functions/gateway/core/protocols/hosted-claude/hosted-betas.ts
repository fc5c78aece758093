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

/** The betas that the clouds take: a line for each, with who says so and when it was read. */
export const BETA_LINES: readonly BetaLine[] = [
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'advanced-tool-use-2025-11-20', hosts: BOTH, name: 'tool-search-tool-2025-10-19' },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'tool-search-tool-2025-10-19', hosts: BOTH },
  // Amazon Bedrock user guide, "Anthropic Claude Messages API", 2026-11.
  { beta: 'tool-examples-2025-10-29', hosts: ['bedrock'] },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'compact-2026-01-12', hosts: BOTH },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'computer-use-2025-01-24', hosts: BOTH },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'computer-use-2025-11-24', hosts: BOTH },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'context-1m-2025-08-07', hosts: BOTH },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'context-management-2025-06-27', hosts: BOTH },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'dangerous-tool-use-2026-09-03', hosts: BOTH },
  // Amazon Bedrock user guide, "Anthropic Claude Messages API", 2026-11.
  { beta: 'effort-2025-11-24', hosts: ['bedrock'] },
  // Amazon Bedrock user guide, "Anthropic Claude Messages API", 2026-11.
  { beta: 'fine-grained-tool-streaming-2025-05-14', hosts: ['bedrock'] },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'interleaved-thinking-2025-05-14', hosts: BOTH },
  // Amazon Bedrock user guide, "Anthropic Claude Messages API", 2026-11.
  { beta: 'mid-conversation-output-config-2026-07-01', hosts: ['bedrock'] },
  // Amazon Bedrock user guide, "Anthropic Claude Messages API", 2026-11.
  { beta: 'mid-conversation-tool-changes-2026-07-01', hosts: ['bedrock'] },
  // Google Cloud, "Use Anthropic's Claude models", beta headers, 2026-11.
  { beta: 'per-turn-control-2026-07-01', hosts: ['vertex'] },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'thinking-binding-controls-2026-08-01', hosts: BOTH },
  // Both clouds' pages of Claude's betas, 2026-11.
  { beta: 'thinking-display-updates-2026-08-18', hosts: BOTH },
  // Google Cloud, "Use Anthropic's Claude models", beta headers, 2026-11.
  { beta: 'web-search-2025-03-05', hosts: ['vertex'] },
];

/** On the clouds, models that decide themselves how much to think refuse to be told to do it between tools. Source: Anthropic, "Extended thinking", 2026-11. */
const OF_BUDGETS = 'interleaved-thinking-2025-05-14';

/** The betas out of a caller's list, one comma between two, that a model takes on a host, by their names there. */
export function takenBetas(list: string, host: ClaudeHost, { thinking }: ClaudeRules): readonly string[] {
  const taken = list.split(',').flatMap((asked) => {
    const line = BETA_LINES.find(({ beta, hosts }) => beta === asked.trim() && hosts.includes(host));
    return line === undefined || (line.beta === OF_BUDGETS && thinking !== 'budget') ? [] : [line.name ?? line.beta];
  });
  return [...new Set(taken)];
}
