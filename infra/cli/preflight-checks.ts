import { hostOf } from '../../functions/gateway/core/hosts/hosts.ts';
import { arrayMember, member, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { AwsError, type AwsRequest, askAws, askAwsForText } from './aws-access.ts';
import { ifThere, jsonRequest, refusal } from './aws-presence.ts';
import { deployedForm } from './deployed-origin.ts';
import { quotas } from './preflight-quotas.ts';
import type { DeployedTarget } from './target.ts';

/** One thing that a deployment needs. */
export interface PreflightCheck {
  readonly name: string;
  readonly isGood: boolean;
  /** What was seen. */
  readonly detail: string;
  /** What to do where it is not good. */
  readonly mend: string;
}

/** A geography before the vendor makes the id of a cross-region profile. */
const GEOGRAPHY = /^(?:global|apac|us-gov|[a-z]{2})\./;

export async function preflightChecks(target: DeployedTarget): Promise<readonly PreflightCheck[]> {
  const form = await deployedForm(target);
  return [
    ...(await quotas(target, form !== undefined && form === target.settings.form)),
    await bootstrap(target),
    ...(form === undefined ? await namesLeftBehind(target) : await subscriptions(target)),
    ...(await models(target)),
  ];
}

async function bootstrap(target: DeployedTarget): Promise<PreflightCheck> {
  const request = jsonRequest('ssm', 'AmazonSSM.GetParameter', { Name: '/cdk-bootstrap/hnb659fds/version' });
  const isGood = (await ifThere(target, request)) !== undefined;
  return {
    name: 'bootstrap',
    isGood,
    detail: isGood ? `done in ${target.aws.region}` : `not done in ${target.aws.region}`,
    mend: `npx cdk bootstrap -c env=${target.name}`,
  };
}

/** What a removed environment has kept has the names that a new one wants. */
async function namesLeftBehind(target: DeployedTarget): Promise<readonly PreflightCheck[]> {
  const { names, settings } = target;
  const isThere = async (request: AwsRequest): Promise<boolean> => (await ifThere(target, request)) !== undefined;
  const logGroups = [names.gatewayLogGroup, ...(settings.prober === 'off' ? [] : [names.proberLogGroup])];
  const kept: readonly (readonly [string, Promise<boolean>])[] = [
    [names.keysTable, isThere(keysTableRequest(names))],
    [names.secret, isThere(jsonRequest('secretsmanager', 'secretsmanager.DescribeSecret', { SecretId: names.secret }))],
    ...logGroups.map((name) => [name, hasLogGroup(target, name)] as const),
  ];
  return Promise.all(
    kept.map(async ([name, taken]): Promise<PreflightCheck> => {
      const isTaken = await taken;
      return {
        name: `name ${name}`,
        isGood: !isTaken,
        detail: isTaken ? 'taken, though the environment is not deployed' : 'free',
        mend: `npx cdk import -c env=${target.name} takes it in again; or delete it, with what it holds.`,
      };
    }),
  );
}

/** CloudWatch lists log groups by how their names begin, and finds none without an error. */
async function hasLogGroup(target: DeployedTarget, name: string): Promise<boolean> {
  const request = jsonRequest('logs', 'Logs_20140328.DescribeLogGroups', { logGroupNamePrefix: name });
  const groups = arrayMember(await ifThere(target, request), 'logGroups');
  return groups.some((group) => stringMember(group, 'logGroupName') === name);
}

function keysTableRequest({ keysTable }: DeployedTarget['names']): AwsRequest {
  return jsonRequest('dynamodb', 'DynamoDB_20120810.DescribeTable', { TableName: keysTable });
}

/** Addresses that have not confirmed are told nothing. Source: Amazon SNS API reference, ListSubscriptionsByTopic. */
async function subscriptions(target: DeployedTarget): Promise<readonly PreflightCheck[]> {
  const { aws, names, settings } = target;
  // Of the keys' table, which both forms have: its ARN says in which account this is.
  const table = member(await ifThere(target, keysTableRequest(names)), 'Table');
  const [, partition = 'aws', , region = aws.region, account = ''] = stringMember(table, 'TableArn')?.split(':') ?? [];
  const wanted = [
    [names.pageTopic, settings.onCall.page],
    [names.ticketTopic, settings.onCall.ticket],
  ] as const;
  return Promise.all(
    wanted
      .filter(([, subscribers]) => subscribers.some((subscriber) => !subscriber.startsWith('arn:')))
      .map(async ([topic]): Promise<PreflightCheck> => {
        const TopicArn = `arn:${partition}:sns:${region}:${account}:${topic}`;
        const body = new URLSearchParams({
          Action: 'ListSubscriptionsByTopic',
          Version: '2010-03-31',
          TopicArn,
        }).toString();
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const text = await askAwsForText(aws, { service: 'sns', method: 'POST', path: '/', headers, body });
        const waiting = text.split('<SubscriptionArn>PendingConfirmation<').length - 1;
        return {
          name: `subscriptions of ${topic}`,
          isGood: waiting === 0,
          detail: waiting === 0 ? 'all have confirmed' : `${waiting} have not confirmed`,
          mend: 'open the link in the mail of AWS Notifications: until then that address is told of no alarm.',
        };
      }),
  );
}

/** Source: Amazon Bedrock API reference, GetFoundationModelAvailability. */
async function models({ aws, config }: DeployedTarget): Promise<readonly PreflightCheck[]> {
  const signed = Object.entries(config.deployments).flatMap(([name, { provider: of, model }]) => {
    const provider = config.providers[of];
    const isSigned = provider !== undefined && hostOf(provider).proof(provider) === 'aws-sigv4';
    return isSigned && !model.startsWith('arn:') ? [{ name, model, region: provider.region ?? aws.region }] : [];
  });
  return Promise.all(
    signed.map(async ({ name, model, region }): Promise<PreflightCheck> => {
      const path = `/foundation-model-availability/${encodeURIComponent(model.replace(GEOGRAPHY, ''))}`;
      const answer = await askAws({ ...aws, region }, { service: 'bedrock', method: 'GET', path }).catch(refusal);
      const detail =
        answer instanceof AwsError
          ? answer.name
          : `${stringMember(answer, 'authorizationStatus')}, ${stringMember(member(answer, 'agreementAvailability'), 'status')}`;
      return {
        name: `model of ${name}`,
        isGood: detail === 'AUTHORIZED, AVAILABLE',
        detail,
        mend: `open model access for ${model} in ${region}, in the console of Bedrock.`,
      };
    }),
  );
}
