import {
  arrayMember,
  type JsonObject,
  member,
  numberMember,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';

/** What a period's metrics come to, by `name statistic`, as `Errors Sum`. What is left out was not written in that period. */
export type Period = Readonly<Record<string, number>>;

/**
 * Whether an alarm of the template goes off after these periods, the last one at the end, as CloudWatch evaluates it: data that are missing
 * are good or bad as the alarm says. Source: CloudWatch user guide, "Evaluating an alarm" and "Using math expressions".
 */
export function goesOff(alarm: JsonObject, periods: readonly Period[]): boolean {
  const evaluated = periods.slice(-(numberMember(alarm, 'EvaluationPeriods') ?? 1));
  const bad = evaluated.filter((period) => isBad(alarm, measureOf(alarm, period)));
  return bad.length >= (numberMember(alarm, 'DatapointsToAlarm') ?? 1);
}

function isBad(alarm: JsonObject, value: number | undefined): boolean {
  const threshold = numberMember(alarm, 'Threshold') ?? Number.NaN;
  if (value === undefined) {
    return stringMember(alarm, 'TreatMissingData') === 'breaching';
  }
  return stringMember(alarm, 'ComparisonOperator') === 'LessThanThreshold' ? value < threshold : value > threshold;
}

/** What the alarm looks at in one period; `undefined`: missing. */
function measureOf(alarm: JsonObject, period: Period): number | undefined {
  const metrics = arrayMember(alarm, 'Metrics');
  if (metrics.length === 0) {
    const statistic = stringMember(alarm, 'Statistic') ?? stringMember(alarm, 'ExtendedStatistic');
    return period[`${stringMember(alarm, 'MetricName')} ${statistic}`];
  }
  const { inputs, expressions } = mathOf(alarm);
  const values = new Map(inputs.map(([id, metric]) => [id, period[metric]]));
  let value: number | undefined;
  for (const [id, term] of expressions) {
    value = term(values);
    values.set(id, value);
  }
  return value;
}

interface AlarmMath {
  /** The ids of the metrics in the expressions, each with `name statistic`. */
  readonly inputs: readonly (readonly [id: string, metric: string])[];
  /** Each behind those that it uses; the last is what the alarm looks at. */
  readonly expressions: readonly (readonly [id: string, term: Term])[];
}

/** Simulations ask millions of times. */
const MATH = new WeakMap<JsonObject, AlarmMath>();

function mathOf(alarm: JsonObject): AlarmMath {
  const known = MATH.get(alarm);
  if (known !== undefined) {
    return known;
  }
  const metrics = arrayMember(alarm, 'Metrics');
  const inputs = metrics.flatMap((metric) => {
    const stat = member(metric, 'MetricStat');
    const name = stringMember(member(stat, 'Metric'), 'MetricName');
    return stat === undefined ? [] : [[String(member(metric, 'Id')), `${name} ${stringMember(stat, 'Stat')}`] as const];
  });
  // The CDK writes what the alarm looks at first, and what that uses behind it.
  const expressions = metrics
    .flatMap((metric) => {
      const expression = stringMember(metric, 'Expression');
      return expression === undefined ? [] : [[String(member(metric, 'Id')), termOf(tokensOf(expression))] as const];
    })
    .toReversed();
  const math = { inputs, expressions };
  MATH.set(alarm, math);
  return math;
}

function tokensOf(expression: string): string[] {
  return expression.match(/[A-Za-z_]\w*|[\d.]+|>=|[-+*/(),]/g) ?? [];
}

type Values = ReadonlyMap<string, number | undefined>;
/** A part of an expression, read once. */
type Term = (values: Values) => number | undefined;

/** Metric math as far as the alarms use it: `+ - * /`, `>=`, `IF` and `FILL`. Anything with a missing part is missing. */
function termOf(tokens: string[]): Term {
  const left = sum(tokens);
  if (tokens[0] !== '>=') {
    return left;
  }
  tokens.shift();
  return both(left, sum(tokens), (a, b) => (a >= b ? 1 : 0));
}

function sum(tokens: string[]): Term {
  let term = product(tokens);
  while (tokens[0] === '+' || tokens[0] === '-') {
    const sign = tokens.shift() === '+' ? 1 : -1;
    term = both(term, product(tokens), (a, b) => a + sign * b);
  }
  return term;
}

function product(tokens: string[]): Term {
  let term = atom(tokens);
  while (tokens[0] === '*' || tokens[0] === '/') {
    const isTimes = tokens.shift() === '*';
    term = both(term, atom(tokens), (a, b) => (isTimes ? a * b : a / b));
  }
  return term;
}

function atom(tokens: string[]): Term {
  const token = tokens.shift() ?? '';
  if (token === '(' || tokens[0] === '(') {
    return call(token, tokens);
  }
  const number = Number(token);
  return /^\d/.test(token) ? () => number : (values) => values.get(token);
}

function call(name: string, tokens: string[]): Term {
  if (name !== '(') {
    tokens.shift();
  }
  const parts: Term[] = [];
  do {
    parts.push(termOf(tokens));
  } while (tokens.shift() === ',');
  const [first = MISSING, second = MISSING, third = MISSING] = parts;
  switch (name) {
    case '(':
      return first;
    case 'FILL':
      return (values) => first(values) ?? second(values);
    case 'IF':
      return (values) => chosen(first(values), second(values), third(values));
    default:
      throw new Error(`The alarms use ${name}, which is not evaluated here.`);
  }
}

const MISSING: Term = () => undefined;

function chosen(condition: number | undefined, yes: number | undefined, no: number | undefined): number | undefined {
  if (condition === undefined) {
    return undefined;
  }
  return condition === 0 ? no : yes;
}

function both(left: Term, right: Term, of: (a: number, b: number) => number): Term {
  return (values) => {
    const [a, b] = [left(values), right(values)];
    return a === undefined || b === undefined ? undefined : of(a, b);
  };
}
