import { App, Validations } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { deployedVersion } from './deployed-version.ts';
import { readEnvironment } from './environment-file.ts';
import { GatewayStack } from './gateway-stack.ts';
import { resourceNames } from './resource-names.ts';

// The CDK app: `npx cdk deploy -c env=prod` makes the stack of infra/environments/prod.json.
const app = new App({ context: CURRENTLY_RECOMMENDED_FLAGS });
const file = readEnvironment(app.node.tryGetContext('env'));
if (file.kind === 'invalid') {
  process.stderr.write(`\n${file.message}\n\n`);
  process.exit(1);
}
new GatewayStack(app, resourceNames(file.environment.name).stack, {
  environment: file.environment,
  version: deployedVersion(),
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
