import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import { arrayMember, member, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { SAVED_QUERIES } from '../../infra/constructs/saved-queries.ts';
import { pathsOf, realLogLines } from '../support/real-log-lines.ts';
import { gatewayApp, shipped, templateOf } from './synthesised.ts';
import { dashboardBody } from './watched-metrics.ts';

/** CloudWatch refuses a dashboard with more. Source: "CloudWatch service quotas". */
const MAX_WIDGETS = 500;
const MAX_METRICS = 2500;
const COLUMNS = 24;

/** A text in an address of the console: `*` and two hex digits stand for what may not. */
function unescaped(text: string): string {
  return text.replaceAll(/\*([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

describe('the dashboard', () => {
  const body = dashboardBody(templateOf(shipped('prod')));
  const widgets = arrayMember(body, 'widgets');
  const properties = widgets.map((widget) => member(widget, 'properties'));

  test('shows how Lambda and DynamoDB do', () => {
    const shown = new Set(
      properties
        .flatMap((one) => arrayMember(one, 'metrics'))
        .flatMap((metric) => (Array.isArray(metric) ? [`${String(metric[0])} ${String(metric[1])}`] : [])),
    );
    const wanted = [
      'AWS/Lambda ConcurrentExecutions',
      'AWS/Lambda Throttles',
      'AWS/Lambda Errors',
      'AWS/DynamoDB ConsumedReadCapacityUnits',
      'AWS/DynamoDB ConsumedWriteCapacityUnits',
      'AWS/DynamoDB ReadThrottleEvents',
      'AWS/DynamoDB WriteThrottleEvents',
    ];
    assert.deepEqual(
      wanted.filter((metric) => !shown.has(metric)),
      [],
    );
  });

  test('shows every alarm', () => {
    const template = templateOf(shipped('prod'));
    const alarms = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
      Object.keys(template.findResources(type)),
    ).length;
    const shown = properties.flatMap((one) => arrayMember(one, 'alarms'));
    assert.ok(alarms > 10);
    assert.equal(shown.length, alarms);
  });

  test('marks the deployed version, and the limit on every graph of a p99', () => {
    const version = { name: '1.2.3+abc', committedAt: '2026-11-29T07:00:00Z' };
    const marked = dashboardBody(Template.fromStack(gatewayApp(shipped('prod'), { version }).stack));
    const graphs = arrayMember(marked, 'widgets').map((widget) => member(widget, 'properties'));
    const p99 = graphs.filter((graph) => /^(Time to first|Latency).*p99$/.test(stringMember(graph, 'title') ?? ''));
    assert.equal(p99.length, 6);
    for (const graph of p99) {
      const annotations = member(graph, 'annotations');
      assert.equal(arrayMember(annotations, 'horizontal').length, 1);
      assert.deepEqual(arrayMember(annotations, 'vertical'), [{ label: version.name, value: version.committedAt }]);
    }
  });

  const titled = (title: string): unknown => {
    const found = properties.find((one) => (stringMember(one, 'title') ?? '').startsWith(title));
    assert.ok(found !== undefined, title);
    return found;
  };

  test('shows what is left of the error budget of the environment over thirty days', () => {
    const widget = titled('Error budget of 30 days (99.9 % must not fail)');
    assert.deepEqual([member(widget, 'start'), member(widget, 'setPeriodToTimeRange')], ['-P30D', true]);
    const [left] = arrayMember(widget, 'metrics')
      .flat()
      .map((metric) => stringMember(metric, 'expression'));
    assert.equal(left, '100 * (1 - failed / (0.001 * requests))');
  });

  test('shows who is ejected now, from the state of each candidate in the lines of requests', () => {
    const query = stringMember(titled('Out of rotation'), 'query') ?? '';
    assert.match(query, /^SOURCE 'reference' \| fields @timestamp, jsonParse\(@message\) as json\n/);
    assert.match(query, /unnest json\.candidates into candidate\n\| filter candidate\.state != "healthy"\n/);
  });

  test('shows what became of second opinions, from fields that the lines of requests carry', async () => {
    const query = stringMember(titled('Second opinions'), 'query') ?? '';
    const { request } = await realLogLines();
    const carried = new Set(request.flatMap((line) => pathsOf(line)));
    for (const field of ['attempts.0.deployment', 'attempts.0.unknownWords', 'attempts.0.vendorCode', 'ending']) {
      assert.ok(query.includes(field) && carried.has(field), field);
    }
  });

  test('shows the runs of the prober, its calls from outside, and probes beside requests', () => {
    assert.match(JSON.stringify(titled('Probes')), /"Probes".*"Invocations".*"Errors".*"CanaryFailures"/);
  });

  test('links to queries that are ready to run over the log groups of the environment, to both logs and to the runbook', () => {
    const text = stringMember(properties[0], 'markdown') ?? '';
    const links = [...text.matchAll(/\[([^\]]+)\]\((\S+)\)/g)].map(([, name = '', link = '']) => [name, link] as const);
    for (const name of ['Failed requests', 'Failed attempts by reason', 'Lost state', 'Slowest calls'] as const) {
      const [, link = ''] = links.find(([of]) => of === name) ?? [];
      const [, query = ''] = /editorString~'([^~]*)~/.exec(link) ?? [];
      assert.equal(unescaped(query), SAVED_QUERIES[name].join('\n| '));
      assert.ok(unescaped(link).endsWith("source~(~'/nemorouter/prod/gateway))"), link);
    }
    assert.deepEqual(
      links.slice(4).map(([name]) => name),
      ["gateway's log", "prober's log", 'runbook'],
    );
  });

  test('draws a line at the limit of every graph that has one: latencies, and calls at once', () => {
    const limits = properties.flatMap((one) =>
      arrayMember(member(one, 'annotations'), 'horizontal').map((line) => [
        stringMember(one, 'title'),
        member(line, 'value'),
      ]),
    );
    assert.deepEqual(
      limits.filter(([title]) => String(title).startsWith('Lambda')),
      [['Lambda: calls at once, throttles, crashes', 200]],
    );
    assert.deepEqual(new Set(limits.map(([, value]) => value)), new Set([5_000, 60_000, 200]));
  });

  test('says of each widget what it shows', () => {
    const untitled = widgets.filter(
      (widget) =>
        stringMember(widget, 'type') !== 'text' && (stringMember(member(widget, 'properties'), 'title') ?? '') === '',
    );
    assert.deepEqual(untitled, []);
  });

  test('fits into what CloudWatch takes', () => {
    const metrics = properties.flatMap((one) => arrayMember(one, 'metrics'));
    assert.ok(widgets.length <= MAX_WIDGETS && metrics.length <= MAX_METRICS);
    for (const widget of widgets) {
      assert.ok(Number(member(widget, 'x')) + Number(member(widget, 'width')) <= COLUMNS);
    }
  });
});
