import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { OWN_WORDS_LINES } from '../../../../functions/gateway/core/hosts/deployment-protocol.ts';
import { PROBE_LINES } from '../../../../functions/gateway/core/probe/probe-rules.ts';
import { EMBEDDINGS_FAMILIES } from '../../../../functions/gateway/core/protocols/bedrock-converse/bedrock-embeddings.ts';
import { BEDROCK_LINES } from '../../../../functions/gateway/core/protocols/bedrock-converse/bedrock-rules.ts';
import { CLAUDE_LINES } from '../../../../functions/gateway/core/protocols/claude/claude-rules.ts';
import { GEMINI_LINES } from '../../../../functions/gateway/core/protocols/gemini/gemini-rules.ts';
import { EMBEDDINGS_LINES } from '../../../../functions/gateway/core/protocols/openai-chat/embeddings-rules.ts';
import { HOST_LINES } from '../../../../functions/gateway/core/protocols/openai-chat/host-lines.ts';
import { MODEL_LINES } from '../../../../functions/gateway/core/protocols/openai-chat/model-lines.ts';
import { RESPONSES_LINES } from '../../../../functions/gateway/core/protocols/openai-responses/responses-rules.ts';
import { LIMIT_LINES } from '../../../../infra/catalogue/model-limits.ts';

/** The tables by the files that they are in. */
const TABLES: Readonly<Record<string, readonly { readonly match: RegExp; readonly source: string }[]>> = {
  'hosts/deployment-protocol.ts': OWN_WORDS_LINES,
  'probe/probe-rules.ts': Object.values(PROBE_LINES).flat(),
  'protocols/bedrock-converse/bedrock-embeddings.ts': EMBEDDINGS_FAMILIES,
  'protocols/bedrock-converse/bedrock-rules.ts': BEDROCK_LINES,
  'protocols/claude/claude-rules.ts': CLAUDE_LINES,
  'protocols/gemini/gemini-rules.ts': GEMINI_LINES,
  'protocols/openai-chat/embeddings-rules.ts': EMBEDDINGS_LINES,
  'protocols/openai-chat/host-lines.ts': HOST_LINES,
  'protocols/openai-chat/model-lines.ts': MODEL_LINES,
  'protocols/openai-responses/responses-rules.ts': RESPONSES_LINES,
  'infra: windows and largest answers': LIMIT_LINES,
};

const CORE = new URL('../../../../functions/gateway/core/', import.meta.url);

/** A regular expression that names a model or a family of models. */
const NAMES_A_MODEL =
  /\/[^/\n]*(?:claude|gpt-|gemini|llama|nova|titan|mistral|qwen|deepseek|kimi|glm-|grok|cohere|sonar)[^/\n]*\/[a-z]*(?=[.,;)\s])/;

/** Hostnames and the vendors' sentences of failures are no rules of models. */
const OTHERS: readonly string[] = ['hosts/vendor-of.ts', 'protocols/failure-words.ts'];

describe('the rules of models', () => {
  for (const [file, lines] of Object.entries(TABLES)) {
    it(`in ${file} have, line by line, their source and when it was read`, () => {
      assert.ok(lines.length > 0);
      const unsourced = lines.filter(
        ({ source }) => !/, 20\d\d(?:-\d\d)?(?:$|[;.])/.test(source) || source.length < 20,
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
      naming.filter((file) => !(file in TABLES || OTHERS.includes(file))),
      [],
    );
  });
});
