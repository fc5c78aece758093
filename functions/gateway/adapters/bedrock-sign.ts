import type { AwsCredentials } from './aws-signature.ts';
import { awsSigner } from './aws-signature.ts';
import { systemClock } from './system-clock.ts';
import type { Sign } from './undici-dial.ts';

/** Signs Bedrock requests, one signer a region. `credentials` is asked for each request and caches what it gives. */
export function bedrockSign(credentials: () => Promise<AwsCredentials>): Sign {
  const signers = new Map<string, ReturnType<typeof awsSigner>>();
  return (request, region) => {
    const signer = signers.get(region) ?? awsSigner({ credentials, region, now: systemClock.nowMs });
    signers.set(region, signer);
    return signer(request);
  };
}
