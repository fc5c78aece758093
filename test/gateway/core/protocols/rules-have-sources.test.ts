import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BEDROCK_LINES } from '../../../../functions/gateway/core/protocols/bedrock-converse/bedrock-rules.ts';
import { CLAUDE_LINES } from '../../../../functions/gateway/core/protocols/claude/claude-rules.ts';
import { GEMINI_LINES } from '../../../../functions/gateway/core/protocols/gemini/gemini-rules.ts';

describe('the rules of models', () => {
  for (const [protocol, lines] of Object.entries({
    claude: CLAUDE_LINES,
    gemini: GEMINI_LINES,
    bedrock: BEDROCK_LINES,
  })) {
    it(`of ${protocol} have, line by line, their source and when it was read`, () => {
      const unsourced = lines.filter(({ source = '' }) => !/, 20\d\d-\d\d$|, 20\d\d-\d\d[;.]/.test(source));
      assert.deepEqual(unsourced, []);
    });
  }
});
