import { hostOf } from '../core/hosts/hosts.ts';
import { KNOWN_HOSTS, type KnownHost } from '../core/hosts/known-hosts.ts';
import { vendorOf } from '../core/hosts/vendor-of.ts';
import type { GatewayConfig, Provider } from '../core/model/gateway-config.ts';
import type { Vendor } from '../core/model/vendor.ts';
import { type ConfigProblem, pathText } from './config-problem.ts';

/** What providers lack that their host cannot be called without, and what they say that their host has no use for. */
export function incompleteProviders({ providers }: Pick<GatewayConfig, 'providers'>): readonly ConfigProblem[] {
  return Object.entries(providers).flatMap(([name, provider]) => {
    const check = CHECKS[vendorOf(provider)] ?? credentialProblem;
    return [check(provider), foreignSetting(provider)].flatMap((problem) =>
      problem === undefined ? [] : [{ ...problem, path: pathText(['providers', name, problem.path]) }],
    );
  });
}

type Problem = ConfigProblem | undefined;

const CHECKS: Readonly<Partial<Record<Vendor, (provider: Provider) => Problem>>> = {
  bedrock: ({ region, baseUrl, apiKey }) =>
    region === undefined && !(baseUrl !== undefined && apiKey !== undefined)
      ? { path: 'region', message: 'is required: Bedrock is called in one region', example: '"region": "us-east-1"' }
      : awsRegion(region),
  azure: (provider) =>
    addressProblem(provider, 'is required: each resource of Azure has an address of its own', AZURE_EXAMPLE) ??
    credentialProblem(provider),
  vertex: ({ apiKey, workloadIdentity, project, baseUrl }) => {
    if (workloadIdentity !== undefined && project === undefined) {
      const message = 'is required: Vertex AI is called in one project of Google Cloud';
      return { path: 'project', message, example: '"project": "my-project"' };
    }
    const message = 'is required, or `workloadIdentity`: Vertex AI answers no call without a credential';
    const example = '"apiKey": "GOOGLE_SERVICE_ACCOUNT"';
    return apiKey === undefined && workloadIdentity === undefined && baseUrl === undefined
      ? { path: 'apiKey', message, example }
      : undefined;
  },
  compatible: (provider) =>
    addressProblem(provider, 'is required: where the server is', '"baseUrl": "http://10.0.0.5:8000/v1"'),
};

const AZURE_EXAMPLE = '"baseUrl": "https://my-resource.openai.azure.com"';

function addressProblem(provider: Provider, message: string, example: string): Problem {
  const isKnown = provider.baseUrl !== undefined || hostOf(provider).defaultBaseUrl(provider) !== undefined;
  return isKnown ? undefined : { path: 'baseUrl', message, example };
}

/** Servers of one's own need no credential; neither does what stands behind an address that the file names, as far as can be told. */
function credentialProblem(provider: Provider): Problem {
  const { credential }: KnownHost = KNOWN_HOSTS[vendorOf(provider)];
  if (provider.apiKey !== undefined) {
    return undefined;
  }
  if (provider.entra !== undefined) {
    const message = 'is required: the name of the client secret of the application that `entra` names';
    return { path: 'apiKey', message, example: '"apiKey": "AZURE_CLIENT_SECRET"' };
  }
  const message = "is required: the vendor's own address answers no call without a credential";
  const example = `"apiKey": ${JSON.stringify(credential)}`;
  return provider.baseUrl === undefined && credential !== undefined ? { path: 'apiKey', message, example } : undefined;
}

/** Source: AWS General Reference, "AWS Regions". */
function awsRegion(region: string | undefined): Problem {
  const isRegion = region === undefined || /^[a-z]{2}(-[a-z]+)+-\d$/.test(region);
  const message = `must be an AWS region; got ${JSON.stringify(region)}`;
  return isRegion ? undefined : { path: 'region', message, example: '"region": "us-east-1"' };
}

/** Which hosts each of the settings that only some have is for. */
const OWNERS: readonly (readonly [keyof Provider, readonly Vendor[]])[] = [
  ['organization', ['openai', 'compatible']],
  ['project', ['openai', 'vertex', 'compatible']],
  ['apiVersion', ['azure']],
  ['entra', ['azure']],
  ['workloadIdentity', ['vertex']],
];

function foreignSetting(provider: Provider): Problem {
  const vendor = vendorOf(provider);
  const [setting, owners = []] =
    OWNERS.find(([name, of]) => provider[name] !== undefined && !of.includes(vendor)) ?? [];
  const message = `is for ${owners.filter((owner) => owner !== 'compatible').join(' and ')}; this provider is at ${vendor}`;
  return setting === undefined ? undefined : { path: setting, message, example: `"host": "${owners[0]}"` };
}
