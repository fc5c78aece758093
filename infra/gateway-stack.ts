import { Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { defined } from '../functions/gateway/core/model/defined.ts';
import { SOURCE_ENTRIES } from './constructs/function-bundle.ts';
import type { DeployedVersion } from './deployed-version.ts';
import type { Environment } from './environment-file.ts';
import { NemoRouter } from './nemo-router.ts';

export interface GatewayStackProps {
  readonly environment: Environment;
  /** What is deployed; absent outside of a repository. */
  readonly version?: DeployedVersion | undefined;
}

/** One environment as a stack of its own: the construct `NemoRouter`, built from this repository's sources. */
export class GatewayStack extends Stack {
  constructor(scope: Construct, id: string, { environment, version }: GatewayStackProps) {
    const { name, aws } = environment;
    super(scope, id, {
      description: `NemoRouter ${name}: one OpenAI-compatible endpoint over several providers`,
      terminationProtection: aws.protected,
      env: {
        ...defined({ account: aws.account, region: aws.region }),
      },
    });
    // The CDK leaves `Default` out of logical ids, which must not change: another id is another resource.
    new NemoRouter(this, 'Default', { name, config: environment, entries: SOURCE_ENTRIES, version });
    for (const [key, value] of Object.entries({ 'nemorouter:environment': name, ...aws.tags })) {
      Tags.of(this).add(key, value);
    }
  }
}
