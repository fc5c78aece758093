import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, MathExpression, type YAxisProps } from 'aws-cdk-lib/aws-cloudwatch';

export interface SearchGraphProps {
  readonly title: string;
  /** CloudWatch search expressions; each finds any number of metrics. */
  readonly searches: readonly { readonly expression: string; readonly label: string }[];
  readonly unit: string;
  /** Of 24. */
  readonly width?: number;
  readonly stacked?: boolean;
}

/** A graph of whatever metrics a search finds when somebody looks at it. */
export function searchGraph({ title, searches, unit, width = 8, stacked = false }: SearchGraphProps): GraphWidget {
  return new GraphWidget({
    title,
    width,
    height: 6,
    stacked,
    left: searches.map(
      ({ expression, label }) =>
        new MathExpression({ expression, label, usingMetrics: {}, period: Duration.minutes(5) }),
    ),
    leftYAxis: axis(unit),
  });
}

/** A graph of metrics known beforehand. */
export function metricGraph(title: string, metrics: readonly IMetric[], unit: string, width = 8): GraphWidget {
  return new GraphWidget({ title, width, height: 6, left: [...metrics], leftYAxis: axis(unit) });
}

function axis(label: string): YAxisProps {
  return { min: 0, label, showUnits: false };
}
