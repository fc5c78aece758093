import type { AttemptRecord, RequestRecord } from '../../functions/gateway/core/model/request-record.ts';

/** Says once a provider that this machine does not reach it: `undefined` for every other request, and for all where it is not `watching`. */
export function unreachableProviders(watching: boolean): (record: RequestRecord) => string | undefined {
  const told = new Set<string>();
  return ({ attempts }) => {
    const lines = (watching ? attempts : []).flatMap(({ provider, failure }) => {
      const reason = reasonOf(failure);
      if (reason === undefined || told.has(provider)) {
        return [];
      }
      told.add(provider);
      return [noteOf(provider, reason)];
    });
    return lines.length === 0 ? undefined : lines.join('\n');
  };
}

/** Codes of the system's that mean: no way there. A connection that breaks later is the provider's failure. */
const NO_WAY = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED']);

function reasonOf(failure: AttemptRecord['failure']): string | undefined {
  if (failure?.kind === 'unreachable' && NO_WAY.has(failure.code)) {
    return failure.code;
  }
  return failure?.kind === 'timed-out' && failure.phase === 'connect'
    ? `no connection in ${failure.afterMs} ms`
    : undefined;
}

function noteOf(provider: string, reason: string): string {
  return [
    `The provider "${provider}" cannot be reached from this machine (${reason}). Look at the network, or at its baseUrl in the`,
    "configuration. Said once. Without any vendor's credential in the environment, npm start simulates three providers.",
  ].join(' ');
}
