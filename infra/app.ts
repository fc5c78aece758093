import { App, Validations } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { deployedVersion } from './deployed-version.ts';
import { type Environment, readEnvironment } from './environment-file.ts';
import { GatewayStack } from './gateway-stack.ts';
import { resourceNames } from './resource-names.ts';

// The CDK app: `npx cdk deploy -c env=prod` makes the stack of infra/environments/prod.json.
const app = new App({ context: CURRENTLY_RECOMMENDED_FLAGS });
const file = readEnvironment(app.node.tryGetContext('env'));
if (file.kind === 'invalid') {
  process.stderr.write(`\n${file.message}\n\n`);
  process.exit(1);
}
/** `-c rollout=unguarded`: this deployment alone. */
const rollout: unknown = app.node.tryGetContext('rollout');
if (rollout !== undefined && rollout !== 'unguarded') {
  process.stderr.write(`\n-c rollout is "unguarded" or absent; it is ${JSON.stringify(rollout)}.\n\n`);
  process.exit(1);
}
new GatewayStack(app, resourceNames(file.environment.name).stack, {
  environment: rollout === undefined ? file.environment : unguarded(file.environment),
  version: deployedVersion(),
});

/** For going back while an alarm rings, which would stop any other deployment. */
function unguarded(environment: Environment): Environment {
  return { ...environment, aws: { ...environment.aws, rollout: 'unguarded' } };
}

Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
