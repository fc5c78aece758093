import { Aws, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { hostOf } from '../../functions/gateway/core/hosts/hosts.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';

/** Converse, ConverseStream and the OpenAI-compatible endpoint are allowed by the actions of the calls that they wrap. */
const ACTIONS = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

/** A geography before the vendor makes the id of a cross-region inference profile: `us.anthropic...`, `global.amazon...`. */
const PROFILE = /^(?:global|apac|us-gov|[a-z]{2})\.(?<model>.+)$/;

/**
 * Gives `role` the right to call exactly the Bedrock models that the configuration names. A provider with a Bedrock API key needs
 * none of it. A profile calls its model in several regions: those are allowed through this profile only.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
 */
export function allowBedrock(role: Role, config: GatewayConfig): void {
  const targets = signedModels(config).map(({ model, region }) => bedrockTarget(model, region));
  const behind = new Map(
    targets.flatMap((target) => (target.behind === undefined ? [] : [[target.arn, target.behind] as const])),
  );
  if (targets.length > 0) {
    const resources = [...new Set(targets.map(({ arn }) => arn))];
    role.addToPolicy(new PolicyStatement({ actions: ACTIONS, resources }));
  }
  for (const [profile, models] of behind) {
    const conditions = { ArnLike: { 'bedrock:InferenceProfileArn': profile } };
    role.addToPolicy(new PolicyStatement({ actions: ACTIONS, resources: [models], conditions }));
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${models.replace(Aws.PARTITION, '<AWS::Partition>')}]`,
      reason: 'AWS decides in which regions a profile calls its model. The condition allows no other way to it.',
    });
  }
}

/** The models that are called with the function's own role, each with the region it is called in. */
function signedModels(config: GatewayConfig): readonly { readonly model: string; readonly region: string }[] {
  return Object.values(config.deployments).flatMap(({ provider: name, model }) => {
    const provider = config.providers[name];
    const isSigned = provider !== undefined && hostOf(provider).proof(provider) === 'aws-sigv4';
    return isSigned ? [{ model, region: provider.region ?? Aws.REGION }] : [];
  });
}

interface BedrockTarget {
  /** What is called. */
  readonly arn: string;
  /** The foundation models that a profile calls in turn. */
  readonly behind?: string;
}

function bedrockTarget(model: string, region: string): BedrockTarget {
  if (model.startsWith('arn:')) {
    return arnTarget(model);
  }
  const profiled = PROFILE.exec(model)?.groups?.model;
  return profiled === undefined
    ? { arn: `arn:${Aws.PARTITION}:bedrock:${region}::foundation-model/${model}` }
    : {
        arn: `arn:${Aws.PARTITION}:bedrock:${region}:${Aws.ACCOUNT_ID}:inference-profile/${model}`,
        behind: foundationModels(profiled),
      };
}

/** An ARN is allowed as it is. What stands behind an application's own profile cannot be known here. */
function arnTarget(arn: string): BedrockTarget {
  const [, kind, id] = /:([a-z-]+)\/([^/]+)$/.exec(arn) ?? [];
  if (kind === 'application-inference-profile') {
    return { arn, behind: foundationModels('*') };
  }
  const profiled = kind === 'inference-profile' ? PROFILE.exec(id ?? '')?.groups?.model : undefined;
  return profiled === undefined ? { arn } : { arn, behind: foundationModels(profiled) };
}

/** In every region: which ones a profile uses is AWS's to change, and global profiles use an ARN without one. */
function foundationModels(model: string): string {
  return `arn:${Aws.PARTITION}:bedrock:*::foundation-model/${model}`;
}
