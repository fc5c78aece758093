import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ONLY_WINDOWS } from '../../../../functions/gateway/config/largest-answer.ts';
import { OWN_WORDS_LINES } from '../../../../functions/gateway/core/hosts/deployment-protocol.ts';
import { KNOWN_HOSTS } from '../../../../functions/gateway/core/hosts/known-hosts.ts';
import { HOSTNAMES } from '../../../../functions/gateway/core/hosts/vendor-of.ts';
import { FEE_LINES } from '../../../../functions/gateway/core/model/cost.ts';
import { ADVICE } from '../../../../functions/gateway/core/model/vendor-text.ts';
import { PROBE_LINES } from '../../../../functions/gateway/core/probe/probe-rules.ts';
import { EMBEDDINGS_FAMILIES } from '../../../../functions/gateway/core/protocols/bedrock-converse/bedrock-embeddings.ts';
import { BEDROCK_LINES } from '../../../../functions/gateway/core/protocols/bedrock-converse/bedrock-rules.ts';
import { CLAUDE_LINES } from '../../../../functions/gateway/core/protocols/claude/claude-rules.ts';
import { GEMINI_LINES } from '../../../../functions/gateway/core/protocols/gemini/gemini-rules.ts';
import { BETA_LINES } from '../../../../functions/gateway/core/protocols/hosted-claude/hosted-betas.ts';
import { EMBEDDINGS_LINES } from '../../../../functions/gateway/core/protocols/openai-chat/embeddings-rules.ts';
import { HOST_LINES } from '../../../../functions/gateway/core/protocols/openai-chat/host-lines.ts';
import { MODEL_LINES } from '../../../../functions/gateway/core/protocols/openai-chat/model-lines.ts';
import { RESPONSES_LINES } from '../../../../functions/gateway/core/protocols/openai-chat/rules-by-model.ts';
import { TOOL_RULES } from '../../../../functions/gateway/core/protocols/portable/tool-name.ts';
import { LIMIT_LINES } from '../../../../infra/catalogue/model-limits.ts';

/** The tables by the files that they are in. */
const TABLES: Readonly<Record<string, readonly { readonly source: string }[]>> = {
  'hosts/deployment-protocol.ts': OWN_WORDS_LINES,
  'protocols/bedrock-converse/bedrock-embeddings.ts': EMBEDDINGS_FAMILIES,
  'infra: windows and largest answers': LIMIT_LINES,
};

const CORE = new URL('../../../../functions/gateway/core/', import.meta.url);

/** A regular expression that names a model or a family of models. */
const NAMES_A_MODEL =
  /\/[^/\n]*(?:claude|gpt-|gemini|llama|nova|titan|mistral|qwen|deepseek|kimi|glm-|grok|cohere|sonar)[^/\n]*\/[a-z]*(?=[.,;)\s])/;

/** Hostnames and the vendors' sentences of failures are no rules of models. */
const OTHERS: readonly string[] = ['hosts/vendor-of.ts', 'protocols/failure-words.ts'];

/** Tables of what vendors say and take, one source for all of their lines, by file: it stands in the comment above each. */
const OF_ONE_SOURCE: Readonly<Record<string, readonly string[]>> = {
  'attempt/spent-usage.ts': ['GO_ON'],
  'hosts/key-hosts.ts': ['RESPONSES_HOSTS'],
  'hosts/vertex.ts': ['ADDRESSES'],
  'protocols/anthropic-messages/anthropic-failure.ts': ['QUOTA_CODES', 'STATUSES'],
  'protocols/anthropic-messages/message-members.ts': ['REASONS', 'SERVED_TIERS'],
  'protocols/anthropic-messages/callers-members.ts': ['SERVICE_TIERS'],
  'protocols/bedrock-converse/bedrock-content.ts': ['IMAGE_FORMATS'],
  'protocols/bedrock-converse/bedrock-documents.ts': ['DOCUMENT_FORMATS'],
  'protocols/bedrock-converse/bedrock-exceptions.ts': [
    'EXCEPTION_STATUS',
    'FULL_CONTEXT',
    'SPENT_QUOTA',
    'WRONG_MODEL',
  ],
  'protocols/bedrock-converse/bedrock-finish.ts': ['ENDINGS'],
  'protocols/bedrock-converse/bedrock-other-settings.ts': ['SERVICE_TIERS'],
  'protocols/claude/claude-rules.ts': ['LIMITS'],
  'protocols/claude/closed-schema.ts': ['FORMATS'],
  'protocols/failure-words.ts': ['SENTENCES'],
  'protocols/gemini/gemini-ending.ts': ['REASONS'],
  'protocols/gemini/gemini-failure.ts': ['MISSING_FILE', 'STATUSES'],
  'protocols/gemini/gemini-request.ts': ['SERVICE_TIERS'],
  'protocols/gemini/gemini-thinking.ts': ['DEPTHS'],
  'protocols/hosted-claude/claude-on-bedrock.ts': ['SERVICE_TIERS'],
  'protocols/hosted-claude/foreign-parts.ts': ['CLIENT_TOOLS', 'SERVER_TOOLS'],
  'protocols/hosted-claude/hosted-claude-request.ts': ['OF_ANTHROPIC'],
  'protocols/openai-chat/answer-info.ts': ['PASSED_ON', 'WRITTEN'],
  'protocols/openai-chat/choice-content.ts': ['CHOICE_MEMBERS', 'REASONING_NAMES'],
  'protocols/openai-chat/error-codes.ts': ['ERROR_CODES'],
  'protocols/openai-chat/openai-failure.ts': ['REQUEST_ID_HEADERS', 'SPENT'],
  'protocols/openai-chat/openai-finish.ts': ['FINISHES'],
  'protocols/openai-chat/setting-members.ts': ['OWN_MEMBERS'],
  'protocols/openai-chat/strict-schema.ts': ['FORMATS', 'NOT_IN_CEREBRAS'],
  'protocols/openai-chat/thought-blocks.ts': ['THOUGHT_BLOCKS'],
  'protocols/openai-responses/responses-decoder.ts': ['REASONS'],
  'protocols/status-failure.ts': ['FREE_OF_BLAME'],
};

/** Tables whose lines have the source in a comment beside each, which is not shipped: by file, the constant and how many lines it has. */
const BY_COMMENTS: Readonly<Record<string, readonly [name: string, lines: number]>> = {
  'probe/probe-rules.ts': ['OPENAI_LINES', PROBE_LINES.openai.length],
  'protocols/bedrock-converse/bedrock-rules.ts': ['BEDROCK_LINES', BEDROCK_LINES.length],
  'protocols/claude/claude-rules.ts': ['CLAUDE_LINES', CLAUDE_LINES.length],
  'protocols/gemini/gemini-rules.ts': ['GEMINI_LINES', GEMINI_LINES.length],
  'protocols/openai-chat/embeddings-rules.ts': ['EMBEDDINGS_LINES', EMBEDDINGS_LINES.length],
  'protocols/openai-chat/host-lines.ts': ['HOST_LINES', HOST_LINES.length],
  'protocols/openai-chat/model-lines.ts': ['MODEL_LINES', MODEL_LINES.length],
  'protocols/openai-chat/rules-by-model.ts': ['RESPONSES_LINES', RESPONSES_LINES.length],
  '../config/largest-answer.ts': ['ONLY_WINDOWS', ONLY_WINDOWS.size],
  'hosts/known-hosts.ts': ['KNOWN_HOSTS', Object.keys(KNOWN_HOSTS).length],
  'hosts/vendor-of.ts': ['HOSTNAMES', HOSTNAMES.length],
  'model/vendor-text.ts': ['ADVICE', ADVICE.length],
  'model/cost.ts': ['FEE_LINES', FEE_LINES.length],
  'protocols/hosted-claude/hosted-betas.ts': ['BETA_LINES', BETA_LINES.length],
  'protocols/portable/tool-name.ts': ['TOOL_RULES', Object.keys(TOOL_RULES).length],
};

/** The text of a constant, to its last bracket. */
function textOf(code: string, name: string): string {
  return new RegExp(`^(?:export )?const ${name}\\b[\\s\\S]*?^[\\])}]`, 'm').exec(code)?.[0] ?? '';
}

/** The comment right above a constant. */
function commentOn(code: string, name: string): string {
  const at = code.search(new RegExp(`^(?:export )?const ${name}\\b`, 'm'));
  return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n$/.exec(code.slice(0, Math.max(0, at)))?.[0] ?? '';
}

describe('what is known of vendors', () => {
  for (const [file, names] of Object.entries(OF_ONE_SOURCE)) {
    it(`in ${file} has its source and when it was read, above each table`, () => {
      const code = readFileSync(new URL(file, CORE), 'utf8');
      const unsourced = names.filter((name) => !/Sources?:[\s\S]*20\d\d-\d\d/.test(commentOn(code, name)));
      assert.deepEqual(unsourced, []);
    });
  }
});

describe('a line of what is known of vendors', () => {
  for (const [file, [name, lines]] of Object.entries(BY_COMMENTS)) {
    it(`has its source and when it was read beside it: ${name} in ${file}`, () => {
      const table = textOf(readFileSync(new URL(file, CORE), 'utf8'), name);
      assert.equal(table.match(/^ {2}\/\/ .*, 20\d\d-\d\d\.?$/gm)?.length, lines);
    });
  }
});

describe('the rules of models', () => {
  for (const [file, lines] of Object.entries(TABLES)) {
    it(`in ${file} have, line by line, their source and when it was read`, () => {
      assert.ok(lines.length > 0);
      const unsourced = lines.filter(
        ({ source }) => !/, 20\d\d(?:-\d\d)?(?:$|[;.])/.test(source) || source.length < 16,
      );
      assert.deepEqual(unsourced, []);
    });
  }

  it('stand in those tables and nowhere else', () => {
    const naming = globSync('**/*.ts', { cwd: CORE }).filter((file) => {
      const code = readFileSync(new URL(file, CORE), 'utf8').replaceAll(/^import .*$|\/\*\*.*?\*\/|\/\/.*$/gms, '');
      return NAMES_A_MODEL.test(code);
    });
    assert.deepEqual(
      naming.filter((file) => !(file in TABLES || file in BY_COMMENTS || OTHERS.includes(file))),
      [],
    );
  });
});
