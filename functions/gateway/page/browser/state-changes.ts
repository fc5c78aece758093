import type { DeploymentStatus, EjectionStatus } from '../../core/status/fleet-status.ts';
import { span } from './format.ts';

const REASONS: Readonly<Record<EjectionStatus['reason'], string>> = {
  failures: 'failing',
  'rate-limited': 'rate-limited',
  misconfigured: 'misconfigured',
  drained: 'drained by hand',
};

/** A deployment's state in words. */
export function stateText({ state, ejection }: Pick<DeploymentStatus, 'state' | 'ejection'>, nowMs: number): string {
  const why = ejection === null ? '' : `: ${REASONS[ejection.reason]}`;
  switch (state) {
    case 'healthy':
      return 'healthy';
    case 'ejected':
      return `ejected for ${span(Math.max(1000, (ejection?.untilMs ?? nowMs) - nowMs))}${why}`;
    case 'due':
      return `due to be tried${why}`;
    case 'probing':
      return 'probing: one call tries it';
  }
}

/** What has changed for somebody who only listens. The ways back to health are told once, when it is reached. */
export function stateChanges(
  before: ReadonlyMap<string, DeploymentStatus['state']>,
  now: readonly DeploymentStatus[],
): readonly string[] {
  return now.flatMap(({ id, state, ejection }) => {
    const was = before.get(id) ?? 'healthy';
    if (state === 'ejected' && was === 'healthy') {
      return [`${id} is ejected: ${REASONS[ejection?.reason ?? 'failures']}.`];
    }
    return state === 'healthy' && was !== 'healthy' ? [`${id} is healthy again.`] : [];
  });
}
