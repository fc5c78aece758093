import type { JsonObject } from '../wire/json.ts';
import type { KeyLimits, LimitSettings } from './key-limits.ts';
import type { PriceTier } from './prices.ts';
import type { EntraSettings, WorkloadIdentitySettings } from './token-settings.ts';
import type { Vendor } from './vendor.ts';

/** One environment's configuration file after validation: defaults filled in. `config-schema.ts` states the rules and the defaults. */
export interface GatewayConfig extends RouteSettings {
  readonly providers: Readonly<Record<string, Provider>>;
  readonly deployments: Readonly<Record<string, DeploymentSettings>>;
  readonly routes: Readonly<Record<string, RouteFile>>;
  readonly statistics: StatisticsSettings;
  readonly ejection: EjectionSettings;
  readonly limits: LimitSettings;
  /** One-token calls beside requests, to learn about deployments that no traffic measures. */
  readonly probes: ProbeSettings | 'off';
  /** What is kept of the answers that callers want kept. */
  readonly responses: ResponsesSettings;
  /** Whether the live page and `GET /status` are there, for operators' keys. */
  readonly statusPage: boolean;
  /** Spans and metrics by OTLP. Absent: none. */
  readonly otlp?: OtlpSettings;
  /** Keys for laptops and CI. In AWS keys live in DynamoDB. */
  readonly keys: readonly ConfiguredKey[];
}

/** Where spans and metrics go by OTLP. */
export interface OtlpSettings {
  /** The collector, without a trailing slash. */
  readonly endpoint: string;
  /** Names of credentials by names of headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** The time between two exports, in milliseconds. */
  readonly everyMs: number;
}

/** A wire format by its name in the configuration. */
export type ProtocolName = 'openai' | 'openai-responses' | 'anthropic' | 'gemini' | 'bedrock';

/** A vendor and its protocol. */
export interface Provider {
  readonly protocol: ProtocolName;
  /** Whose servers they are, where neither the protocol nor the address tells. */
  readonly host?: Vendor;
  /** Without a trailing slash. */
  readonly baseUrl?: string;
  /** The name of a credential, never the credential. */
  readonly apiKey?: string;
  /** Of Bedrock an AWS region, of Vertex AI a location of Google Cloud. */
  readonly region?: string;
  /** Vertex AI's project; OpenAI's, where a key has several. */
  readonly project?: string;
  /** OpenAI's, where a key has several. */
  readonly organization?: string;
  /** Azure's `api-version`. A date asks for the classic paths, which name the deployment. */
  readonly apiVersion?: string;
  /** Azure: `apiKey` names the secret of this application, which is exchanged for tokens. */
  readonly entra?: EntraSettings;
  /** Vertex AI: the AWS role is exchanged for tokens, so that there is no key. */
  readonly workloadIdentity?: WorkloadIdentitySettings;
  /** Headers added to every call, as `OpenAI-Organization` or `anthropic-beta`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it is sent `traceparent` and `tracestate`. @default true */
  readonly traceHeaders?: boolean;
  /** Whether the Responses API is spoken to other accounts too: what each has encrypted is marked as its own. No setting of the file's. */
  readonly marksReasoning?: true;
  /** Members of callers' bodies that are passed on although they may mean another model, address or credential there. @default none */
  readonly passMembers?: readonly string[];
}

/** A deployment as written in the configuration. */
export interface DeploymentSettings {
  /** A name in `providers`. */
  readonly provider: string;
  /** The wire format of this model, where it is not its provider's. */
  readonly protocol?: ProtocolName;
  /** The vendor's model id, an inference profile or an ARN. */
  readonly model: string;
  /** Tokens of prompt and answer together. */
  readonly contextWindow?: number;
  /** The largest answer in tokens. */
  readonly maxOutputTokens?: number;
  /** US dollars per million tokens. */
  readonly inputPrice?: number;
  readonly outputPrice?: number;
  readonly cachedInputPrice?: number;
  /** Of a cache that is kept for minutes. */
  readonly cacheWritePrice?: number;
  /** Of a cache that is kept for an hour. @default 1.6 times `cacheWritePrice`, as Anthropic has it */
  readonly cacheWrite1hPrice?: number;
  readonly reasoningPrice?: number;
  /** What longer prompts cost, by the least of them. */
  readonly priceTiers?: readonly PriceTier[];
  /** What the file does not say and another source does. */
  readonly assumed?: readonly AssumedMembers[];
  readonly tags: readonly string[];
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Whether it goes on from a trailing assistant message; `onStreamCut: "continue"` uses only such. */
  readonly prefill: boolean;
  /** Whether to ask it for streams. */
  readonly streaming: boolean;
  /** What the deployment serves: `chat` or `embeddings`. */
  readonly kind: 'chat' | 'embeddings';
  /** Corrections of the protocol's model rules. */
  readonly rules?: JsonObject;
}

/** Settings of a deployment that its file does not have, and who says them. */
export interface AssumedMembers {
  readonly members: readonly string[];
  /** The source with its date, for people. */
  readonly from: string;
}

/** A deployment with its id and its provider: one callable thing. */
export interface Deployment extends DeploymentSettings {
  readonly id: string;
  readonly providerSettings: Provider;
}

/** The name of a strategy: how a route orders the deployments that can serve a request. */
export type StrategyName = 'latency-based' | 'cost-based' | 'least-busy' | 'usage-based' | 'simple-shuffle' | 'ordered';

/** Settings that hold globally and that a route may set for itself. */
export interface RouteSettings {
  readonly timeouts: Timeouts;
  /** Upstream calls for one request, its first hedge not counted. */
  readonly maxAttempts: number;
  /** Further tries at the same deployment before the next one. */
  readonly sameTargetRetries: number;
  readonly hedge?: HedgeSettings;
  readonly onStreamCut: 'error' | 'continue';
  /** Share of calls (0 to 1) that go to a deployment other than the best, to learn. */
  readonly explorationShare: number;
  /** Share of calls (0 to 1) that may be asked of a second provider after a refusal in words that nobody here knows. */
  readonly secondOpinions: number;
  /** Candidates whose score is within this share of the best are equals. */
  readonly band: number;
}

/** Lengths of time in milliseconds. */
export interface Timeouts {
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly stallMs: number;
  readonly deadlineMs: number;
}

/** When a second attempt starts beside one that is late, and for how many requests. */
export interface HedgeSettings {
  /** Of the deployment's live time to first token. */
  readonly percentile: number;
  /** Share of requests (0 to 1) that may be hedged. */
  readonly budget: number;
}

/** A route as written: its own settings, where it has any, replace the global ones. */
export interface RouteFile {
  readonly strategy: StrategyName;
  readonly deployments: readonly string[];
  /** Only deployments that carry all of these serve the route. */
  readonly tags?: readonly string[];
  readonly timeouts?: Partial<Timeouts>;
  readonly maxAttempts?: number;
  readonly sameTargetRetries?: number;
  readonly hedge?: HedgeSettings;
  readonly onStreamCut?: 'error' | 'continue';
  readonly explorationShare?: number;
  readonly secondOpinions?: number;
  readonly band?: number;
}

/** A route ready for use: every setting resolved. */
export interface Route extends RouteSettings {
  readonly name: string;
  readonly strategy: StrategyName;
  readonly deployments: readonly Deployment[];
}

/** How long the fleet's statistics remember, and what keeping them may cost. */
export interface StatisticsSettings {
  /** After this long an observation counts half. */
  readonly halfLifeSeconds: number;
  /** The same for the memory that notices changes. */
  readonly recentHalfLifeSeconds: number;
  /** A prompt of this many tokens is expected to take twice as long to the first token as an empty one. 0: size does not count. */
  readonly promptDoublingTokens: number;
  /** The age at which an instance's snapshot is refreshed behind a request. */
  readonly refreshMs: number;
  /** A request waits for the refresh of a snapshot that is older than this. */
  readonly staleMs: number;
  /** The longest a request waits for DynamoDB. */
  readonly readTimeoutMs: number;
  /** A busy instance writes its observations at most once in this time; an ejection goes out at once. */
  readonly flushMs: number;
  /** DynamoDB writes a second and deployment that the whole fleet stays under. */
  readonly writesPerSecond: number;
  /** Reads a second of each item that the whole fleet stays under: past that, snapshots are refreshed less often. */
  readonly readsPerSecond: number;
}

/** How often the fleet looks at a deployment beside calls, at the most. Milliseconds. */
export interface ProbeSettings {
  /** While it is displaced, recovering or not known. */
  readonly everyMs: number;
  /** While it is what it usually is. */
  readonly rareEveryMs: number;
}

/** Whether answers of the Responses API are kept for the key that asked for them. */
export interface ResponsesSettings {
  /** Absent: none is kept. */
  readonly keepDays?: number;
  /** What one key may have kept in a day (UTC), compressed. */
  readonly megabytesPerKeyAndDay: number;
}

/** When a deployment that fails is set aside, and for how long. Lengths of time in milliseconds. */
export interface EjectionSettings {
  /** Failures in a row, as one instance sees them, that eject. */
  readonly consecutiveFailures: number;
  /** Share of failures (0 to 1) among at least `minRequests` decayed attempts of the fleet that ejects. */
  readonly failureRate: number;
  readonly minRequests: number;
  readonly baseCooldownMs: number;
  readonly maxCooldownMs: number;
  /** For wrong credentials and unknown models, which no waiting mends. */
  readonly misconfiguredCooldownMs: number;
  /** A rate limit's Retry-After counts for no longer: then a probe looks. */
  readonly maxRateLimitedCooldownMs: number;
  /** How long the one caller that probes has before another may. */
  readonly probeLeaseMs: number;
}

/** A key for laptops and CI, as the configuration file has it. */
export interface ConfiguredKey extends KeyLimits {
  readonly name: string;
  /** Hex of the key's SHA-256. */
  readonly sha256: string;
  /** ISO 8601 with its offset from UTC. */
  readonly expiresAt?: string;
  /** Whether it may see the live page and `GET /status`. */
  readonly operator?: boolean;
}
