import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { anchorOf } from '../../infra/constructs/alarm-text.ts';
import { gatewayApp, shipped, templateOf } from './synthesised.ts';

/** CloudWatch takes no longer description. Source: CloudWatch API reference, PutMetricAlarm. */
const MAX_CHARS = 1024;
/** What stands for the region in a text that CloudFormation puts together: the longest that there is. */
const LONGEST_REGION = 'ap-southeast-3-xx';

const RUNBOOK = readFileSync(new URL('../../infra/RUNBOOK.md', import.meta.url), 'utf8');
const HEADINGS = [...RUNBOOK.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const template = templateOf(shipped('prod'));
const metricAlarms = propertiesOf('AWS::CloudWatch::Alarm');
const composites = propertiesOf('AWS::CloudWatch::CompositeAlarm');
const ofEventForm = new Set(metricAlarms.map(nameOf));
const ofWebForm = propertiesOf('AWS::CloudWatch::Alarm', templateOf(shipped('prod', { form: 'web' })));
const alarms = [...metricAlarms, ...composites, ...ofWebForm.filter((alarm) => !ofEventForm.has(nameOf(alarm)))];

function propertiesOf(type: string, of = template): readonly JsonObject[] {
  return Object.values(of.findResources(type))
    .map(({ Properties }): unknown => Properties)
    .filter(isJsonObject);
}

/** A text as CloudFormation makes it. */
function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const joined = arrayMember(value, 'Fn::Join')[1];
  return Array.isArray(joined) ? joined.map((part) => (typeof part === 'string' ? part : LONGEST_REGION)).join('') : '';
}

function nameOf(alarm: JsonObject): string {
  return (stringMember(alarm, 'AlarmName') ?? '').replace('nemorouter-prod: ', '');
}

function topic(name: string): string {
  const [id] = Object.keys(template.findResources('AWS::SNS::Topic', { Properties: { TopicName: name } }));
  assert.ok(id, name);
  return id;
}

describe("an alarm's message", () => {
  for (const alarm of alarms) {
    const text = textOf(alarm.AlarmDescription);

    test(`of "${nameOf(alarm)}" says what to look at first, with links that fit`, () => {
      assert.match(text, /\n\nFirst: [A-Z]/);
      assert.match(text, /\[Dashboard\]\(https:\/\/[^)]*#dashboards\/dashboard\/nemorouter-prod\)/);
      assert.match(text, /\n\n\[Query: [\w ]+\]\(https:\/\//);
      assert.ok(text.length <= MAX_CHARS, `${text.length} characters`);
    });

    test(`of "${nameOf(alarm)}" leads to a heading of the runbook`, () => {
      const [, anchor] = /RUNBOOK\.md#(\S+)$/.exec(text) ?? [];
      assert.ok(anchor !== undefined && HEADINGS.includes(anchor), anchor);
    });
  }

  test('leads to every heading of the runbook', () => {
    const led = new Set(alarms.map((alarm) => /#([^#\s]+)$/.exec(textOf(alarm.AlarmDescription))?.[1]));
    assert.deepEqual(
      HEADINGS.filter((heading) => !led.has(heading)),
      [],
    );
  });
});

test('the runbook names graphs and queries that there are', () => {
  const dashboard = JSON.stringify(propertiesOf('AWS::CloudWatch::Dashboard'));
  const queries = propertiesOf('AWS::Logs::QueryDefinition').map(({ Name }) => String(Name));
  const named = (what: string): readonly string[] =>
    [...RUNBOOK.matchAll(new RegExp(`\\b${what} "([^"]+)"`, 'gi'))].map(([, name = '']) => name);
  assert.ok(named('graph').length > 3 && named('query').length > 6);
  assert.deepEqual(
    named('graph').filter((title) => !dashboard.includes(title)),
    [],
  );
  assert.deepEqual(
    named('query').filter((name) => !queries.some((query) => query.endsWith(`/${name}`))),
    [],
  );
});

describe('who is told of alarms', () => {
  const told = (of: string): readonly string[] =>
    alarms.filter((alarm) => JSON.stringify(alarm.AlarmActions ?? []).includes(of)).map(nameOf);

  test('is woken for what callers see, and for state that is lost', () => {
    assert.deepEqual(told(topic('nemorouter-prod-page')).toSorted(), [
      'Lambda turns calls away',
      'callers get errors',
      'first tokens are slow',
      'shared state is lost',
      'the gateway crashes',
      'the gateway does not start',
    ]);
  });

  test('hears of every alarm by itself or as a part of another, and of recoveries too', () => {
    const rules = composites.map(({ AlarmRule }) => JSON.stringify(AlarmRule)).join();
    const ids = Object.entries(template.findResources('AWS::CloudWatch::Alarm'));
    for (const [id, { Properties }] of ids) {
      assert.ok(Properties.AlarmActions !== undefined || rules.includes(id), Properties.AlarmName);
      assert.deepEqual(Properties.AlarmActions, Properties.OKActions);
    }
  });

  test('gets one ticket a provider, however many of its deployments are down, and none while callers get errors', () => {
    const providers = Object.keys(shipped('prod').config.providers);
    const names = providers.map((provider) => `${provider} is down`);
    const found = composites.filter((alarm) => names.includes(nameOf(alarm)));
    assert.equal(found.length, providers.length);
    for (const alarm of found) {
      assert.match(JSON.stringify(alarm.ActionsSuppressor), /callersgeterrors/i);
      assert.ok(Number(alarm.ActionsSuppressorWaitPeriod) > 0);
    }
  });

  test('may be reached by mail, by an https address, and by a topic that is there already', () => {
    const arn = 'arn:aws:sns:us-east-1:123456789012:on-call';
    const onCall = { page: ['oncall@example.com', 'https://events.example.com/hook', arn], ticket: [] };
    const other = Template.fromStack(gatewayApp(shipped('dev', { onCall })).stack);
    other.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'oncall@example.com' });
    other.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'https' });
    other.resourceCountIs('AWS::SNS::Subscription', 2);
    const [first] = Object.values(other.findResources('AWS::CloudWatch::CompositeAlarm'));
    assert.ok(arrayMember(member(first, 'Properties'), 'AlarmActions').includes(arn));
  });
});
