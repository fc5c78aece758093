import { member, numberMember } from '../../functions/gateway/core/wire/json.ts';
import { AwsError, askAws } from './aws-access.ts';
import { refusal } from './aws-presence.ts';
import type { PreflightCheck } from './preflight-checks.ts';
import type { DeployedTarget } from './target.ts';

/** Lambda keeps so many for functions without a reservation. Source: AWS Lambda developer guide, "Configuring reserved concurrency". */
const UNRESERVED = 100;

/** Of each process of a Web Function. Source: AWS Lambda developer guide, "Lambda Web Functions". */
const VCPUS = 2;

/** Whether the account's quotas have room for the environment. `isDeployed`: what it needs it has already. */
export async function quotas(target: DeployedTarget, isDeployed: boolean): Promise<readonly PreflightCheck[]> {
  return [await concurrency(target, isDeployed), ...(target.settings.form === 'web' ? await ofWeb(target) : [])];
}

async function concurrency({ aws, settings }: DeployedTarget, isDeployed: boolean): Promise<PreflightCheck> {
  const answer = await askAws(aws, { service: 'lambda', method: 'GET', path: '/2016-08-19/account-settings/' });
  const unreserved = numberMember(member(answer, 'AccountLimit'), 'UnreservedConcurrentExecutions') ?? 0;
  const wanted = reserved(settings);
  return {
    name: 'concurrency',
    isGood: isDeployed || wanted === 0 || unreserved - wanted >= UNRESERVED,
    detail: `${unreserved} unreserved; the environment reserves ${wanted}${isDeployed ? ' already' : ''}, and ${UNRESERVED} must stay`,
    mend: 'set aws.reservedConcurrency to "none", or ask AWS for a higher quota "Concurrent executions".',
  };
}

/** A Web Function reserves none; the prober is no Web Function and reserves one in either form. */
function reserved({ form, reservedConcurrency, prober }: DeployedTarget['settings']): number {
  if (reservedConcurrency === 'none') {
    return 0;
  }
  return (form === 'web' ? 0 : reservedConcurrency) + (prober === 'off' ? 0 : 1);
}

/** Source: AWS Lambda Web API reference, GetWebAccountSettings. */
async function ofWeb({ aws, settings: { web } }: DeployedTarget): Promise<readonly PreflightCheck[]> {
  const path = '/2025-03-07/web-account-settings';
  const answer = await askAws(aws, { service: 'lambda', method: 'GET', path }).catch(refusal);
  if (answer instanceof AwsError) {
    return [withoutWeb(answer, aws.region)];
  }
  const known = member(answer, 'accountQuotas');
  return [
    room({ name: 'vCPUs of Web Functions', quota: 'maxTotalArmVCpus', setting: 'maxEnvironments' }, known, {
      wanted: web.maxEnvironments * VCPUS,
    }),
    room({ name: 'rate of Web Functions', quota: 'maxTotalRateLimit', setting: 'rateLimit' }, known, {
      wanted: web.rateLimit ?? 0,
    }),
  ];
}

/** A region that does not have them answers as to a path that nobody knows. */
function withoutWeb({ name, message }: AwsError, region: string): PreflightCheck {
  if (name.startsWith('AccessDenied')) {
    return {
      name: 'Web Functions',
      isGood: false,
      detail: `these credentials may not ask: ${message}`,
      mend: 'allow lambda-web:GetWebAccountSettings to whoever asks, or look in the console.',
    };
  }
  return {
    name: 'Web Functions',
    isGood: false,
    detail: `${region} does not know them: ${name}`,
    mend: 'choose another region, or set aws.form to "event".',
  };
}

interface Quota {
  readonly name: string;
  /** As the API names it. */
  readonly quota: string;
  /** Of `aws.web`. */
  readonly setting: string;
}

function room(
  { name, quota, setting }: Quota,
  known: unknown,
  { wanted }: { readonly wanted: number },
): PreflightCheck {
  const most = numberMember(known, quota);
  return {
    name,
    isGood: most === undefined || wanted <= most,
    detail: `the environment may use ${wanted} of the account's ${most ?? 'unknown number'}`,
    mend: `set a lower aws.web.${setting}, or ask AWS for a higher quota.`,
  };
}
