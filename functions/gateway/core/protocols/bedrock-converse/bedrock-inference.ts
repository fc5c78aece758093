import { defined } from '../../model/defined.ts';
import type { JsonObject } from '../../wire/json.ts';
import { claudeSampling } from '../claude/claude-sampling.ts';
import { type BedrockTask, maxTokensOf } from './bedrock-task.ts';

/** Converse's `inferenceConfig`, and the sampling parameter that is not in it. */
export interface InferenceFields {
  readonly inferenceConfig: JsonObject;
  /** Members of `additionalModelRequestFields`. */
  readonly additional: JsonObject;
}

/** Translates the length, sampling and stop parameters. */
export function inferenceFields(task: BedrockTask, isThinking: boolean): InferenceFields {
  const { prompt, rules, notes } = task;
  const { temperature, topP, topK } = claudeSampling(prompt.sampling, rules.claude, isThinking, notes);
  const stopSequences = stopSequencesOf(task);
  return {
    inferenceConfig: defined({
      maxTokens: maxTokensOf(task),
      temperature,
      topP,
      stopSequences: stopSequences.length === 0 ? undefined : stopSequences,
    }),
    additional: topKFields(topK, task),
  };
}

/** Claude refuses those of white space alone. Where a model takes none, the answer would go on past them. */
function stopSequencesOf({ prompt, rules, notes }: BedrockTask): readonly string[] {
  const asked = prompt.limits.stop;
  if (!rules.stopSequences && asked.length > 0) {
    notes.refuseSetting('stop', `This model on Bedrock takes no ${notes.names.stop}: leave it out.`);
  }
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
      notes.drop('topK');
      return {};
  }
}
