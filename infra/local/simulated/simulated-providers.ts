import type { Clock, Random } from '../../../functions/gateway/core/model/clock.ts';
import { defined } from '../../../functions/gateway/core/model/defined.ts';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { anthropicWire } from './anthropic-wire.ts';
import type { Condition } from './condition.ts';
import { geminiWire } from './gemini-wire.ts';
import type { LatencyProfile } from './latency-model.ts';
import { openaiWire } from './openai-wire.ts';
import { seededRandom } from './seeded-random.ts';
import { type SimulatedProvider, startSimulatedProvider } from './simulated-provider.ts';
import type { VendorWire } from './vendor-wire.ts';

/** Three vendors on loopback ports that speak the real wire formats, for a laptop without any API key. */
export interface SimulatedProviders {
  readonly vendors: readonly SimulatedVendor[];
  readonly condition: (vendor: VendorName) => Condition;
  readonly setCondition: (vendor: VendorName, condition: Condition) => void;
  readonly close: () => Promise<void>;
}

/** What a configuration needs to call a simulated vendor. */
export interface SimulatedVendor {
  readonly name: VendorName;
  readonly protocol: ProtocolName;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** The one key that it accepts. No secret. */
  readonly apiKey: string;
  /** The model ids name the simulation, so that nobody takes an answer for a real one. */
  readonly model: string;
  readonly embeddingModel?: string;
}

export type VendorName = keyof typeof VENDORS;

export interface SimulatedProvidersOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: any free ones. */
  readonly ports?: Partial<Readonly<Record<VendorName, number>>>;
}

interface VendorSpec {
  readonly protocol: ProtocolName;
  readonly title: string;
  readonly wire: VendorWire;
  readonly model: string;
  readonly embeddingModel?: string;
  readonly latency: LatencyProfile;
}

const STRAGGLING = { sigma: 0.3, stragglerShare: 0.01 };

/** Medians drift in different rhythms, so that within some minutes each vendor is the fastest for a while. */
const VENDORS = {
  openai: {
    protocol: 'openai',
    title: 'OpenAI',
    wire: openaiWire,
    model: 'simulated-gpt',
    embeddingModel: 'simulated-embedding',
    latency: {
      ...STRAGGLING,
      medianTtftMs: 320,
      tokensPerSecond: { least: 60, most: 100 },
      driftPeriodMs: 7 * 60_000,
      driftDepth: 0.5,
    },
  },
  anthropic: {
    protocol: 'anthropic',
    title: 'Anthropic',
    wire: anthropicWire,
    model: 'simulated-claude',
    latency: {
      ...STRAGGLING,
      medianTtftMs: 450,
      tokensPerSecond: { least: 40, most: 80 },
      driftPeriodMs: 5 * 60_000,
      driftDepth: 0.6,
    },
  },
  google: {
    protocol: 'gemini',
    title: 'Google Gemini',
    wire: geminiWire,
    model: 'simulated-gemini',
    latency: {
      ...STRAGGLING,
      medianTtftMs: 180,
      tokensPerSecond: { least: 80, most: 120 },
      driftPeriodMs: 4 * 60_000,
      driftDepth: 0.7,
    },
  },
} satisfies Record<string, VendorSpec>;

/** How fast each vendor is. */
export const VENDOR_LATENCIES: Readonly<Record<VendorName, LatencyProfile>> = {
  openai: VENDORS.openai.latency,
  anthropic: VENDORS.anthropic.latency,
  google: VENDORS.google.latency,
};

export async function startSimulatedProviders(options: SimulatedProvidersOptions): Promise<SimulatedProviders> {
  const [openai, anthropic, google] = await Promise.all([
    startVendor('openai', options),
    startVendor('anthropic', options),
    startVendor('google', options),
  ]);
  const providers: Readonly<Record<VendorName, SimulatedProvider>> = { openai, anthropic, google };
  return {
    vendors: [
      describe('openai', openai, VENDORS.openai),
      describe('anthropic', anthropic, VENDORS.anthropic),
      describe('google', google, VENDORS.google),
    ],
    condition: (vendor) => providers[vendor].condition(),
    setCondition: (vendor, condition) => providers[vendor].setCondition(condition),
    close: async () => {
      await Promise.all([openai.close(), anthropic.close(), google.close()]);
    },
  };
}

function startVendor(
  name: VendorName,
  { clock, random, ports }: SimulatedProvidersOptions,
): Promise<SimulatedProvider> {
  const { title, wire, latency, ...spec }: VendorSpec = VENDORS[name];
  const port = ports?.[name];
  return startSimulatedProvider({
    wire,
    title,
    latency,
    apiKey: apiKeyOf(name),
    models: [spec.model, ...(spec.embeddingModel === undefined ? [] : [spec.embeddingModel])],
    clock,
    // A generator of its own, so that calls to one vendor do not change what another draws.
    random: seededRandom(Math.floor(random() * 2 ** 32)),
    ...defined({ port }),
  });
}

function describe(name: VendorName, provider: SimulatedProvider, spec: VendorSpec): SimulatedVendor {
  const { protocol, model, embeddingModel } = spec;
  return {
    name,
    protocol,
    baseUrl: provider.baseUrl,
    apiKey: apiKeyOf(name),
    model,
    ...defined({ embeddingModel }),
  };
}

function apiKeyOf(name: VendorName): string {
  return `simulated-${name}-key`;
}
