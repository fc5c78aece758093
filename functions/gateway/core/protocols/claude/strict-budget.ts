import type { ClosedSchema } from './closed-schema.ts';

/** What strict schemas of one request may have together. Source: Anthropic's page on structured outputs, "Schema complexity limits", and its 400s; read 2026-11. */
const LIMITS = { tools: 20, optionals: 24, unions: 16 } as const;

/** How much of the limits the schemas of one request have left. */
export interface StrictBudget {
  /** Whether a schema fits in beside those before it; then it counts. */
  readonly takes: (closed: ClosedSchema, what: 'tool' | 'format') => boolean;
}

/** The whole of the limits. */
export function strictBudget(): StrictBudget {
  let used = { tools: 0, optionals: 0, unions: 0 };
  return {
    takes: ({ optionals, unions }, what) => {
      const then = {
        tools: used.tools + (what === 'tool' ? 1 : 0),
        optionals: used.optionals + optionals,
        unions: used.unions + unions,
      };
      const fits = then.tools <= LIMITS.tools && then.optionals <= LIMITS.optionals && then.unions <= LIMITS.unions;
      used = fits ? then : used;
      return fits;
    },
  };
}
