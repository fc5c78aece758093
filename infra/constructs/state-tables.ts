import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, BillingMode, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  ACCOUNT_PREFIX,
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
}

/** What the gateway remembers between calls: live statistics, which may be lost, and callers' keys, which may not. */
export class StateTables extends Construct {
  readonly statistics: Table;
  readonly keys: TableV2;

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
  }

  /** What the gateway does with the tables and nothing else: it can neither list nor change keys, only the accounts beside them. */
  grantGateway(gateway: IGrantable): void {
    this.grantStatistics(gateway);
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

  /** Reading and growing the sums, sharing and lifting ejections. */
  grantStatistics(grantee: IGrantable): void {
    this.statistics.grant(grantee, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
  }
}

function attribute({ name, type }: KeyAttribute): { name: string; type: AttributeType } {
  return { name, type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER };
}
