/** What routing may know of a request. */
export interface RequestFacts {
  readonly stream: boolean;
  /** A rough count of the prompt's tokens. */
  readonly promptTokens: number;
  /** It holds what a vendor reads and its bytes here do not tell the length of, as a file behind an address: it may fill a context window. */
  readonly isUnsized?: true | undefined;
  /** What its images come to at the most, where no vendor has told. Absent: it has none. */
  readonly imageTokens?: number | undefined;
  /** What is paid for it beside tokens, US dollars: for the vendor's own tools, one use of each. @default 0 */
  readonly feesUsd?: number | undefined;
  /** The caller's limit on the answer. */
  readonly maxOutputTokens?: number | undefined;
  /** How many times its tokens cost what the configuration says, at the most: of a dearer tier. @default 1 */
  readonly priceFactor?: number | undefined;
  /** How many answers are asked for; each may be as long as the limit. */
  readonly choices: number;
  /** The same for all requests of one conversation, so that they can stay where its prompt cache is warm. */
  readonly affinityKey: string;
  /** Only deployments that carry all of these. */
  readonly tags: readonly string[];
}
