/** Budgets from least to most, and the effort that each is nearest to: the reverse of what efforts are given elsewhere. */
const EFFORTS: readonly (readonly [number, string])[] = [
  [1024, 'minimal'],
  [4096, 'low'],
  [16_384, 'medium'],
];

/** The `reasoning_effort` that is nearest to a budget of thinking tokens; `undefined` without one. */
export function effortOfBudget(budgetTokens: number | undefined): string | undefined {
  if (budgetTokens === undefined) {
    return undefined;
  }
  return budgetTokens === 0 ? 'none' : (EFFORTS.find(([most]) => budgetTokens <= most)?.[1] ?? 'high');
}
