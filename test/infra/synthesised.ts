import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import type { DeployedVersion } from '../../infra/deployed-version.ts';
import { type Environment, readEnvironment } from '../../infra/environment-file.ts';
import { GatewayStack } from '../../infra/gateway-stack.ts';

// The CDK's own checks of a template take half of its synthesis. `npm run synth` makes them, and `npm run test:templates` more.
process.env.CDK_VALIDATION = 'false';

/** A shipped environment, with other settings of the stack where `aws` says so. */
export function shipped(name: 'dev' | 'prod', aws: Partial<AwsSettings> = {}): Environment {
  const file = readEnvironment(name);
  if (file.kind === 'invalid') {
    throw new Error(file.message);
  }
  return { ...file.environment, aws: { ...file.environment.aws, ...aws } };
}

/** The gateway's configuration from a file's content. */
export function configOf(json: unknown): GatewayConfig {
  const parsed = parseConfig(json);
  if (parsed.kind === 'invalid') {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return parsed.config;
}

/** The app with the stack of `environment`. Without bundling, which takes a second and is tested by itself. */
export function gatewayApp(
  environment: Environment,
  { isBundled = false, version }: { readonly isBundled?: boolean; readonly version?: DeployedVersion } = {},
): { app: App; stack: GatewayStack } {
  const bundling = isBundled ? {} : { 'aws:cdk:bundling-stacks': [] };
  const app = new App({ context: { ...CURRENTLY_RECOMMENDED_FLAGS, ...bundling } });
  return { app, stack: new GatewayStack(app, `nemorouter-${environment.name}`, { environment, version }) };
}

/** The CloudFormation template of `environment`. */
export function templateOf(environment: Environment): Template {
  return Template.fromStack(gatewayApp(environment).stack);
}
