import { FAULTS, type Fault } from './fault-table.ts';
import { CALLS, callerSees, markdownTable, OTHER_ROWS } from './faults-markdown.ts';

/** What comes of every fault, for a reader in a hurry: the matrix's faults with the same outcome share a row. */
export function faultsInShort(): string {
  const groups = Map.groupBy(FAULTS, (fault) => JSON.stringify(outcomeOf(fault)));
  const matrix = [...groups.values()].map((faults) => [
    faults.map(({ name }) => name).join('; '),
    ...outcomeOf(faults[0]!),
    '`faults.test.ts`, by these names',
  ]);
  const others = OTHER_ROWS.map(({ fault, caller, provider, test: [file, name] }) => [
    fault,
    caller,
    provider,
    `\`${file}\`: ${name}`,
  ]);
  const header = ['A provider that ...', 'the caller sees', 'the provider sees', 'test'];
  return markdownTable(header, [...matrix, ...others]);
}

function outcomeOf({ streamed, plain, call }: Fault): readonly [caller: string, provider: string] {
  const [ofStream, ofPlain] = [callerSees(streamed), callerSees(plain)];
  return [ofStream === ofPlain ? ofStream : `${ofStream}; of a plain call ${ofPlain}`, CALLS[call]];
}
