import { targetOf } from '../attempt/target-of.ts';
import type { Deployment, Route } from '../model/gateway-config.ts';
import { badRequest } from '../model/gateway-error.ts';
import type { Prompt } from '../model/prompt.ts';
import type { Encoding, Protocol, Target } from '../protocols/protocol.ts';
import { PROTOCOLS, protocolFor } from '../protocols/protocols.ts';
import type { FoundRoute } from './find-route.ts';

type Unsupported = Extract<Encoding, { kind: 'unsupported' }>;

/** One deployment's form of a request. */
export interface Encoded<Form> {
  readonly deployment: Deployment;
  readonly protocol: Protocol;
  readonly target: Target;
  readonly encoding: Form;
}

/** The encodings of a request by deployment, or the error that refuses it. */
export type EncodedForRoute<Form> =
  | { readonly kind: 'encoded'; readonly encoded: ReadonlyMap<string, Encoded<Form>> }
  | Extract<FoundRoute, { kind: 'refused' }>;

/** Encodes a prompt for each deployment that can be asked for it, in the protocol that serves it best there. */
export function encodePrompt(
  route: Route,
  qualified: readonly Deployment[],
  prompt: Prompt,
): EncodedForRoute<Extract<Encoding, { kind: 'encoded' }>> {
  return encodeForRoute(route, qualified, (protocol, target) => protocol.encode(prompt, target), prompt);
}

/**
 * Encodes a request for each deployment that can be asked for it. Where none can, the error names the field and every vendor's reason.
 * `prompt`: what is asked, where it is one.
 */
export function encodeForRoute<Form extends { readonly kind: 'encoded' }>(
  route: Route,
  qualified: readonly Deployment[],
  encode: (protocol: Protocol, target: Target) => Form | Unsupported,
  prompt?: Prompt,
): EncodedForRoute<Form> {
  const encoded = new Map<string, Encoded<Form>>();
  const refusals: (Unsupported & { readonly deployment: string })[] = [];
  for (const deployment of qualified) {
    const { protocol: name } = deployment.providerSettings;
    const target = targetOf(deployment);
    const protocol = prompt === undefined ? PROTOCOLS[name] : protocolFor(name, prompt, target);
    const encoding = encode(protocol, target);
    if (encoding.kind === 'encoded') {
      encoded.set(deployment.id, { deployment, protocol, target, encoding });
    } else {
      refusals.push({ ...encoding, deployment: deployment.id });
    }
  }
  if (encoded.size > 0) {
    return { kind: 'encoded', encoded };
  }
  const reasons = refusals.map(({ deployment, message }) => `${deployment}: ${message}`).join(' ');
  const message = `No deployment of ${route.name} can serve this request. ${reasons}`;
  return { kind: 'refused', askedModel: route.name, error: badRequest(message, refusals[0]?.param ?? null) };
}
