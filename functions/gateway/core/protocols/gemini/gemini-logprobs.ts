import { arrayMember, type JsonObject, numberMember, stringMember } from '../../wire/json.ts';

/** Gemini's `logprobsResult` in the shape of OpenAI's `logprobs`: the chosen tokens, each with the likeliest at its place. */
export function openAiLogprobs(result: JsonObject): JsonObject {
  const top = arrayMember(result, 'topCandidates');
  const content = arrayMember(result, 'chosenCandidates').map((chosen, index) => ({
    ...tokenLogprob(chosen),
    top_logprobs: arrayMember(top[index], 'candidates').map(tokenLogprob),
  }));
  return { content, refusal: null };
}

function tokenLogprob(candidate: unknown): JsonObject {
  const token = stringMember(candidate, 'token') ?? '';
  // Google leaves a member out where it is 0.
  const logprob = numberMember(candidate, 'logProbability') ?? 0;
  return { token, logprob, bytes: [...new TextEncoder().encode(token)] };
}
