import type { Dialect, Native } from '../../model/dialect.ts';
import type { Prompt } from '../../model/prompt.ts';
import { stringMember } from '../../wire/json.ts';
import { opened } from '../openai-responses/sealed-reasoning.ts';
import type { Protocol, Target } from '../protocol.ts';

/** What a caller of the Responses API calls the proof of reasoning that he sends back. */
const MEMBER = 'reasoning.encrypted_content';

/** The same protocol, whose encodings name reasoning that is left out because somebody else has encrypted or signed it. */
export function withLostReasoningNamed(protocol: Protocol): Protocol {
  return {
    ...protocol,
    encode: (prompt, target) => {
      const encoding = protocol.encode(prompt, target);
      return encoding.kind === 'encoded' && losesReasoning(prompt, protocol.dialect, target)
        ? { ...encoding, dropped: [...encoding.dropped, MEMBER] }
        : encoding;
    },
  };
}

function losesReasoning({ original, turns }: Prompt, dialect: Dialect, { account }: Target): boolean {
  const isLost = (proof: Native | undefined): boolean =>
    proof !== undefined && isProof(proof) && !isReadable(proof, dialect, account);
  return (
    original.dialect === 'openai-responses' &&
    turns.some(({ parts }) => parts.some((part) => part.kind === 'reasoning' && isLost(part.proof)))
  );
}

/** An item of OpenAI's without encrypted content proves nothing. */
function isProof({ dialect, value }: Native): boolean {
  return dialect !== 'openai-responses' || (stringMember(value, 'encrypted_content') ?? '') !== '';
}

/** Claude's signatures hold on every host. */
function isReadable({ dialect: maker, value }: Native, dialect: Dialect, account: string | undefined): boolean {
  if (maker === 'openai-responses') {
    return dialect === maker && opened(value, account) !== undefined;
  }
  return maker === dialect || (maker === 'anthropic-messages' && dialect === 'bedrock-converse');
}
