import { defined } from '../core/model/defined.ts';
import type { AwsCredentials } from './aws-signature.ts';
import { requiredVariable } from './required-variable.ts';

/** The credentials of the function's role. Lambda sets them as environment variables, once for the life of an instance. */
export async function environmentCredentials(): Promise<AwsCredentials> {
  const sessionToken = process.env.AWS_SESSION_TOKEN;
  return {
    accessKeyId: requiredVariable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: requiredVariable('AWS_SECRET_ACCESS_KEY'),
    ...defined({ sessionToken }),
  };
}
