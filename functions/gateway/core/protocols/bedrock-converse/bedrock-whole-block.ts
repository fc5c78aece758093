import { arrayMember, isJsonObject, type JsonObject, objectMember } from '../../wire/json.ts';

/** The payloads of the events that would have streamed a block of a whole body. */
export interface StreamedBlock {
  readonly start?: JsonObject;
  readonly deltas: readonly JsonObject[];
}

/** A block of a whole body as the payloads that would have streamed it. */
export function streamedBlock(block: unknown, contentBlockIndex: number): StreamedBlock {
  const toolUse = objectMember(block, 'toolUse');
  if (toolUse !== undefined) {
    const input = JSON.stringify(toolUse.input ?? {});
    return {
      start: { contentBlockIndex, start: { toolUse } },
      deltas: [{ contentBlockIndex, delta: { toolUse: { input } } }],
    };
  }
  return { deltas: deltasOf(block).map((delta) => ({ contentBlockIndex, delta })) };
}

function deltasOf(block: unknown): readonly JsonObject[] {
  const reasoning = objectMember(block, 'reasoningContent');
  const cited = objectMember(block, 'citationsContent');
  if (reasoning !== undefined) {
    const whole: JsonObject = { ...objectMember(reasoning, 'reasoningText'), ...reasoning };
    return [{ reasoningContent: whole }];
  }
  if (cited !== undefined) {
    const citations = arrayMember(cited, 'citations').map((citation) => ({ citation }));
    return [...arrayMember(cited, 'content').filter(isJsonObject), ...citations];
  }
  return isJsonObject(block) ? [block] : [];
}
