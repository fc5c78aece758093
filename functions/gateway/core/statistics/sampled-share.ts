/** The share (0 to 1) of what happens `perSecond` times a second that may be done, so that it is done at most `limit` times a second. */
export function sampledShare(perSecond: number, limit: number): number {
  return perSecond <= limit ? 1 : limit / perSecond;
}

/** The share (0 to 1) of observations that is written, so that the fleet stays under its writes a second to a deployment. */
export function writtenShare(requestsPerSecond: number, writesPerSecond: number): number {
  return sampledShare(requestsPerSecond * ITEMS_PER_ATTEMPT, writesPerSecond);
}

/** The same for the usual memory, which changes slowly: a write in five seconds tells it enough. */
export function usualShare(requestsPerSecond: number): number {
  return sampledShare(requestsPerSecond, USUAL_WRITES_PER_SECOND);
}

const USUAL_WRITES_PER_SECOND = 0.2;

/** What an attempt writes where nothing is merged: its first token to both quick memories, its end to the lasting one. */
const ITEMS_PER_ATTEMPT = 3;
