import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import { arrayMember, member, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { gatewayApp, shipped, templateOf } from './synthesised.ts';
import { dashboardBody } from './watched-metrics.ts';

/** CloudWatch refuses a dashboard with more. Source: "CloudWatch service quotas". */
const MAX_WIDGETS = 500;
const MAX_METRICS = 2500;
const COLUMNS = 24;

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
