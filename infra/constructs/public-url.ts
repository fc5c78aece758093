import { Duration, Fn } from 'aws-cdk-lib';
import { type FunctionUrl, FunctionUrlAuthType, HttpMethod, type IFunction, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { EXPOSED_HEADERS } from '../../functions/gateway/adapters/cors.ts';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';

export interface PublicUrlProps {
  /** A function, or an alias of one. */
  readonly function: Pick<IFunction, 'addFunctionUrl'>;
  readonly cors: AwsSettings['cors'] | undefined;
}

/**
 * The gateway's address. Without IAM's authentication, which OpenAI's clients do not speak: the gateway checks its own keys before
 * anything else. Lambda asks for two permissions on such an address, `InvokeFunctionUrl` and `InvokeFunction`; the CDK adds both.
 */
export class PublicUrl extends Construct {
  readonly url: FunctionUrl;
  /** For the clients' `base_url`. */
  readonly baseUrl: string;

  constructor(scope: Construct, id: string, { function: gateway, cors }: PublicUrlProps) {
    super(scope, id);
    this.url = gateway.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      ...(cors === undefined ? {} : { cors: corsOptions(cors) }),
    });
    this.baseUrl = Fn.join('', [this.url.url, 'v1']);
  }
}

function corsOptions({ allowedOrigins, maxAgeSeconds }: NonNullable<AwsSettings['cors']>) {
  return {
    allowedOrigins,
    allowedMethods: [HttpMethod.GET, HttpMethod.POST],
    // OpenAI's clients send headers of their own that change with their versions.
    allowedHeaders: ['*'],
    exposedHeaders: [...EXPOSED_HEADERS],
    maxAge: Duration.seconds(maxAgeSeconds),
  };
}
