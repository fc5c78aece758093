import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface ProviderCredentialsProps {
  readonly name: string;
  /** The credentials that the configuration names. */
  readonly fields: readonly string[];
  readonly isProtected: boolean;
}

/**
 * The providers' API keys: one secret, a JSON object with a field for each credential that the configuration names. The stack makes
 * it without a value, since a value in a template could be read there and would overwrite the operator's with each change.
 */
export class ProviderCredentials extends Construct {
  /** The secret's ARN. */
  readonly arn: string;

  constructor(scope: Construct, id: string, props: ProviderCredentialsProps) {
    super(scope, id);
    const secret = new CfnSecret(this, 'Secret', {
      name: props.name,
      description: `A JSON object with the fields ${props.fields.join(', ') || '(none)'}`,
    });
    secret.applyRemovalPolicy(props.isProtected ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: "The vendors' keys are made on the vendors' sites, so that AWS cannot rotate them.",
    });
    this.arn = secret.ref;
  }

  grantRead(reader: IGrantable): void {
    const statement = new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.arn] });
    reader.grantPrincipal.addToPrincipalPolicy(statement);
  }
}
