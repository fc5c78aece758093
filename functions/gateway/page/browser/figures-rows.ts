import type { NamedFigures, RangeFigures } from '../../core/status/range-figures.ts';

/** Whom the table of figures is by. The first is what it opens with. */
export const GROUPINGS = {
  'Provider and model': ['provider', 'model'],
  Deployment: ['deployment'],
  Route: ['route'],
  Key: ['key'],
} as const satisfies Readonly<Record<string, readonly Group[]>>;

/** The name of a grouping. */
export type Grouping = keyof typeof GROUPINGS;

/** Whose figures a row has. */
export type Group = 'provider' | 'model' | 'deployment' | 'route' | 'key';

/** One row of the table of figures. */
export interface FiguresRow {
  readonly group: Group;
  readonly figures: NamedFigures;
}

const OF: Readonly<Record<Group, (past: RangeFigures) => readonly NamedFigures[]>> = {
  provider: ({ providers }) => providers,
  model: ({ models }) => models,
  deployment: ({ deployments }) => deployments,
  route: ({ routes }) => routes,
  key: ({ keys }) => keys,
};

/** The rows of a grouping, those with most calls first. */
export function figuresRows(past: RangeFigures, grouping: Grouping): readonly FiguresRow[] {
  return GROUPINGS[grouping].flatMap((group: Group) =>
    OF[group](past)
      .toSorted((a, b) => b.calls - a.calls)
      .map((figures) => ({ group, figures })),
  );
}

/** Attempts that no caller asked for by itself: `2 hedges, 1 second opinion, 4 probes`. */
export function extrasText({ hedges, secondOpinions, probes, rescued }: NamedFigures): string {
  const counts = [
    [rescued, 'rescued', 'rescued'],
    [hedges, 'hedge', 'hedges'],
    [secondOpinions, 'second opinion', 'second opinions'],
    [probes, 'probe', 'probes'],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
    .join(', ');
}
