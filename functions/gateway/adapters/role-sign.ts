import type { AwsCredentials } from './aws-signature.ts';
import { awsSigner } from './aws-signature.ts';
import type { Sign } from './credentials.ts';
import { systemClock } from './system-clock.ts';

/** Signs with one role, one signer a region and service. `credentials` is asked for each request and caches what it gives. */
export function roleSign(credentials: () => Promise<AwsCredentials>): Sign {
  const signers = new Map<string, ReturnType<typeof awsSigner>>();
  return (request, region, service = 'bedrock') => {
    const name = `${region} ${service}`;
    const signer = signers.get(name) ?? awsSigner({ credentials, region, service, now: systemClock.nowMs });
    signers.set(name, signer);
    return signer(request);
  };
}
