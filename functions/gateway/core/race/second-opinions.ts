/** How many of this instance's requests may be asked of a second provider after a refusal in words that nobody here knows. */
export interface SecondOpinions {
  /** A request is raced: its share of an opinion. */
  readonly noteRequest: (share: number) => void;
  /** Takes one, where there is one to take. */
  readonly take: () => boolean;
}

/** An instance that has just started has one, and no quiet time saves up more than these. */
const FIRST = 1;
const MOST = 10;

/** The budget of one instance: bad requests cannot double the load of the providers, whatever callers send. */
export function secondOpinions(): SecondOpinions {
  let left = FIRST;
  return {
    noteRequest: (share) => {
      left = Math.min(MOST, left + share);
    },
    take: () => {
      const isAllowed = left >= 1;
      left -= isAllowed ? 1 : 0;
      return isAllowed;
    },
  };
}
