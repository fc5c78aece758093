import type { Template } from 'aws-cdk-lib/assertions';
import { METRIC_NAMESPACE } from '../../functions/gateway/core/metrics/metric-names.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';

/** A metric of ours with the names of its dimensions: `Environment,Route TimeToFirstToken`. */
export type WatchedMetric = string;

/** The metrics of ours that a template's alarms watch. */
export function alarmMetrics(template: Template): ReadonlySet<WatchedMetric> {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
  const metrics = alarms.flatMap((alarm) => [
    alarm,
    ...arrayMember(alarm, 'Metrics').map((entry) => member(member(entry, 'MetricStat'), 'Metric')),
  ]);
  return new Set(
    metrics
      .filter((metric) => member(metric, 'Namespace') === METRIC_NAMESPACE)
      .map((metric) => {
        const dimensions = arrayMember(metric, 'Dimensions').map((dimension) => stringMember(dimension, 'Name'));
        return `${dimensions.toSorted().join()} ${stringMember(metric, 'MetricName')}`;
      }),
  );
}

/** What a template's dashboard shows, as CloudWatch reads it. What stands for another resource is called `reference` in it. */
export function dashboardBody(template: Template): unknown {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  return parseJson(textOf(dashboard?.Properties.DashboardBody));
}

/** The metrics of ours that a template's dashboard draws, by name or by search, and those that it lists to pick from. */
export function dashboardMetrics(template: Template): ReadonlySet<WatchedMetric> {
  const body = dashboardBody(template);
  const graphed = arrayMember(body, 'widgets').flatMap((widget) =>
    arrayMember(member(widget, 'properties'), 'metrics'),
  );
  return new Set([
    ...graphed.flatMap((metric) => (Array.isArray(metric) ? [metric] : [])).flatMap(directMetric),
    ...[...JSON.stringify(body).matchAll(SEARCH)].map(([, dimensions = '', name = '']) => searched(dimensions, name)),
  ]);
}

const SEARCH = new RegExp(`\\{${METRIC_NAMESPACE},([\\w,]+)\\} MetricName=\\\\+"(\\w+)`, 'g');

function searched(dimensions: string, name: string): WatchedMetric {
  return `${dimensions.split(',').toSorted().join()} ${name}`;
}

/** `[namespace, name, dimension, value, ..., options]`. Source: CloudWatch's "Dashboard body structure and syntax". */
function directMetric([namespace, name, ...rest]: readonly unknown[]): readonly WatchedMetric[] {
  const texts = rest.filter((part) => typeof part === 'string');
  const dimensions = texts.filter((_, index) => index % 2 === 0);
  return namespace === METRIC_NAMESPACE ? [`${dimensions.toSorted().join()} ${String(name)}`] : [];
}

/** A text that CloudFormation puts together, with the names of what it refers to in the place of their values. */
function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const joined = isJsonObject(value) ? arrayMember(value, 'Fn::Join')[1] : undefined;
  return Array.isArray(joined) ? joined.map((part) => (typeof part === 'string' ? part : 'reference')).join('') : '';
}

/** The metrics that a log line makes. */
export function lineMetrics(line: JsonObject): readonly WatchedMetric[] {
  return arrayMember(member(line, '_aws'), 'CloudWatchMetrics').flatMap((directive) =>
    arrayMember(directive, 'Dimensions').flatMap((set) =>
      arrayMember(directive, 'Metrics').map(
        (metric) => `${Array.isArray(set) ? set.toSorted().join() : ''} ${stringMember(metric, 'Name')}`,
      ),
    ),
  );
}
