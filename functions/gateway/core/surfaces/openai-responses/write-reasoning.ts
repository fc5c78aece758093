import { type Native, nativeValue } from '../../model/dialect.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { OutputItem, OutputItems } from './output-items.ts';
import { carriedProof } from './reasoning-proof.ts';
import type { ResponseEvents } from './response-events.ts';

/** One reasoning item while it grows. */
export interface ReasoningWriter {
  readonly add: (text: string) => void;
  /** The item is done. `proof`: what its vendor wants to see again. */
  readonly end: (proof: Native | undefined) => void;
  /** The answer broke off in it. */
  readonly cut: () => void;
}

/** A reasoning item begins. Its text is a summary, but where OpenAI's own item (`native`) shows the reasoning itself. */
export function reasoningWriter(
  items: OutputItems,
  { emit }: ResponseEvents,
  native: Native | undefined,
): ReasoningWriter {
  const own = nativeValue(native, 'openai-responses');
  const form = Array.isArray(own?.content) ? FORMS.content : FORMS.summary;
  const item = items.begin('rs', { summary: [], ...own, type: 'reasoning' });
  const pieces: string[] = [];
  const place = { item_id: item.id, output_index: item.index, [form.index]: 0 };
  const partWith = (text: string): JsonObject => ({ type: form.part, text });
  const shown = (): JsonObject => (pieces.length === 0 ? {} : { [form.member]: [partWith(pieces.join(''))] });
  return {
    add: (text) => {
      if (pieces.length === 0) {
        emit(form.added, { ...place, part: partWith('') });
      }
      pieces.push(text);
      emit(`${form.text}.delta`, { ...place, delta: text });
    },
    end: (proof) => {
      const text = pieces.join('');
      if (pieces.length > 0) {
        emit(`${form.text}.done`, { ...place, text });
        emit(form.done, { ...place, part: partWith(text) });
      }
      items.finish(item, doneItem(item, shown(), proof));
    },
    cut: () => items.cut(item, shown()),
  };
}

const FORMS = {
  summary: {
    member: 'summary',
    index: 'summary_index',
    part: 'summary_text',
    added: 'response.reasoning_summary_part.added',
    text: 'response.reasoning_summary_text',
    done: 'response.reasoning_summary_part.done',
  },
  content: {
    member: 'content',
    index: 'content_index',
    part: 'reasoning_text',
    added: 'response.content_part.added',
    text: 'response.reasoning_text',
    done: 'response.content_part.done',
  },
} as const;

/** OpenAI's own item as it came; else the text, with another vendor's proof in the place of OpenAI's. */
function doneItem(item: OutputItem, shown: JsonObject, proof: Native | undefined): JsonObject {
  const own = nativeValue(proof, 'openai-responses');
  if (own !== undefined) {
    return own;
  }
  return { ...item.value, ...shown, ...(proof !== undefined && { encrypted_content: carriedProof(proof) }) };
}
