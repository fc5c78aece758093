import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arrayMember, member, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { shipped, templateOf } from './synthesised.ts';
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
    const alarms = Object.keys(templateOf(shipped('prod')).findResources('AWS::CloudWatch::Alarm')).length;
    const shown = properties.flatMap((one) => arrayMember(one, 'alarms'));
    assert.ok(alarms > 10);
    assert.equal(shown.length, alarms);
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
