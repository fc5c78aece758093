import { Duration } from 'aws-cdk-lib';
import {
  Color,
  GraphWidget,
  type HorizontalAnnotation,
  type IMetric,
  MathExpression,
  type VerticalAnnotation,
  type YAxisProps,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { DeployedVersion } from '../deployed-version.ts';

export interface SearchGraphProps {
  readonly title: string;
  /** CloudWatch search expressions; each finds any number of metrics. */
  readonly searches: readonly { readonly expression: string; readonly label: string }[];
  readonly unit: string;
  /** Of 24. */
  readonly width?: number;
  readonly stacked?: boolean;
  readonly marks?: GraphMarks;
}

/** Lines across a graph. */
export interface GraphMarks {
  /** What must not be passed. */
  readonly limit?: { readonly value: number; readonly label: string } | undefined;
  readonly version?: DeployedVersion | undefined;
}

/** A graph of whatever metrics a search finds when somebody looks at it. */
export function searchGraph(props: SearchGraphProps): GraphWidget {
  const { title, searches, unit, width = 8, stacked = false, marks = {} } = props;
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
    ...annotations(marks),
  });
}

/** A graph of metrics known beforehand. */
export function metricGraph(
  title: string,
  metrics: readonly IMetric[],
  unit: string,
  marks: GraphMarks = {},
): GraphWidget {
  return new GraphWidget({
    title,
    width: 8,
    height: 6,
    left: [...metrics],
    leftYAxis: axis(unit),
    ...annotations(marks),
  });
}

function annotations({ limit, version }: GraphMarks): {
  readonly leftAnnotations: HorizontalAnnotation[];
  readonly verticalAnnotations: VerticalAnnotation[];
} {
  return {
    leftAnnotations: limit === undefined ? [] : [{ ...limit, color: Color.RED }],
    // CloudFormation does not say when it deploys: the mark is at the commit.
    verticalAnnotations: version?.committedAt === undefined ? [] : [{ date: version.committedAt, label: version.name }],
  };
}

function axis(label: string): YAxisProps {
  return { min: 0, label, showUnits: false };
}
