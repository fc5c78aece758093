import { type JsonObject, numberMember } from '../../wire/json.ts';
import { samplingFields } from '../anthropic-messages/anthropic-sampling.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** Converse's `inferenceConfig`, and the sampling parameter that is not in it. */
export interface InferenceFields {
  readonly inferenceConfig: JsonObject;
  /** Members of `additionalModelRequestFields`. */
  readonly additional: JsonObject;
}

/** Translates the length, sampling and stop parameters. Without a limit from the caller, Converse takes the model's largest. */
export function inferenceFields(task: BedrockTask, isThinking: boolean): InferenceFields {
  const { request, rules, notes } = task;
  const sampling = samplingFields(request, rules.claude, isThinking, notes);
  const maxTokens = maxTokensOf(task);
  const temperature = numberMember(sampling, 'temperature');
  const topP = numberMember(sampling, 'top_p');
  const stopSequences = stopSequencesOf(task);
  return {
    inferenceConfig: {
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(stopSequences.length === 0 ? {} : { stopSequences }),
    },
    additional: topKFields(numberMember(sampling, 'top_k'), task),
  };
}

function maxTokensOf({ request, maxOutputTokens }: BedrockTask): number | undefined {
  const asked = request.max_completion_tokens ?? request.max_tokens;
  return asked === undefined || maxOutputTokens === undefined ? asked : Math.min(asked, maxOutputTokens);
}

/** Claude refuses those of white space alone. */
function stopSequencesOf({ request, notes }: BedrockTask): readonly string[] {
  const asked = typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []);
  const kept = asked.filter((stop) => stop.trim() !== '');
  if (kept.length < asked.length) {
    notes.drop('stop');
  }
  return kept;
}

function topKFields(topK: number | undefined, { rules, notes }: BedrockTask): JsonObject {
  if (topK === undefined) {
    return {};
  }
  switch (rules.topK) {
    case 'claude':
      return { top_k: topK };
    case 'nova':
      return { inferenceConfig: { topK } };
    case 'none':
      notes.drop('top_k');
      return {};
  }
}
