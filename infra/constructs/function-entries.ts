/** The functions of an environment, by what they are. */
export type FunctionEntry = 'gateway' | 'web' | 'probe';

/** Where bundled code comes from: built from this repository's sources, or built before and shipped in a package. */
export interface FunctionEntries {
  /** Any folder that is there: the CDK asks for one, and what is written decides the asset's hash. */
  readonly folder: string;
  /** Writes the bundled module of `entry` to the file `to`. Throws where it cannot be made. */
  readonly writeModule: (entry: FunctionEntry, to: string) => void;
  /** The live page as one HTML document. */
  readonly page: () => string;
}
