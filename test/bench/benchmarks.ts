/** The benchmarks by name: `npm run bench -- NAME` runs the script `bench:NAME`. */
export const BENCHMARKS: ReadonlyMap<string, string> = new Map([
  ['overhead', 'what the gateway adds to calling a provider directly, beside a bare proxy'],
  ['streams', 'thousands of streams open at once: whether each is whole, and what memory it holds'],
  ['profile', 'where the gateway spends its time, by module'],
  ['translate', 'time and memory of a chunk, by protocol'],
  ['walk', 'how much code one call runs'],
  ['routing', 'what routing gains in simulated worlds, against pinning, other policies and an oracle'],
  ['finding', 'how soon a newly fast deployment is found'],
  ['prompt-sizes', "what it pays to count the prompt's length"],
  ['changing-speeds', 'how routing follows deployments that change their speed'],
  ['limits', "keys' limits under ten times their rate"],
  ['cold-start', "the bundle under Lambda's runtime client: bytes and start. Needs a C++ compiler"],
  ['memory', "memory and latency by Lambda's sizes. Needs a C++ compiler"],
  ['bill', 'what a million calls and an idle month cost'],
  ['cost', 'what DynamoDB costs for the statistics'],
  ['prober-cost', 'what the scheduled prober costs'],
]);
