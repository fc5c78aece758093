/** The share (0 to 1) of what happens `perSecond` times a second that may be done, so that it is done at most `limit` times a second. */
export function sampledShare(perSecond: number, limit: number): number {
  return perSecond <= limit ? 1 : limit / perSecond;
}

/** The share (0 to 1) of observations that is written, so that the fleet stays under its writes a second to a deployment. */
export function writtenShare(requestsPerSecond: number, writesPerSecond: number): number {
  return sampledShare(requestsPerSecond * ITEMS_PER_ATTEMPT, writesPerSecond);
}

/** What an attempt writes where nothing is merged: its first token to both memories, its end to the lasting one. */
const ITEMS_PER_ATTEMPT = 3;
