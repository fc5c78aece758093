import { type JsonObject, stringMember } from '../wire/json.ts';

/**
 * The model behind a deployment's name: `baseModel` of its `rules`, where the name is the operator's own (Azure) or an ARN, else the name.
 * What is known of models is looked up by it; the provider is asked by the name.
 */
export function baseModelOf({
  model,
  rules,
}: {
  readonly model: string;
  readonly rules?: JsonObject | undefined;
}): string {
  return stringMember(rules, 'baseModel') ?? model;
}
