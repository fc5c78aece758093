import { Duration, Fn, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';
import { defined } from '../../functions/gateway/core/model/defined.ts';

export interface FrontProps {
  /** The gateway's own, as `https://host/v1`. */
  readonly baseUrl: string;
  readonly settings: NonNullable<AwsSettings['front']>;
}

/**
 * CloudFront before the gateway's address: a domain of one's own, and a place for AWS WAF. Nothing is cached or compressed, and an answer
 * that is silent for longer than `silenceSeconds` is cut. The gateway's own address stays reachable.
 */
export class Front extends Construct {
  /** For the clients' `base_url`. */
  readonly baseUrl: string;

  constructor(scope: Construct, id: string, { baseUrl, settings }: FrontProps) {
    super(scope, id);
    const { domain, webAclArn, silenceSeconds } = settings;
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'NemoRouter',
      defaultBehavior: {
        origin: new HttpOrigin(Fn.select(2, Fn.split('/', baseUrl)), {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          readTimeout: Duration.seconds(silenceSeconds),
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // Lambda finds its function by the `Host` of its own address.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        compress: false,
      },
      httpVersion: HttpVersion.HTTP2_AND_3,
      ...defined({ webAclId: webAclArn }),
      ...(domain === undefined ? {} : named(this, domain)),
    });
    acknowledge(distribution);
    this.baseUrl = `https://${domain?.name ?? distribution.distributionDomainName}/v1`;
  }
}

function named(scope: Construct, { name, certificateArn }: NonNullable<FrontProps['settings']['domain']>) {
  return {
    domainNames: [name],
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
  };
}

function acknowledge(distribution: Distribution): void {
  for (const [rule, reason] of Object.entries({
    CFR1: 'Who may call is decided by keys, not by countries.',
    CFR2: "A web ACL is the operator's choice: webAclArn.",
    CFR3: "The gateway logs each call with its decision; CloudFront's log would hold addresses of callers beside it.",
    CFR4: 'Without a domain of its own a distribution has the certificate of CloudFront, which sets no minimum.',
  })) {
    Validations.of(distribution).acknowledge({ id: `AwsSolutions-${rule}`, reason });
  }
}
