/** The functions of an environment, by what they are. */
export type FunctionEntry = 'gateway' | 'web' | 'probe';

/** Where bundled code comes from: built from this repository's sources, or built before and shipped in a package. */
export interface FunctionEntries {
  /** Any folder that is there: the CDK asks for one, and what is written decides the asset's hash. */
  readonly folder: string;
  /** Writes the bundled code of `entry` into a folder: the module `index.mjs`, and beside it what that loads. Throws where it cannot be made. */
  readonly writeCode: (entry: FunctionEntry, folder: string) => void;
  /** The live page as one HTML document. */
  readonly page: () => string;
}
