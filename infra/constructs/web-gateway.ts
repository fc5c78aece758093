import { Aws, Duration, RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { WebFunction, WebFunctionAuthType, WebFunctionCode, WebFunctionRuntime } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { WEB_ENDPOINT } from './address-metrics.ts';
import { functionAsset, MODULE } from './function-code.ts';
import type { GatewayFunctionProps } from './gateway-function.ts';
import { loggingRole } from './logging-role.ts';

/** The longest that Lambda allows; 30 seconds by default, which would cut streams without a word. */
const TIMEOUT = Duration.minutes(15);

/** Calls at once in one process. Measured: 64 streams of five seconds take half of its one thread. */
export const CALLS_AT_ONCE = 64;

/** The gateway as a Lambda Web Function: an HTTP server for many calls at once, with its address, its log group and its code's bucket. */
export class WebGateway extends Construct {
  readonly function: WebFunction;
  readonly logGroup: LogGroup;
  readonly role: Role;
  /** For the clients' `base_url`. */
  readonly baseUrl: string;

  constructor(scope: Construct, id: string, { environment, names, entries, variables }: GatewayFunctionProps) {
    super(scope, id);
    const { aws, config, name } = environment;
    const { logGroup, role } = loggingRole(this, names.gatewayLogGroup, aws);
    this.logGroup = logGroup;
    this.role = role;
    allowRegionalLogs(role, names.gatewayLogGroup);
    const bucket = codeBucket(this);
    // Not `Function`, which is another type of resource: CloudFormation changes no type under a logical id.
    this.function = new WebFunction(this, 'WebFunction', {
      webFunctionName: names.gatewayFunction,
      revisionDescription: `NemoRouter ${name}: the OpenAI-compatible gateway`,
      code: WebFunctionCode.fromAssetToProvidedBucket(
        bucket as IBucket,
        entries.folder,
        functionAsset({ entries, entry: 'web', config }),
      ),
      runtime: WebFunctionRuntime.NODEJS_24_X,
      entryPoint: MODULE,
      role,
      logGroup,
      timeout: TIMEOUT,
      maxConcurrencyPerEnvironment: CALLS_AT_ONCE,
      environment: {
        NEMO_ENVIRONMENT: name,
        NEMO_CONFIG_FILE: 'config.json',
        ...(aws.cors === undefined ? {} : { NEMO_CORS: JSON.stringify(aws.cors) }),
        ...variables,
      },
      // The gateway checks its own keys before anything else.
      defaultEndpointAuth: WebFunctionAuthType.APPLICATION_MANAGED,
      defaultEndpoint: { endpointName: WEB_ENDPOINT, ...aws.web },
      tags: { 'nemorouter:environment': name, ...aws.tags },
    });
    acknowledgeCopyFunction(this, bucket);
    this.baseUrl = `https://${this.function.endpoint.domainName}/v1`;
    Validations.of(this.function.endpoint).acknowledge({
      id: 'Annotation::@aws-cdk/aws-lambda:webFunctionPublicEndpoint',
      reason: 'Clients of OpenAI speak no signatures of AWS. The gateway checks its own keys before anything else.',
    });
  }
}

/** A Web Function also writes to a second group beside its own, of what its region alone has served. */
function allowRegionalLogs(role: Role, logGroupName: string): void {
  const streams = `:${logGroupName}.local:*`;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group${streams}`],
    }),
  );
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group${streams}]`,
    reason: 'The streams of one log group, whose names Lambda chooses.',
  });
}

/** The CDK's own function that copies the code from its bootstrap's bucket into ours, during deployments only. */
function acknowledgeCopyFunction(scope: Construct, bucket: Bucket): void {
  const stack = Stack.of(scope);
  const region = Token.isUnresolved(stack.region) ? '<AWS::Region>' : stack.region;
  const account = Token.isUnresolved(stack.account) ? '<AWS::AccountId>' : stack.account;
  const partition = Token.isUnresolved(stack.region) ? '<AWS::Partition>' : 'aws';
  const arn = `<${stack.getLogicalId(bucket.node.defaultChild as CfnBucket)}.Arn>`;
  const ids = [
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    `IAM5[Resource::arn:${partition}:s3:::cdk-hnb659fds-assets-${account}-${region}/*]`,
    'IAM5[Action::s3:Abort*]',
    'IAM5[Action::s3:DeleteObject*]',
    `IAM5[Resource::${arn}/web-function/*]`,
  ];
  for (const copy of stack.node.children.filter(({ node }) => node.id.startsWith('Custom::S3ObjectCopy'))) {
    for (const id of ids) {
      Validations.of(copy).acknowledge({
        id: `AwsSolutions-${id}`,
        reason: 'Of the CDK: it copies the code during deployments, into one folder of one bucket.',
      });
    }
  }
}

/** Lambda reads the code there at each start, one version of it: the bucket of the CDK's bootstrap keeps none. */
function codeBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'Code', {
    versioned: true,
    enforceSSL: true,
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Holds bundles of public code and is read by Lambda alone: CloudTrail tells who wrote.',
  });
  return bucket;
}
