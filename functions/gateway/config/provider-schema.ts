import * as z from 'zod';
import { PROTOCOL_NAMES } from '../core/protocols/protocols.ts';
import { HOST_NAMES } from './host-names.ts';

/** Headers that carry credentials. Those belong in `apiKey`, which names a secret, and not in the file. */
const SECRET_HEADERS = ['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'];

const baseUrl = z
  .string()
  .regex(/^https?:\/\/[^\s?#@]+$/, 'must be an http or https address without a query, fragment or user name')
  .refine((text) => URL.canParse(text), 'must be an http or https address')
  .meta({
    description: "Where the provider is. Without it: the host's own address. Azure: the resource's, without a path.",
    examples: ['https://api.openai.com/v1'],
  });

// Google's keys look like names; the other vendors' have dashes.
/** The name of a credential, and never the credential. */
export const credentialName = z
  .string()
  .regex(/^(?!AIza)[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a credential and never the credential itself')
  .meta({
    description:
      "The name of a credential: an environment variable on a laptop, a field of the environment's secret in AWS.",
    examples: ['OPENAI_API_KEY'],
  });

/** A second one would make one request two (undici, CVE-2026-1525). */
const FRAMING_HEADERS: ReadonlySet<string> = new Set([
  ...['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'expect'],
]);

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
  .refine((name) => !SECRET_HEADERS.includes(name.toLowerCase()), 'carries a secret: use `apiKey` instead')
  .refine(
    (name) => !FRAMING_HEADERS.has(name.toLowerCase()),
    'says where a request ends, which the gateway does itself',
  );

const hostName = z.enum(HOST_NAMES).meta({
  description:
    "Whose servers they are, where the provider is called otherwise: a known host's address, wire format and quirks need no saying. `compatible`: another server that speaks OpenAI's API.",
  examples: ['groq'],
});

const entra = z
  .strictObject({
    tenantId: z
      .string()
      .regex(/^[\w.-]{1,128}$/, 'must be the id or the domain of a tenant')
      .meta({ description: 'The tenant of Microsoft Entra ID.', examples: ['11111111-2222-3333-4444-555555555555'] }),
    clientId: z
      .string()
      .regex(/^[\w-]{1,128}$/, 'must be the id of an application')
      .meta({ description: "The application's id.", examples: ['66666666-7777-8888-9999-000000000000'] }),
    authority: baseUrl.exactOptional().meta({
      description: 'Where tokens are given. Default: https://login.microsoftonline.com.',
      examples: ['https://login.microsoftonline.us'],
    }),
    scope: z
      .string()
      .regex(/^\S{1,256}$/, 'must be a scope')
      .exactOptional()
      .meta({
        description:
          'What the token is for. Default: https://cognitiveservices.azure.com/.default, for Foundry https://ai.azure.com/.default.',
        examples: ['https://cognitiveservices.azure.us/.default'],
      }),
  })
  .meta({
    description:
      'Azure by tokens of Entra ID instead of an `api-key`: `apiKey` then names the client secret of this application.',
    examples: [{ tenantId: '11111111-2222-3333-4444-555555555555', clientId: '66666666-7777-8888-9999-000000000000' }],
  });

const AUDIENCE = '//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/aws/providers/nemo';

const workloadIdentity = z
  .strictObject({
    audience: z
      .string()
      .regex(
        /^\/\/iam\.googleapis\.com\/projects\/\d+\/locations\/global\/workloadIdentityPools\/[\w-]+\/providers\/[\w-]+$/,
        'must be the full name of a provider of a workload identity pool',
      )
      .meta({
        description: 'The provider of the workload identity pool that trusts the AWS role.',
        examples: [AUDIENCE],
      }),
    serviceAccount: z
      .string()
      .regex(/^[\w.-]+@[\w.-]+$/, 'must be the e-mail address of a service account')
      .exactOptional()
      .meta({
        description: 'The service account to act as. Without it the role itself must have the rights.',
        examples: ['nemo@my-project.iam.gserviceaccount.com'],
      }),
  })
  .meta({
    description: "Vertex AI without a key: the function's AWS role is exchanged for Google's tokens.",
    examples: [{ audience: AUDIENCE, serviceAccount: 'nemo@my-project.iam.gserviceaccount.com' }],
  });

const plainId = z.string().regex(/^[\w.:-]{1,128}$/, 'must be letters, digits, dots, colons, dashes and underscores');

/** One vendor: whose servers, what proves who we are, and what differs from the usual. */
export const providerSchema = z.strictObject({
  host: hostName.exactOptional(),
  protocol: z
    .enum(PROTOCOL_NAMES)
    .exactOptional()
    .meta({
      description: "The wire format. Without it: the host's own. OpenAI-compatible servers are `openai`.",
      examples: ['openai'],
    }),
  baseUrl: baseUrl.exactOptional(),
  apiKey: credentialName.exactOptional(),
  region: z
    .string()
    .regex(/^[a-z]+(-[a-z]+)*(-?\d{1,2})?$/, 'must be a region')
    .exactOptional()
    .meta({
      description:
        'The AWS region of a Bedrock provider; the location of a Vertex AI provider: a region, `us`, `eu` or `global`, which is the default.',
      examples: ['us-east-1'],
    }),
  project: plainId.exactOptional().meta({
    description: "The project of Google Cloud for Vertex AI; OpenAI's, where a key has several.",
    examples: ['my-project'],
  }),
  organization: plainId.exactOptional().meta({
    description: "OpenAI's organization, where a key has several.",
    examples: ['org-example'],
  }),
  apiVersion: plainId.exactOptional().meta({
    description:
      "Azure's `api-version`. With a date the classic paths are called, which name the deployment. Without: the API v1.",
    examples: ['2025-04-01-preview'],
  }),
  entra: entra.exactOptional(),
  workloadIdentity: workloadIdentity.exactOptional(),
  headers: z
    .record(headerName, z.string().regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'))
    .refine((headers) => {
      const names = Object.keys(headers).map((name) => name.toLowerCase());
      return new Set(names).size === names.length;
    }, 'must name each header once: upper and lower case make no difference')
    .exactOptional()
    .meta({
      description: 'Headers added to every call to this provider. No secrets.',
      examples: [{ 'OpenAI-Organization': 'org-example' }],
    }),
  traceHeaders: z
    .boolean()
    .exactOptional()
    .meta({
      description:
        'Whether this provider is sent W3C trace headers, traceparent and tracestate. false: for one that refuses them. Default: true.',
      examples: [false],
    }),
  passMembers: z
    .array(z.string().regex(/^[\w.-]{1,64}$/, 'must be the name of a member'))
    .exactOptional()
    .meta({
      description:
        "Members of callers' bodies that are passed on although a server may take them for another model, address, credential or price, and what of the account callers may name: file_id, file_uri, vector_store_ids, prompt, container, mcp_servers, or a type of tools. Default: none of those; other members are always passed on.",
      examples: [['models', 'provider', 'plugins']],
    }),
});

/** A provider as a file has it, valid by itself. */
export type ProviderFile = z.output<typeof providerSchema>;
