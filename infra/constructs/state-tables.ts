import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, BillingMode, Table, TableEncryption, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  ACCOUNT_PREFIX,
  answersTable,
  type KeyAttribute,
  keysTable,
  statisticsTable,
} from '../../functions/gateway/adapters/dynamodb/table-definitions.ts';

export interface StateTablesProps {
  readonly statisticsName: string;
  readonly keysName: string;
  /** Keeps the keys when the stack is deleted. */
  readonly isProtected: boolean;
  /** DynamoDB throttles the statistics' writes above this, so that a bug cannot spend without bound. */
  readonly maxWritesPerSecond: number;
  /** Absent: no answers are kept. */
  readonly answersName?: string | undefined;
}

/**
 * What the gateway remembers between calls: live statistics, which may be lost, callers' keys, which may not, and where the environment
 * wants it the answers that callers go on with.
 */
export class StateTables extends Construct {
  readonly statistics: Table;
  readonly keys: TableV2;
  readonly answers: Table | undefined;

  constructor(scope: Construct, id: string, props: StateTablesProps) {
    super(scope, id);
    this.statistics = new Table(this, 'Statistics', {
      tableName: props.statisticsName,
      billingMode: BillingMode.PAY_PER_REQUEST,
      maxWriteRequestUnits: props.maxWritesPerSecond,
      partitionKey: attribute(statisticsTable.partitionKey),
      sortKey: attribute(statisticsTable.sortKey),
      timeToLiveAttribute: statisticsTable.ttlAttribute,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.statistics).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'Holds the last minutes of latencies. A backup would be outdated before it could be restored.',
    });
    // A global table of one region: others join without a new table. Without DynamoDB's own protection from deletion, which would leave
    // the table behind when a first deployment rolls back: the stack's policy keeps it, and of a table that is deleted by hand DynamoDB
    // keeps a backup for 35 days, since it has point-in-time recovery.
    this.keys = new TableV2(this, 'Keys', {
      tableName: props.keysName,
      billing: Billing.onDemand(),
      partitionKey: attribute(keysTable.partitionKey),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.isProtected ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    });
    this.answers = props.answersName === undefined ? undefined : this.answersTable(props.answersName);
  }

  /**
   * Prompts and answers: under a key of the account's own whose use CloudTrail shows, gone with their day, and gone with the table when the
   * environment keeps none any more. No backup, which would hold for 35 days longer what was to be deleted.
   */
  private answersTable(tableName: string): Table {
    const table = new Table(this, 'Answers', {
      tableName,
      billingMode: BillingMode.PAY_PER_REQUEST,
      partitionKey: attribute(answersTable.partitionKey),
      timeToLiveAttribute: answersTable.ttlAttribute,
      encryption: TableEncryption.AWS_MANAGED,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason:
        'Conversations are kept for the days that the environment says. A backup would keep them for 35 days longer.',
    });
    return table;
  }

  /** What the gateway does with the tables and nothing else: it can neither list nor change keys, only the accounts beside them. */
  grantGateway(gateway: IGrantable): void {
    this.grantStatistics(gateway);
    this.answers?.grant(
      gateway,
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
    );
    this.keys.grant(gateway, 'dynamodb:GetItem');
    gateway.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:UpdateItem'],
        resources: [this.keys.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${ACCOUNT_PREFIX}*`] },
          // Without a key there is none that is not alike.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
    );
  }

  /** Reading the past by slots of time, which the live page shows. */
  grantPast(grantee: IGrantable): void {
    this.statistics.grant(grantee, 'dynamodb:Query');
  }

  /** Reading and growing the sums, sharing and lifting ejections. */
  grantStatistics(grantee: IGrantable): void {
    this.statistics.grant(grantee, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
  }
}

function attribute({ name, type }: KeyAttribute): { name: string; type: AttributeType } {
  return { name, type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER };
}
