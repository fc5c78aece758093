import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  parseJson,
} from '../../functions/gateway/core/wire/json.ts';

/** The stricter of what AWS says: the format's specification has 256 KB, CloudWatch Logs now takes 1 MB. */
const MAX_LINE_BYTES = 256 * 1024;
const MAX_METRICS = 100;
const MAX_VALUES = 100;
const MAX_DIMENSIONS = 30;
const MAX_NAME_CHARS = 255;
const MAX_DIMENSION_VALUE_CHARS = 1024;
/** CloudWatch takes numbers up to this, positive and negative. */
const MAX_VALUE = 2 ** 360;
const PAST_MS = 14 * 24 * 3_600_000;
const FUTURE_MS = 2 * 3_600_000;

const UNITS: ReadonlySet<unknown> = new Set(
  ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes', 'Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits']
    .flatMap((unit) => [unit, `${unit}/Second`])
    .concat('Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'Count/Second', 'None'),
);

/**
 * What CloudWatch would not accept of a log line in the embedded metric format, each in a few words; none for a good line. Sources: AWS,
 * "Specification: Embedded metric format"; the API references of CloudWatch's `Dimension` and `MetricDatum` and of `PutLogEvents`.
 */
export function embeddedMetricProblems(line: string, nowMs: number): readonly string[] {
  const root = parseJson(line);
  if (!isJsonObject(root)) {
    return ['is no JSON object'];
  }
  const metadata = member(root, '_aws');
  const timestamp = member(metadata, 'Timestamp');
  const directives = arrayMember(metadata, 'CloudWatchMetrics');
  return [
    ...given(Buffer.byteLength(line) > MAX_LINE_BYTES, 'is longer than 256 KB'),
    ...given(/[\r\n]/.test(line), 'is more than one line'),
    ...given(!isTimely(timestamp, nowMs), `has the timestamp ${String(timestamp)}`),
    ...given(directives.length === 0, 'has no directive'),
    ...directives.flatMap((directive) => directiveProblems(directive, root)),
  ];
}

function isTimely(timestamp: unknown, nowMs: number): boolean {
  return Number.isInteger(timestamp) && Number(timestamp) > nowMs - PAST_MS && Number(timestamp) < nowMs + FUTURE_MS;
}

function directiveProblems(directive: unknown, root: JsonObject): readonly string[] {
  const namespace = member(directive, 'Namespace');
  const sets = arrayMember(directive, 'Dimensions');
  const metrics = arrayMember(directive, 'Metrics');
  const names = metrics.map((metric) => member(metric, 'Name'));
  return [
    ...given(!isName(namespace) || !/^[\w./#:-]+$/.test(String(namespace)), `has the namespace ${String(namespace)}`),
    ...given(sets.length === 0, 'has no set of dimensions'),
    ...given(metrics.length > MAX_METRICS, `has ${metrics.length} metrics`),
    ...given(new Set(names).size < names.length, 'names a metric twice'),
    ...sets.flatMap((set) => dimensionProblems(set, root)),
    ...metrics.flatMap((metric) => metricProblems(metric, root)),
  ];
}

function dimensionProblems(set: unknown, root: JsonObject): readonly string[] {
  if (!Array.isArray(set)) {
    return ['has a set of dimensions that is no list'];
  }
  return [
    ...given(set.length > MAX_DIMENSIONS, `has a set of ${set.length} dimensions`),
    ...set.flatMap((name: unknown) => {
      const value = member(root, String(name));
      return [
        ...given(!isName(name) || !isPlain(name), `has the dimension ${String(name)}`),
        ...given(
          !isPlain(value) || value.length > MAX_DIMENSION_VALUE_CHARS,
          `has ${String(value)} for the dimension ${String(name)}`,
        ),
      ];
    }),
  ];
}

function metricProblems(metric: unknown, root: JsonObject): readonly string[] {
  const name = member(metric, 'Name');
  const value = member(root, String(name));
  const unit = member(metric, 'Unit') ?? 'None';
  const resolution = member(metric, 'StorageResolution') ?? 60;
  const values = Array.isArray(value) ? value : [value];
  return [
    ...given(!isName(name), `has the metric ${String(name)}`),
    ...given(!UNITS.has(unit), `has the unit ${String(unit)}`),
    ...given(resolution !== 1 && resolution !== 60, `has the resolution ${String(resolution)}`),
    ...given(values.length === 0 || values.length > MAX_VALUES, `has ${values.length} values of ${String(name)}`),
    ...given(!values.every(isMeasure), `has ${JSON.stringify(value)} for the metric ${String(name)}`),
  ];
}

function isMeasure(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= MAX_VALUE;
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name.length <= MAX_NAME_CHARS && !name.startsWith(':');
}

/** ASCII without control characters, and not only spaces. */
function isPlain(text: unknown): text is string {
  return typeof text === 'string' && /^[ -~]+$/.test(text) && text.trim() !== '';
}

function given(isProblem: boolean, problem: string): readonly string[] {
  return isProblem ? [problem] : [];
}
