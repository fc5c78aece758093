import { hostOf } from '../../functions/gateway/core/hosts/hosts.ts';
import { member, numberMember, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { AwsError, type AwsRequest, askAws, askAwsForText } from './aws-access.ts';
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

/** Lambda keeps so many for functions without a reservation. Source: AWS Lambda developer guide, "Configuring reserved concurrency". */
const UNRESERVED = 100;

/** A geography before the vendor makes the id of a cross-region profile. */
const GEOGRAPHY = /^(?:global|apac|us-gov|[a-z]{2})\./;

export async function preflightChecks(target: DeployedTarget): Promise<readonly PreflightCheck[]> {
  const path = `/2015-03-31/functions/${target.names.gatewayFunction}/configuration`;
  const deployed = await ifThere(target, { service: 'lambda', method: 'GET', path });
  const isDeployed = deployed !== undefined;
  return [
    await concurrency(target, isDeployed),
    await bootstrap(target),
    ...(isDeployed ? await subscriptions(target, deployed) : await namesLeftBehind(target)),
    ...(await models(target)),
  ];
}

async function concurrency({ aws, settings }: DeployedTarget, isDeployed: boolean): Promise<PreflightCheck> {
  const answer = await askAws(aws, { service: 'lambda', method: 'GET', path: '/2016-08-19/account-settings/' });
  const unreserved = numberMember(member(answer, 'AccountLimit'), 'UnreservedConcurrentExecutions') ?? 0;
  const { reservedConcurrency, prober } = settings;
  const wanted = reservedConcurrency === 'none' ? 0 : reservedConcurrency + (prober === 'off' ? 0 : 1);
  return {
    name: 'concurrency',
    isGood: isDeployed || wanted === 0 || unreserved - wanted >= UNRESERVED,
    detail: `${unreserved} unreserved; the environment reserves ${wanted}${isDeployed ? ' already' : ''}, and ${UNRESERVED} must stay`,
    mend: 'set aws.reservedConcurrency to "none", or ask AWS for a higher quota "Concurrent executions".',
  };
}

async function bootstrap(target: DeployedTarget): Promise<PreflightCheck> {
  const isGood = await isThere(
    target,
    json('ssm', 'AmazonSSM.GetParameter', { Name: '/cdk-bootstrap/hnb659fds/version' }),
  );
  return {
    name: 'bootstrap',
    isGood,
    detail: isGood ? `done in ${target.aws.region}` : `not done in ${target.aws.region}`,
    mend: `npx cdk bootstrap -c env=${target.name}`,
  };
}

/** What a removed environment has kept has the names that a new one wants. */
async function namesLeftBehind(target: DeployedTarget): Promise<readonly PreflightCheck[]> {
  const { names } = target;
  const kept: readonly (readonly [string, AwsRequest])[] = [
    [names.keysTable, json('dynamodb', 'DynamoDB_20120810.DescribeTable', { TableName: names.keysTable })],
    [names.secret, json('secretsmanager', 'secretsmanager.DescribeSecret', { SecretId: names.secret })],
  ];
  return Promise.all(
    kept.map(async ([name, request]): Promise<PreflightCheck> => {
      const isTaken = await isThere(target, request);
      return {
        name: `name ${name}`,
        isGood: !isTaken,
        detail: isTaken ? 'taken, though the environment is not deployed' : 'free',
        mend: `npx cdk import -c env=${target.name} takes it in again; or delete it, with what it holds.`,
      };
    }),
  );
}

/** Addresses that have not confirmed are told nothing. Source: Amazon SNS API reference, ListSubscriptionsByTopic. */
async function subscriptions(
  { aws, names, settings }: DeployedTarget,
  deployed: unknown,
): Promise<readonly PreflightCheck[]> {
  const [, partition = 'aws', , region = aws.region, account = ''] =
    stringMember(deployed, 'FunctionArn')?.split(':') ?? [];
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

function json(service: AwsRequest['service'], target: string, body: object): AwsRequest {
  const version = service === 'dynamodb' ? '1.0' : '1.1';
  const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
  return { service, method: 'POST', path: '/', headers, body: JSON.stringify(body) };
}

const NOT_THERE: readonly string[] = ['ResourceNotFoundException', 'ParameterNotFound'];

async function isThere(target: DeployedTarget, request: AwsRequest): Promise<boolean> {
  return (await ifThere(target, request)) !== undefined;
}

/** The answer; `undefined` where there is no such thing. */
async function ifThere({ aws }: DeployedTarget, request: AwsRequest): Promise<unknown> {
  const answer = await askAws(aws, request).catch(refusal);
  if (!(answer instanceof AwsError)) {
    return answer ?? {};
  }
  if (!NOT_THERE.includes(answer.name)) {
    throw answer;
  }
  return undefined;
}

/** What AWS has refused is an answer here. Anything else is none. */
function refusal(error: unknown): AwsError {
  if (error instanceof AwsError) {
    return error;
  }
  throw error;
}
