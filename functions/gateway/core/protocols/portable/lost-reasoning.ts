import { type Dialect, type Native, nativeValue } from '../../model/dialect.ts';
import type { OpaquePart } from '../../model/part.ts';
import type { Prompt } from '../../model/prompt.ts';
import { stringMember } from '../../wire/json.ts';
import { opened } from '../openai-responses/sealed-reasoning.ts';
import type { Protocol, Target } from '../protocol.ts';

/** What a caller of the Responses API calls the proof of reasoning that he sends back. */
const MEMBER = 'reasoning.encrypted_content';

/**
 * The same protocol, whose encodings name what is left out because somebody else has encrypted or signed it, or keeps it. What a request makes
 * no sense without, as a compacted conversation, is refused.
 */
export function withLostReasoningNamed(protocol: Protocol, { original }: Prompt): Protocol {
  if (original.dialect !== 'openai-responses') {
    return protocol;
  }
  return {
    ...protocol,
    encode: (prompt, target) => {
      const encoding = protocol.encode(prompt, target);
      if (encoding.kind === 'unsupported') {
        return encoding;
      }
      const lost = lostItems(prompt, protocol.dialect, target);
      const needed = lost.find(({ native }) => native.ifForeign === 'refuse');
      if (needed !== undefined) {
        return { kind: 'unsupported', param: needed.path, message: OTHERS };
      }
      const isLost = losesReasoning(prompt, protocol.dialect, target);
      const dropped = [...lost.map(({ what }) => what), ...(isLost ? [MEMBER] : [])];
      return dropped.length === 0 ? encoding : { ...encoding, dropped: [...encoding.dropped, ...dropped] };
    },
  };
}

const OTHERS = 'Another account has encrypted this item, which it alone can read: leave it out.';

/** Items of the Responses API that do not go out to it: another account's, and references to what nobody keeps. */
function lostItems({ turns }: Prompt, dialect: Dialect, { account }: Target): readonly OpaquePart[] {
  return turns.flatMap(({ parts }) =>
    parts.flatMap((part) => {
      const own = part.kind === 'opaque' ? nativeValue(part.native, dialect) : undefined;
      const isLost = own?.type === 'item_reference' || (own !== undefined && opened(own, account) === undefined);
      return part.kind === 'opaque' && dialect === 'openai-responses' && isLost ? [part] : [];
    }),
  );
}

function losesReasoning({ turns }: Prompt, dialect: Dialect, { account }: Target): boolean {
  const isLost = (proof: Native | undefined): boolean =>
    proof !== undefined && isProof(proof) && !isReadable(proof, dialect, account);
  return turns.some(({ parts }) => parts.some((part) => part.kind === 'reasoning' && isLost(part.proof)));
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
